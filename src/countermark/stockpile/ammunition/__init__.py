"""Ammunition by lot, in quantities: received, issued, returned, counted, disposed of."""
