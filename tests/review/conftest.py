from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

CLEAN = Path(__file__).parent / "fixtures" / "clean"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A copy of the clean review, to be broken."""
    folder = tmp_path / "review"
    shutil.copytree(CLEAN, folder)
    return folder


@pytest.fixture
def edited(clean: Path) -> Callable[[str, str, str], Path]:
    """Replace one text of one file of the clean review."""

    def replace(file: str, old: str, new: str) -> Path:
        path = clean / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return clean

    return replace
