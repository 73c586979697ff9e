"""The fund on pages."""
