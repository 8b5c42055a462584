"""Sections of the page Odd rows."""
