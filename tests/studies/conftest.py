"""The committed data, read with nothing but the csv module."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def table() -> Callable[[str], Rows]:
    return lambda name: read(ROOT / "studies" / f"{name}.csv")


@pytest.fixture(scope="session")
def example() -> Callable[[str, str], Rows]:
    return lambda folder, name: read(ROOT / "examples" / folder / f"{name}.csv")


@pytest.fixture(scope="session")
def results(table: Callable[[str], Rows]) -> Rows:
    return table("results")


@pytest.fixture(scope="session")
def contrasts(table: Callable[[str], Rows]) -> Rows:
    return table("contrasts")
