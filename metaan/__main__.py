"""`python -m metaan`, the same program as the installed `metaan`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code."""
    try:
        from metaan.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # while the program was still being loaded
        return 130


if __name__ == "__main__":
    sys.exit(main())
