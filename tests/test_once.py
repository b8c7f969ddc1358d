from __future__ import annotations

from metaan.once import KEPT, once


def test_equal_objects_are_told_apart_and_the_same_ones_are_not_computed_again() -> None:
    calls: list[object] = []

    @once
    def size(given: list[int], *, more: str = "") -> int:
        calls.append((given, more))
        return len(given)

    one, other, word = [1], [1], "x"
    assert [size(one), size(one), size(other), size(one, more=word), size(one, more=word)] == [1] * 5
    assert len(calls) == 3


def test_only_the_last_few_are_held() -> None:
    calls: list[object] = []

    @once
    def seen(given: object) -> None:
        calls.append(given)

    values = [[n] for n in range(KEPT + 1)]
    for value in (*values, values[0]):
        seen(value)
    assert len(calls) == KEPT + 2
