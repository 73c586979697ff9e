"""Safe storage at civilian holders: local rules as dated data, inspections, faults with a day (A/70/115, paragraph 55; MOSAIC 03.30)."""
