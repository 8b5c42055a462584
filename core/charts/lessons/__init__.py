"""Pictures of the figures of "How EM works"."""
