"""IATI 2.03 (`README.md` of the room; docs/cooperation.md, *IATI*): a typed model, reading without loss, writing, findings. Pure."""
