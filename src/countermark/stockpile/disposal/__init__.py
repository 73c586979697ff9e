"""Surplus and destruction: reviewed, declared, safeguarded, destroyed under two pairs of eyes before a witness, and reconciled."""
