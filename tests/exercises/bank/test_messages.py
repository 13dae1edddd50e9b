"""Of the later exercises, every number in every message: it is given, or an answer, or stands in a table of reasons."""

from __future__ import annotations

import re

import numpy as np
import pytest

from scalinglab.exercises.bank import find
from tests.exercises.bank.messages import mistake_of

#: What the messages of each exercise show.
EXAMPLES = {
    "01-three": ([100, 200, 400], [0.5, 0.3, 0.2], 1600),
    "02-served": (2.2, 3e4, (2, 10, 10, 0.5, 0.5)),
    "04-alias": (31, 12),
    "04-grid": (1, 5, [1, 1, 0.4, 0.3, 0.2, 0.1], 0.5),
    "05-ridge": (2, [1.0], [1.0], 0.5),
    "06-two-terms": (1.2, 0.6),
    "09-index": (1.5, 2),
    "10-layers": (0.5, ((100, 1.0, 4.0), (100, 2.0, 4.0))),
    "11-half": ([0.0, 0.0, 0.0, 1.0, 2.0], 2),
    "12-gift": (600, (2, 0.5), (0.5, 0.5, 2.5)),
}
#: Numbers that are neither given nor an answer; why they are right is plain, or tested in the file of the chapter.
ALSO = {
    ("01-three", "factor for steps"): {4},
    ("01-three", "steps for factor"): {12},  # (1600 - 400) / 100
    ("02-served", "one price"): {6},
    ("02-served", "loss for gap"): {0.2},
    ("02-served", "twenty tokens each"): {20},
    ("04-alias", "always mirrored"): {29, 7},
    ("04-alias", "unchanged"): {13},
    ("04-grid", "nothing folded"): {4},
    ("04-grid", "all folded"): {2},
    ("04-grid", "remainders"): {4},
    ("04-grid", "noise not squared"): {0.3, 0.15},  # 0.5 * 3 / 5 and 0.25 * 3 / 5
    ("04-grid", "all of the noise"): {0.25},
    ("04-grid", "half the unknowns"): {0.1, 0.15},  # 0.25 * 2 / 5
    ("10-layers", "error not squared"): {0.25},
    ("10-layers", "kept for dropped"): {0.25},
    ("12-gift", "number of examples"): {900, 300},
}
NUMBER = re.compile(r"(?<![\w.^])-?\d[\d,]*(?:\.\d+)?")


def numbers(*values) -> list[float]:
    """All numbers in nested answers and arguments."""
    flat: list[float] = []
    for value in values:
        flat += numbers(*value) if isinstance(value, list | tuple | np.ndarray) else [float(value)]
    return flat


@pytest.mark.parametrize(
    ("key", "name"),
    [(key, mistake.name) for key in EXAMPLES for mistake in find(key).mistakes],
)
def test_every_number_in_a_message_is_given_or_an_answer(key, name):
    exercise, example = find(key), EXAMPLES[key]
    mistake = mistake_of(key, name)
    known = numbers(*example, exercise.oracle(*example), mistake.wrong(*example))
    known += [0, 1, -1, *ALSO.get((key, name), ())]
    for text in NUMBER.findall(mistake.message):
        shown = text.rstrip(",").replace(",", "")
        half = 0.51 * 10.0 ** -len(shown.partition(".")[2])
        assert any(
            abs(float(shown) - number) < (half if "." in shown or number > 1000 else 1e-9) for number in known
        ), text
