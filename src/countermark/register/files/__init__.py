"""Reading and writing the files people bring: registers, events, readings, reference lists. Pure: no store, no Django."""
