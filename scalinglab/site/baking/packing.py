"""All frames of a panel in one file: columns that repeat are kept once, others as differences, then deflated.

The file is a head in JSON and a body of bytes. Every array of whole numbers is a *stream*: its differences to what came
before it are folded to positive numbers, and their low bytes stand before their high bytes. ``frames.js`` reads it.
"""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from scalinglab.live import Axis, Shot
from scalinglab.site.baking.scales import STEPS, code

#: How a column is predicted from the row above it and from the column before it.
_RAW, _ROWS, _COLUMNS, _BOTH = range(4)


class Packer:
    """The body of a file, stream by stream."""

    def __init__(self) -> None:
        self._body: list[bytes] = []

    def numbers(self, values: Iterable[int]) -> dict[str, int]:
        """Write whole numbers that are not negative, in the shorter of two ways; returns what the head says of them."""
        array = np.asarray(list(values), dtype=np.int64)
        return self.columns(array, np.array([len(array)]), (_RAW, _ROWS))

    def columns(self, codes: np.ndarray, lengths: np.ndarray, ways: Sequence[int] = (0, 1, 2, 3)) -> dict[str, int]:
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
    if way in (_COLUMNS, _BOTH):
        starts = np.concatenate([[0], np.cumsum(lengths)])
        left = left.copy()
        for number in range(len(lengths) - 1, 0, -1):
            before, start = starts[number - 1], starts[number]
            shared = min(lengths[number - 1], lengths[number])
            left[start : start + shared] -= codes[before : before + shared]
    if way in (_ROWS, _BOTH):
        left = np.diff(left, prepend=0)
    return left


def _planes(left: np.ndarray, width: int) -> bytes:
    """Numbers folded to positive ones, by their bytes: all lowest ones first. What is too large wraps around."""
    bits = 8 * width
    wrapped = (left + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)
    folded = (wrapped << 1) ^ (wrapped >> (bits - 1))
    return b"".join(((folded >> (8 * place)) & 255).astype(np.uint8).tobytes() for place in range(width))


def packed(
    combinations: Sequence[tuple[int, ...]],
    runs: Sequence[Sequence[Shot]],
    budgets: Sequence[str],
    axes: Callable[[str, str], list[Axis]],
    steps: int = STEPS,
) -> bytes:
    """Pack what a panel shows at some combinations of its stops.

    Parameters
    ----------
    combinations : sequence of tuple of int
        For each combination the numbers of the stops of all controls.
    runs : sequence of sequence of Shot
        What is shown at each, one after the other.
    budgets : sequence of str
        What is said of the cost at each.
    axes : callable
        Called as ``axes(set, field)``: the axes that a column is drawn on.
    steps : int
        How finely they are divided.

    Returns
    -------
    bytes
        Deflated; the same for the same frames.
    """
    packer, texts = Packer(), _Texts()
    shots = [shot for run in runs for shot in run]
    head: dict[str, Any] = {"controls": len(combinations[0])}
    head["combinations"] = packer.numbers(itertools.chain(*combinations))
    head["counts"] = packer.numbers(len(run) for run in runs)
    head["budgets"] = packer.numbers(map(texts.number, budgets))
    head["milliseconds"] = packer.numbers(_rounded(1000 * run[-1].seconds) if len(run) > 1 else 0 for run in runs)
    for name, of in _SAID.items():
        head[name] = packer.numbers(texts.number(of(shot)) for shot in shots)
    for name in ("index", "done", "total"):
        head[name] = packer.numbers(max(getattr(shot, name), 0) for shot in shots)
    names = dict.fromkeys(name for shot in shots for name in shot.data)
    head["sets"] = [
        {
            "name": name,
            "columns": [_column(packer, *each, axes(name, each[0]), steps) for each in _columns(shots, name)],
        }
        for name in names
    ]
    return packer.file(head | {"texts": list(texts.numbers)})


#: What a shot says in words, or in JSON.
_SAID: dict[str, Callable[[Shot], str]] = {
    "captions": lambda shot: shot.caption,
    "errors": lambda shot: shot.error,
    "legends": lambda shot: _json(shot.legends),
    "compared": lambda shot: _json(shot.compared),
}


class _Texts:
    """Each text once, by its number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _rounded(value: float) -> int:
    """A time to two digits, as no more of it is ever the same again."""
    return int(float(f"{value:.1e}"))


def _columns(shots: Sequence[Shot], name: str) -> Iterator[tuple[str, list[np.ndarray | None]]]:
    """The columns of a data set in all frames, None in those without; one that is of words now and then is two."""
    sets = [shot.data.get(name, {}) for shot in shots]
    kinds = dict.fromkeys((field, _words(values)) for columns in sets for field, values in columns.items())
    for field, words in kinds:
        found = (columns.get(field) for columns in sets)
        yield field, [values if values is not None and _words(values) == words else None for values in found]


def _words(values: np.ndarray) -> bool:
    return values.dtype.kind in "UO"


def _column(
    packer: Packer, field: str, frames: Sequence[np.ndarray | None], axes: Sequence[Axis], steps: int
) -> dict[str, Any]:
    """Write one column in all frames: for each frame a number, 0 where it has none, 1 for the first that is kept."""
    different: dict[Any, int] = {}
    kept: list[np.ndarray] = []
    numbers = []
    for values in frames:
        key = None if values is None else tuple(values.tolist()) if _words(values) else values.astype(float).tobytes()
        if values is not None and key not in different:
            different[key] = len(different) + 1
            kept.append(values)
        numbers.append(0 if values is None else different[key])
    lengths = np.array([len(values) for values in kept])
    coded = code(np.concatenate(kept), axes, steps)
    return {
        "field": field,
        **coded.reading,
        "numbers": packer.numbers(numbers),
        "lengths": packer.numbers(lengths.tolist()),
        "codes": packer.columns(coded.codes.astype(np.int64), lengths),
    }


def script(name: str, deflated: bytes) -> bytes:
    """A script of a page that hands over such a file by its name."""
    return f'scalinglab.data({json.dumps(name)}, "{base64.b64encode(deflated).decode()}");\n'.encode()
