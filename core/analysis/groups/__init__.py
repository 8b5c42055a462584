"""What the groups are: which components make up one, and what each is like."""
