"""K-Means or the mixture: what each freedom changes, and which to use."""
