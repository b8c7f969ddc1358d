"""What the program says besides its results: to standard error, and only as much as is wanted."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Talk", "talk_of", "talk_options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How much is said.

    Attributes
    ----------
    quiet : bool
        Errors only.
    verbose : bool
        One plain line for each finished step.
    """

    quiet: bool
    verbose: bool

    def tell(self, text: str) -> None:
        """Say a sentence, unless quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    @contextmanager
    def steps(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show steps as they finish: a moving line on a terminal, plain lines if verbose, otherwise nothing.

        Parameters
        ----------
        title : str
            What is going on.

        Yields
        ------
        callable
            To be told each finished step.
        """
        if self.quiet:
            yield _nothing
        elif self.verbose:
            yield self.tell
        elif sys.stderr.isatty():
            with _moving_line(title) as step:
                yield step
        else:
            yield _nothing


def talk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Take -q, -v and --debug behind a command too."""
    for option in (
        click.option("--debug", is_flag=True, help="Show where a fault of the program happened."),
        click.option("-v", "--verbose", is_flag=True, help="Print a line for each finished step."),
        click.option("-q", "--quiet", is_flag=True, help="Print results and errors only."),
    ):
        command = option(command)
    return command


def talk_of(context: click.Context, *, quiet: bool, verbose: bool) -> Talk:
    """Join what was said before the command's name and behind it."""
    above: dict[str, bool] = context.obj or {}
    return Talk(quiet=quiet or above.get("quiet", False), verbose=verbose or above.get("verbose", False))


def _nothing(_: str) -> None:
    pass


@contextmanager
def _moving_line(title: str) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    with console.status(Text(title)) as status:
        yield lambda text: status.update(Text(f"{title}: {text}"))
