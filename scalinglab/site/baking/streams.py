"""Arrays of whole numbers as bytes that deflate well.

Every array is a *stream*: its differences to what came before it are folded to positive numbers, and their low bytes
stand before their high bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

#: How a column is predicted: not at all, from the row above, from the column before it, from both.
_ALL = RAW, ROWS, COLUMNS, BOTH = range(4)


class Packer:
    """The body of a file, stream by stream."""

    def __init__(self) -> None:
        self._body: list[bytes] = []

    @property
    def size(self) -> int:
        """Its bytes once deflated."""
        return len(zlib.compress(b"".join(self._body), 6))

    def extend(self, other: Packer) -> None:
        """Write all streams of another one."""
        self._body += other._body

    def numbers(self, values: Iterable[int]) -> dict[str, int]:
        """Write whole numbers that are not negative, in the shorter of two ways; returns what the head says of them."""
        array = np.asarray(list(values), dtype=np.int64)
        return self.columns(array, np.array([len(array)]), (RAW, ROWS))

    def columns(
        self, codes: np.ndarray, lengths: np.ndarray, ways: Sequence[int] = (RAW, ROWS, COLUMNS, BOTH)
    ) -> dict[str, int]:
        """Write columns that stand one after the other, in the way in which they become shortest."""
        width = 1 if codes.max(initial=0) < 2**7 else 2 if codes.max(initial=0) < 2**16 else 4
        written = {way: _planes(_differences(codes, lengths, way), width) for way in ways}
        best = min(ways, key=lambda way: len(zlib.compress(written[way], 6)))
        self._body.append(written[best])
        return {"length": len(codes), "width": width, "way": best}

    def file(self, head: dict[str, Any]) -> bytes:
        """The whole, deflated: the length of the head, the head, the body."""
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        whole = len(text).to_bytes(4, "little") + text + b"".join(self._body)
        return zlib.compress(whole, 9)


def _differences(codes: np.ndarray, lengths: np.ndarray, way: int) -> np.ndarray:
    """What is left of columns once a prediction is taken away."""
    left = codes.astype(np.int64)
    if way in (COLUMNS, BOTH):
        starts = np.concatenate([[0], np.cumsum(lengths)])
        left = left.copy()
        for number in range(len(lengths) - 1, 0, -1):
            before, start = starts[number - 1], starts[number]
            shared = min(lengths[number - 1], lengths[number])
            left[start : start + shared] -= codes[before : before + shared]
    if way in (ROWS, BOTH):
        left = np.diff(left, prepend=0)
    return left


def _planes(left: np.ndarray, width: int) -> bytes:
    """Numbers folded to positive ones, by their bytes: all lowest ones first. What is too large wraps around."""
    bits = 8 * width
    wrapped = (left + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)
    folded = (wrapped << 1) ^ (wrapped >> (bits - 1))
    return b"".join(((folded >> (8 * place)) & 255).astype(np.uint8).tobytes() for place in range(width))
