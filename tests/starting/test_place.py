"""The new folder: all of it or nothing, and never in the place of something."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from metaan.errors import OutputError
from metaan.starting.place import write_new_folder

FILES = {"review.toml": b"schema = 1\n", "README.md": b"x\n"}


def test_a_new_folder_holds_exactly_the_files(tmp_path: Path) -> None:
    write_new_folder(tmp_path / "deep" / "review", FILES)
    assert {p.name: p.read_bytes() for p in (tmp_path / "deep" / "review").iterdir()} == FILES
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["review"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / ".DS_Store").write_bytes(b"")
    write_new_folder(tmp_path / "review", FILES)
    assert sorted(p.name for p in (tmp_path / "review").iterdir()) == ["README.md", "review.toml"]


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(
        OutputError, match=r"is not empty \(mine\.txt\)\. Nothing was changed: name a new folder"
    ):
        write_new_folder(tmp_path, FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file; name another"):
        write_new_folder(tmp_path / "file", FILES)
    with pytest.raises(OutputError, match="is a file, so"):
        write_new_folder(tmp_path / "file" / "review", FILES)


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(OutputError, match="leads nowhere"):
        write_new_folder(tmp_path / "link", FILES)


def test_nothing_is_left_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, written = Path.write_bytes, []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 2:
            raise OSError(28, os.strerror(28))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="no space left on device"):
        write_new_folder(tmp_path / "review", FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_leads_out_of_the_folder_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no plain file name"):
        write_new_folder(tmp_path / "review", {"../evil": b""})
    assert list(tmp_path.iterdir()) == []
