"""The report: an answer as one HTML file that asks for nothing else."""
