"""Lessons: what the figures of "How EM works" show, as values computed by the same parts as every fit."""
