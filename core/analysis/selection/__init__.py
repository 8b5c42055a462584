"""How many groups: searches, and what speaks for a number."""
