"""Which rows do not belong, and why."""
