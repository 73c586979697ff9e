"""Surplus and destruction on pages."""
