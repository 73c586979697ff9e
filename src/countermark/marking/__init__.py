"""Marking: which marks a weapon must bear, where, how, and whether it bears them."""
