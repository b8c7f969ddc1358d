"""`python -m metaan`, the same program as the installed `metaan`."""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import suppress

OBJECTS_BEFORE_SEARCH = 50_000
"""What is loaded and computed lives as long as the program: looking through it more often is in vain."""


def main() -> int:
    """Run the command line and give its exit code."""
    gc.set_threshold(OBJECTS_BEFORE_SEARCH)
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
    code = main()
    gc.freeze()  # Python would look through everything once more before it leaves
    sys.exit(code)
