"""What a page holds of a prediction's answer, worked out when it is built."""

from __future__ import annotations

import base64
import itertools
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from scalinglab.exercises import Prediction
from scalinglab.exercises.reveals import failure, takes_what_was_said, worked_out

#: More answers than this are not worked out, and longer ones stand in a file of their own.
MOST_ANSWERS = 20_000
_LONGEST = 4_000
#: What the page says in the place of an answer that it does not hold.
ELSEWHERE = (
    "The answer depends on what you say, and this page cannot work it out. Run this chapter in JupyterLab to see it."
)


@dataclass(frozen=True)
class Answers:
    """The answers of one prediction.

    Parameters
    ----------
    held
        None where nothing is revealed; ``{"is": answer}``; ``{"error": sentence}``; or ``{"levels": ...}``: the keys
        whose sealed values the answer depends on, with their choices. Then ``answers``, lists within lists in their
        order, stand beside them, or ``name`` and ``path`` of the file that holds these.
    files
        That file by its path from the folder of the site.
    """

    held: dict[str, Any] | None
    files: dict[str, bytes] = field(default_factory=dict)


def veiled(content: Any) -> str:
    """JSON that nobody reads at a glance, as base 64."""
    return base64.b64encode(json.dumps(content, ensure_ascii=False).encode()).decode()


def answers_of(prediction: Prediction, others: Mapping[str, Prediction]) -> Answers:
    """Work out what a prediction reveals, before anybody has predicted anything.

    An answer may depend on what was sealed before, where ``after`` says so, and on what is sealed itself. Then all
    choices are tried.

    Parameters
    ----------
    prediction
        Its reveal is called. Nothing is sealed.
    others
        All predictions of the chapter, by their keys.
    """
    if prediction.reveal is None:
        return Answers(None)
    own = takes_what_was_said(prediction.reveal)
    levels = _earlier(prediction, others) + ([prediction] if own else [])
    if not levels:
        return Answers(_single(prediction, ""))
    choices = [one.question.choices for one in levels]
    if any(one is None for one in choices) or math.prod(len(one or ()) for one in choices) > MOST_ANSWERS:
        return Answers({"error": ELSEWHERE})
    offered = [list(one or ()) for one in choices]
    found = list(_tried(prediction, levels, offered))
    if len({json.dumps(one) for one in found}) == 1:
        return Answers(found[0])
    flat = [one.get("is") for one in found]
    held = {"levels": [[one.question.key, each] for one, each in zip(levels, offered, strict=True)]}
    nested = _nested(flat, [len(each) for each in offered])
    if len(json.dumps(nested)) <= _LONGEST:
        return Answers(held | {"answers": nested})
    key = prediction.question.key
    path = f"data/{key[:2]}/answers-{key}.js"
    return Answers(held | {"name": f"answers-{key}", "path": f"../{path}"}, {path: _file(f"answers-{key}", nested)})


def _earlier(prediction: Prediction, others: Mapping[str, Prediction]) -> list[Prediction]:
    """Those that must be sealed before, and those before them, the first ones first."""
    found: dict[str, Prediction] = {}

    def collect(one: Prediction) -> None:
        for key in one.after:
            if key in others and key not in found:
                collect(others[key])
                found[key] = others[key]

    collect(prediction)
    return list(found.values())


def _single(prediction: Prediction, said: str) -> dict[str, Any]:
    try:
        return {"is": worked_out(prediction.reveal, said)}
    except Exception as problem:
        return {"error": failure(problem)}


def _tried(
    prediction: Prediction, levels: Sequence[Prediction], offered: Iterable[Sequence[str]]
) -> Iterator[dict[str, Any]]:
    """The answer to each combination of choices, the last choice changing first."""
    for values in itertools.product(*offered):
        with _as_if_sealed(dict(zip(levels, values, strict=True))):
            yield _single(prediction, values[-1])


@contextmanager
def _as_if_sealed(values: Mapping[Prediction, str]) -> Iterator[None]:
    for one, value in values.items():
        one.set_trait("value", value)
    try:
        yield
    finally:
        for one in values:
            one.set_trait("value", None)


def _nested(flat: Sequence[Any], sizes: Sequence[int]) -> Any:
    """A list as lists within lists."""
    if not sizes:
        return flat[0]
    step = len(flat) // sizes[0]
    return [_nested(flat[start : start + step], sizes[1:]) for start in range(0, len(flat), step)]


def _file(name: str, content: Any) -> bytes:
    deflated = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return f'scalinglab.data("{name}", "{base64.b64encode(deflated).decode()}");\n'.encode()
