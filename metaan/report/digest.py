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
        said: list[str] = []
        for value in values:
            self._say(value, said.append)
        return hashlib.sha256("".join(said).encode(errors="surrogatepass")).hexdigest()

    def _say(self, value: Any, say: Callable[[str], object]) -> None:
        """Say a value so that where it ends is known; kinds that are met most come first."""
        if value is None or isinstance(value, (float, int)):
            say(f"{type(value).__name__} {value!r};")
        elif isinstance(value, str):
            say(f"{type(value).__name__} {len(value)}:{value}")
        elif isinstance(value, (tuple, list)):
            say(f"sequence {len(value)}:")
            for each in value:
                self._say(each, say)
        elif is_dataclass(value) and not isinstance(value, type):
            say(self._of_frozen(value))
        elif isinstance(value, dict):
            say(f"dict {len(value)}:")
            for name, each in value.items():
                self._say(name, say)
                self._say(each, say)
        elif isinstance(value, bytes):
            say(f"bytes {hashlib.sha256(value).hexdigest()}")
        elif (numpy := sys.modules.get("numpy")) and isinstance(value, numpy.ndarray):
            say(f"array {value.dtype} {value.shape}:")
            if value.dtype.hasobject:
                self._say(value.tolist(), say)
            else:
                say(hashlib.sha256(numpy.ascontiguousarray(value).tobytes()).hexdigest())
        elif hasattr(value, "model_dump_json"):
            self._say((type(value).__module__, type(value).__qualname__, value.model_dump_json()), say)
        else:
            raise TypeError(f"nothing can be kept that follows from a {type(value).__name__}")

    def _of_frozen(self, value: Any) -> str:
        known = self._known.get(id(value))
        if known is not None:
            return known()
        kind = type(value)
        if kind not in self._names:
            self._names[kind] = tuple(field.name for field in fields(kind))
        parts = [getattr(value, name) for name in self._names[kind]]
        own = self.of(kind.__module__, kind.__qualname__, *parts)
        self.told(value, lambda: own)
        return own
