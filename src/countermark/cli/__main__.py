"""`python -m countermark.cli`."""

from countermark.cli import main

main()
