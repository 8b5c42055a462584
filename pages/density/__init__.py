"""Sections of the page Density and samples."""
