"""Forms of the register. They check what was typed; `services` decides."""
