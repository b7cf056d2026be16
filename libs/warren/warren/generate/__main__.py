"""`python -m warren.generate` writes every generated file; `--check` only names those that are
stale.

Run by `make contracts`, and by the tests with --check. Exit 1 when a file is stale.
"""

import argparse
import sys
from pathlib import Path

from warren.generate.targets import TARGETS

ROOT = Path(__file__).resolve().parents[4]


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m warren.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name stale files")
    check = parser.parse_args().check
    stale = 0
    for target in TARGETS:
        if not target.possible(ROOT):
            print(f"skipped  {target.path}: {target.needs} is not installed (npm ci in frontend/)")
        elif target.fresh(ROOT):
            print(f"fresh    {target.path}")
        elif check:
            stale += 1
            print(f"STALE    {target.path}")
        else:
            target.write(ROOT)
            print(f"written  {target.path}")
    if stale:
        print("Run make contracts and commit what it writes.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
