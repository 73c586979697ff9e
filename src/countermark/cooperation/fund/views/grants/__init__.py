"""From call to report on pages."""
