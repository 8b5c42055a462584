"""Pictures of odd rows."""
