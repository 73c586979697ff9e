"""Reads of the register: one record, the list, discrepancies, reference lists, the logs."""
