"""How secure a site is, by the seven elements of PoA II.17: assessed with evidence, scored, put right by somebody by a day."""
