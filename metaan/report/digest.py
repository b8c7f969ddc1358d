"""Digests of values: equal ones have the same in every run, different ones have different ones."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Digests"]


class Digests:
    """Digests values, each frozen one once: what many others hold is not walked through again."""

    def __init__(self) -> None:
        self._known: dict[int, Callable[[], str]] = {}
        self._held: list[object] = []
        self._names: dict[type[Any], tuple[str, ...]] = {}

    def told(self, value: object, digest: Callable[[], str]) -> None:
        """Take a value's digest from one who knows it."""
        self._known[id(value)] = digest
        self._held.append(value)  # another value must not get its id

    def of(self, *values: object) -> str:
        """Digest values with their kinds and lengths, so that no two digest alike.

        Parameters
        ----------
        *values : object
            Words, numbers, None, arrays, dataclasses, models of pydantic, and mappings and sequences of
            them.

        Returns
        -------
        str
            SHA-256 in hexadecimal.

        Raises
        ------
        TypeError
            For a value of a kind that is not known here.

        Examples
        --------
        >>> Digests().of("a", 1) == Digests().of("a", 1), Digests().of("a", 1) == Digests().of("a", 1.0)
        (True, False)
        """
        digest = hashlib.sha256()
        self._feed(digest.update, values)
        return digest.hexdigest()

    def _feed(self, update: Callable[[bytes], object], value: object) -> None:
        if isinstance(value, str):
            update(f"{type(value).__name__}{len(value)}:{value}".encode(errors="surrogatepass"))
        elif value is None or isinstance(value, (bool, int, float)):
            update(f"{type(value).__name__}:{value!r}:".encode())
        elif isinstance(value, (tuple, list)):
            update(f"sequence{len(value)}:".encode())
            for each in value:
                self._feed(update, each)
        elif isinstance(value, dict):
            update(f"dict{len(value)}:".encode())
            for pair in value.items():
                self._feed(update, pair)
        elif isinstance(value, bytes):
            update(f"bytes{len(value)}:".encode())
            update(value)
        elif (numpy := sys.modules.get("numpy")) and isinstance(value, numpy.ndarray):
            update(f"array{value.dtype}{value.shape}:".encode())
            update(numpy.ascontiguousarray(value).tobytes())
        elif is_dataclass(value) and not isinstance(value, type):
            update(self._of_frozen(value).encode())
        elif hasattr(value, "model_dump_json"):
            self._feed(update, (type(value).__module__, type(value).__qualname__, value.model_dump_json()))
        else:
            raise TypeError(f"nothing can be kept that follows from a {type(value).__name__}")

    def _of_frozen(self, value: Any) -> str:
        known = self._known.get(id(value))
        if known is not None:
            return known()
        kind = type(value)
        if kind not in self._names:
            self._names[kind] = tuple(field.name for field in fields(kind))
        own = self.of(
            kind.__module__, kind.__qualname__, *(getattr(value, name) for name in self._names[kind])
        )
        self.told(value, lambda: own)
        return own
