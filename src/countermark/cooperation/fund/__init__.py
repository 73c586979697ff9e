"""The trust fund: what was promised and given, under which conditions, what was granted from it, and what became of it (seed 47-49, 58)."""
