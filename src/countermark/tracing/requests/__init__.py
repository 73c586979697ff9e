"""Tracing requests between States: what is asked, answered, and can be proven (ITI 14-23, 25)."""
