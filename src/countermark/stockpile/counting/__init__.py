"""Counting: planned, frozen, counted blind, recounted where it differs, decided, certified. Counting never moves anything."""
