"""Rules of safe storage as they come with the program; one file each (`docs/stockpile.md`, Safe storage)."""
