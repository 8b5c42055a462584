"""Side-by-side comparisons with peers, each in one process run: `python -m benchmarks`."""
