"""Pictures of how values are spread."""
