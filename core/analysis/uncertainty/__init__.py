"""How sure it is: of each row, each group, and each number."""
