"""The recipe of an analysis: its choices and what came of them, to be kept as JSON and carried out again."""
