"""The other file that is scored."""
