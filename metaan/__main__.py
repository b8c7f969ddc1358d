"""`python -m metaan`, the same program as the installed `metaan`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code."""
    from metaan.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
