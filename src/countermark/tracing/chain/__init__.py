"""One weapon's chain across the States that told of it: maker, import, State, holder, incident, as a timeline and a map."""
