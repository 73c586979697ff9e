"""Decisions of the fund, without a database and without a clock."""
