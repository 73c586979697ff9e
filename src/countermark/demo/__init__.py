"""Demonstration States XA and XB: believable registers, generated reproducibly, every weapon invented."""
