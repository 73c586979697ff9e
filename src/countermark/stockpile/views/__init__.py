"""Pages of the stockpile."""
