"""Data: reading, tables, columns, preparation and sources."""
