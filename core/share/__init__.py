"""Share: what leaves the app."""
