"""Pictures of how many groups there are."""
