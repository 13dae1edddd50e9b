"""All frames of a panel in one file: columns that repeat are kept once, others as differences, then deflated.

The file is a head in JSON and a body of streams of whole numbers; ``frames.js`` reads it. No time that was measured is
in it, so that the same versions of all libraries write the same file.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from scalinglab.live import Axis, Shot
from scalinglab.site.baking.scales import STEPS
from scalinglab.site.baking.sets import shortest_set
from scalinglab.site.baking.streams import Packer


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
    for name, of in _SAID.items():
        head[name] = packer.numbers(texts.number(of(shot)) for shot in shots)
    for name in ("index", "done", "total"):
        head[name] = packer.numbers(max(getattr(shot, name), 0) for shot in shots)
    names = dict.fromkeys(name for shot in shots for name in shot.data)
    head["sets"] = [
        {"name": name} | shortest_set(packer, [shot.data.get(name, {}) for shot in shots], partial(axes, name), steps)
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


def script(name: str, deflated: bytes) -> bytes:
    """A script of a page that hands over such a file by its name."""
    return f'scalinglab.data({json.dumps(name)}, "{base64.b64encode(deflated).decode()}");\n'.encode()
