"""Data: reading, tables, columns, preparation, samples and sources."""
