"""Decisions of the stockpile: values in, values out."""
