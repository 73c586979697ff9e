"""Decisions about projects: values in, values out, no database, no clock."""
