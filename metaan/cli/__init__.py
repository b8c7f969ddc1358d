"""The command line: commands in, exit codes out.

Results go to standard output, everything else to standard error. Exit codes: 0 fine; 1 ran and found
problems; 2 a wrong command line or plan; 3 a fault of the program; 130 interrupted.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from metaan.cli.commands import program
from metaan.errors import MetaanError, OutputError, PlanError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["program", "run"]

FINE, PROBLEMS, WRONG, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
DEBUG = "--debug"
REPORT_TO = "the project's issue list"


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name.

    Returns
    -------
    int
        The exit code; nothing is raised, except with --debug.
    """
    # Looking for pydantic's plugins opens the metadata of every installed package, and would run them.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Matrices are small here: more threads of one process only get into the others' way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _open_streams()
    _forgiving_streams()
    debug = DEBUG in arguments
    try:
        with _stopped_by_signals():
            code = program.main(list(arguments), prog_name="metaan", standalone_mode=False)
            sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt, _Stopped) as stop:
        _say("; ".join(["Interrupted", *getattr(stop, "__notes__", ())]) + ".")
        return INTERRUPTED
    except BrokenPipeError:
        return _quietly_closed()
    except click.ClickException as error:
        error.show()
        return WRONG
    except MetaanError as error:
        if debug:
            raise
        _say(str(error))
        return WRONG if isinstance(error, PlanError | OutputError | RequestError) else PROBLEMS
    except Exception as error:
        if _was_printing(error):
            _quietly_closed()
            _say(f"The result could not be printed: {_reason(error)}. Send it to a place that takes it.")
            return WRONG
        if debug:
            raise
        _say(_fault(error))
        return FAULT
    return int(code or FINE)


def _fault(error: Exception) -> str:
    import metaan

    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return (
        f"metaan {metaan.__version__} failed: {what}\n"
        f"This is a fault of metaan, not of your data. Run the same command with {DEBUG} and report what it"
        f" prints to {REPORT_TO}; nothing was written."
    )


def _say(text: str) -> None:
    with suppress(OSError):
        click.echo(text, err=True)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error).lower()


def _was_printing(error: Exception) -> bool:
    """Tell whether standard output took nothing, such as a full disk: click's echo or our flush raised."""
    if not isinstance(error, OSError):
        return False
    return traceback.extract_tb(error.__traceback__)[-1].filename in {click.utils.__file__, __file__}


def _quietly_closed() -> int:
    # Python flushes standard output once more at the end and would complain there.
    with suppress(OSError, io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FINE


def _open_streams() -> None:
    """Put an empty stream where the caller closed one, so that no file that is opened takes its number."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_WRONLY)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, os.fdopen(number, "w"))


def _forgiving_streams() -> None:
    """Print what the terminal's encoding lacks as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise _Stopped

    try:
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stopped(BaseException):
    """Ctrl-C or a request to end. Not a KeyboardInterrupt: Python may end itself by signal after one."""
