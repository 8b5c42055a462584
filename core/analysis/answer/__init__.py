"""The first answer: what an analyst is told, alike for everyone, before touching a control."""
