"""How values are spread, what follows from some, and rows drawn anew."""
