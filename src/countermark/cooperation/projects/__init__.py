"""Projects: the whole cycle of assistance, owned by the recipient (A/70/115, 40-43)."""
