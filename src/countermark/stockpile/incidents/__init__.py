"""Loss and theft: opened at once, looked into, decided by somebody above, reconciled where a weapon comes back."""
