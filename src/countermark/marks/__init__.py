"""The language of marks: text, scripts, skeleton, readings, reading noise and likelihood. Pure Python, no Django."""
