"""The command on a file of a test's own, and what it wrote."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from metaan.cli import run

BCG = Path(__file__).parents[2] / "examples" / "bcg.csv"


@pytest.fixture
def pool(tmp_path, capsys):
    """Pool a text as a file; gives exit code, output and what was said."""

    def call(text, *arguments):
        file = tmp_path / "trials.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        code = run(["pool", str(file), *arguments])
        told, said = capsys.readouterr()
        return code, told, said

    return call


@pytest.fixture
def table(pool):
    """Pool a text and read its CSV back as a list of dictionaries."""

    def call(text, *arguments):
        _, told, _ = pool(text, *arguments, "--format", "csv")
        return list(csv.DictReader(io.StringIO(told)))

    return call


@pytest.fixture(scope="session")
def bcg():
    return BCG.read_text(encoding="utf-8")
