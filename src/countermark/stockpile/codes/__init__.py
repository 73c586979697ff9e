"""What one scan means, tags' encodings, and the ends of scans. Pure: no Django, no store, no clock."""

from countermark.stockpile.codes.scanning import Finding, Meaning, scan

__all__ = ["Finding", "Meaning", "scan"]
