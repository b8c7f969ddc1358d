"""`python -m metaan`, the same program as the installed `metaan`."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress


def main() -> int:
    """Run the command line and give its exit code."""
    try:
        from metaan.cli import run

        # What comes before and after the command's own handlers must not change how it ends.
        with suppress(ValueError):  # not in the main thread
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        return run(sys.argv[1:])
    except KeyboardInterrupt:  # while the program was still being loaded
        return 130


if __name__ == "__main__":
    sys.exit(main())
