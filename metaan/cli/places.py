"""Places on the command line: what is read must exist, or the command line is wrong (exit code 2)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["ANY", "FILE", "FOLDER", "OUT"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ANY = click.Path(exists=True, path_type=Path)
OUT = click.Path(path_type=Path)
"""A place to write to; it need not exist."""
