"""Countermark: the lawful life of every small arm and light weapon, found again from its marks."""

__version__ = "0.1.0"
