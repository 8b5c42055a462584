"""Sections of the page How many groups?."""
