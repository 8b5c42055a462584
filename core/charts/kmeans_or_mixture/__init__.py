"""Pictures of K-Means beside the mixture."""
