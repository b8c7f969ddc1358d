"""Archives of strangers: bombs, places outside, passwords and damage are refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from metaan.errors import InputError
from metaan.review.imports import archive
from metaan.review.imports.archive import Archive


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


@pytest.mark.parametrize(
    "name", ["../evil.csv", "a/../../evil.csv", "/etc/passwd", "C:/evil", "..\\evil.csv"]
)
def test_a_place_outside_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="names a place outside the archive"):
        Archive("made.zip", zipped({name: b"x"}))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(InputError, match="would unpack to 60,000,000 bytes"):
        Archive("made.zip", zipped({"a.csv": b"0" * 60_000_000}))


def test_a_bomb_that_lies_about_its_size_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_FILE", 1002)
    data = bytearray(zipped({"a.csv": b"0" * 5000}))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (1002).to_bytes(4, "little")
    at = data.index(b"PK\x03\x04") + 22
    data[at : at + 4] = (1002).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"a\.csv"):
        Archive("made.zip", bytes(data)).read("a.csv")


def test_too_many_files_and_passwords_are_refused() -> None:
    with pytest.raises(InputError, match="holds 5001 files"):
        Archive("made.zip", zipped({f"{i}.csv": b"" for i in range(5001)}))
    data = bytearray(zipped({"a.csv": b"x"}))
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.rindex(mark) + flags] |= 1
    with pytest.raises(InputError, match="password"):
        Archive("made.zip", bytes(data))


def test_damage_is_told_with_the_file() -> None:
    data = bytearray(zipped({"a.csv": b"x" * 100}, zipfile.ZIP_STORED))
    data[data.index(b"xxxx")] = ord("y")
    with pytest.raises(InputError, match=r"a\.csv cannot be unpacked"):
        Archive("made.zip", bytes(data)).read("a.csv")
