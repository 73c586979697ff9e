"""Pages of the register and, because the ledger stands below `accounts`, of the ledger."""
