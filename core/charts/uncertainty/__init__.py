"""Pictures of how sure it is."""
