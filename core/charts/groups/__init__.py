"""Pictures of the groups."""
