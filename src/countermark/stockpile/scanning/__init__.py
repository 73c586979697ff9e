"""Scanning on pages: what the register knows of one scan, and photographs of codes."""
