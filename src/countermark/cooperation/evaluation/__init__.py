"""Evaluation: whether assistance was adequate, effective and sustainable, from what the other capabilities know."""
