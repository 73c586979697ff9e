"""Labels for weapons, storage places, cards and kits: sheets as PDF true to the millimetre, and ZPL for label printers."""
