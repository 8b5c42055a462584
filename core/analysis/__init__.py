"""Analysis: choosing a model, comparing, scoring and describing."""
