"""Projects on pages."""
