"""Run every benchmark, or those that are named, and print their tables."""

import argparse
import pkgutil
from importlib import import_module

import benchmarks


def main():
    known = [found.name for found in pkgutil.iter_modules(benchmarks.__path__) if not found.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(known)}; all by default")
    parser.add_argument("--full", action="store_true", help="with the largest data")
    chosen = parser.parse_args()
    for each in chosen.names or known:
        module = import_module(f"benchmarks.{each}")
        if not hasattr(module, "rows"):  # what several of them share
            continue
        print(f"\n## {each}: {(module.__doc__ or '').strip().splitlines()[0]}\n")
        show(module.rows(full=chosen.full))


def show(rows):
    """A table of dictionaries with the same keys, as it comes."""
    widths = None
    for row in rows:
        cells = [str(value) for value in row.values()]
        if widths is None:
            widths = [max(len(name), len(cell), 10) for name, cell in zip(row, cells, strict=True)]
            print(" | ".join(name.ljust(width) for name, width in zip(row, widths, strict=True)))
            print("-|-".join("-" * width for width in widths))
        print(" | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), flush=True)


if __name__ == "__main__":
    main()
