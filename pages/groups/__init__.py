"""Sections of the page Groups."""
