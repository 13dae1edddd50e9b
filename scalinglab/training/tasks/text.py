"""A character language model on real English: the help texts that come with Python, no download."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer, positive_integer
from scalinglab.training.tasks.task import Task

#: Characters in a block.
BLOCK = 2000
#: Share of the blocks in the test set, and as many in the validation set.
HELD_OUT = 0.045
#: Seed of the one split of the blocks, the same for everybody.
SPLIT = BLOCK
#: Longest context; it keeps a slip of the finger from filling the memory.
LONGEST = 64


def text(samples: int | None = None, *, context: int = 8, test_samples: int = 8192, seed: int = 0) -> Task:
    """Predict the next character of Python's help texts from the characters before it.

    The paragraphs of ``pydoc_data.topics``, each once, are joined in the order of the topics' names and cut into
    blocks of 2000 characters, which are split once, at random and the same for all seeds, into training (91 %),
    validation and test. An example is ``context`` characters in a row and the one after them, all of one block: no
    character of a block that was held out is ever seen in training. (Topics repeat each other at length. With the
    repetitions, two thirds of the test set would stand in the training set word for word; of other splits, about a
    third on average.)

    Parameters
    ----------
    samples : int or None
        Number of training samples; None is all there are, ``2000 - context`` for each full training block. The
        training blocks are taken one after the other, from their first position to their last, in an order that
        ``seed`` draws: with one seed, the smaller data set is always the first part of the larger.
    context : int
        Characters that a prediction is made from, 1 to 64.
    test_samples : int
        Test samples, and as many for validation: evenly spread over their blocks, and the same for all seeds.
    seed : int
        Draws the order of the training blocks.

    Returns
    -------
    Task
        Inputs are codes: places in ``alphabet()``. The classes are the same codes. The same object for the same
        arguments, while it is among the last 2. Its recipe carries the fingerprint of the text, because
        another version of Python has another text.

    Raises
    ------
    ValueError
        If an argument is out of range.
    ImportError
        If this Python comes without its help texts.

    Examples
    --------
    >>> task = text(1000)
    >>> "".join(alphabet()[code] for code in task.train_inputs[1, :-1]) in characters()
    True
    """
    return _text(**text_options(samples=samples, context=context, test_samples=test_samples, seed=seed))


def text_options(
    *, samples: Any, context: Any, test_samples: Any, seed: Any, fingerprint: Any = None
) -> dict[str, Any]:
    """Check the options of ``text``, and return them in their canonical types, with ``samples`` as a number.

    The fingerprint is added if it is None. How long another text is cannot be known, so with its fingerprint the
    counts are not held against the text of this Python.
    """
    context = positive_integer("context", context)
    if context > LONGEST:
        fail("context", f"not exceed {LONGEST}", context)
    options = {"context": context, "test_samples": positive_integer("test_samples", test_samples)}
    options["seed"] = non_negative_integer("seed", seed)
    if fingerprint is not None and not isinstance(fingerprint, str):
        fail("fingerprint", "be text", fingerprint)
    if fingerprint not in (None, text_fingerprint()):
        return {"samples": positive_integer("samples", samples), **options, "fingerprint": fingerprint}
    pool, validation, test = _counts(context)
    samples = pool if samples is None else positive_integer("samples", samples)
    if samples > pool:
        fail("samples", f"not exceed the {pool} positions of the training blocks", samples)
    if test_samples > min(validation, test):
        fail("test_samples", f"not exceed the {min(validation, test)} positions of the held-out blocks", test_samples)
    return {"samples": samples, **options, "fingerprint": text_fingerprint()}


@cache
def characters() -> str:
    """The whole text: the paragraphs of all topics of ``pydoc_data.topics``, in the order of the topics' names.

    A paragraph that was there before, but for its line breaks and indents, is left out. Read once in a process.
    """
    try:
        from pydoc_data.topics import topics  # half a megabyte, which only those load who ask for text
    except ImportError as error:
        raise ImportError("the task text needs pydoc_data.topics, which this Python comes without") from error
    kept: dict[str, str] = {}
    for name in sorted(topics):
        for paragraph in re.split("\n\n+", topics[name].strip("\n")):
            kept.setdefault(" ".join(paragraph.split()), paragraph)
    return "\n\n".join(kept.values())


@cache
def alphabet() -> str:
    """The distinct characters of the text, sorted: code ``k`` stands for ``alphabet()[k]``."""
    return "".join(sorted(set(characters())))


@cache
def text_fingerprint() -> str:
    """The first 12 hexadecimal digits of the SHA-256 of the text in UTF-8."""
    return hashlib.sha256(characters().encode()).hexdigest()[:12]


def split() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the blocks for training, validation and test; block ``k`` begins at character ``2000 k``."""
    blocks = -(-len(characters()) // BLOCK)
    held_out = max(1, round(HELD_OUT * blocks))
    order = np.random.default_rng(SPLIT).permutation(blocks)
    return np.sort(order[2 * held_out :]), np.sort(order[:held_out]), np.sort(order[held_out : 2 * held_out])


def positions(blocks: NDArray[np.int64], context: int) -> NDArray[np.int64]:
    """Places in the text of the characters to predict: all but the first ``context`` of each block, in this order."""
    places = (blocks[:, None] * BLOCK + np.arange(context, BLOCK)).ravel()
    return places[places < len(characters())]  # the last block may be shorter


@cache
def _counts(context: int) -> tuple[int, ...]:
    """How many positions each of the three parts has."""
    return tuple(len(positions(blocks, context)) for blocks in split())


@lru_cache(maxsize=2)  # all of the text in windows of 8 is 25 MB, and made anew in 0.1 s
def _text(*, samples: int, context: int, test_samples: int, seed: int, fingerprint: str) -> Task:
    train, *held_out = split()
    order = np.random.default_rng(np.random.SeedSequence((seed,))).permutation(train)
    validation, test = (_spread(positions(blocks, context), test_samples) for blocks in held_out)
    sets = [_examples(places, context) for places in (positions(order, context)[:samples], test, validation)]
    recipe = {"name": "text", "samples": samples, "context": context, "test_samples": test_samples, "seed": seed}
    letters = len(alphabet())
    return Task(
        "text",
        *sets[0],
        *sets[1],
        letters,
        *sets[2],
        vocabulary=letters,
        recipe=recipe | {"fingerprint": fingerprint},
    )


def _spread(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """So many of the places, evenly spaced."""
    return places[np.arange(count) * len(places) // count]


def _examples(places: NDArray[np.int64], context: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Codes of the characters before each place, shape (places, context), and of the one that is there."""
    windows = sliding_window_view(_codes(), context + 1)[places - context]
    return windows[:, :-1], windows[:, -1]


@cache
def _codes() -> NDArray[np.int16]:
    """The text as codes; a task keeps them as int64, four times as large."""
    points = np.frombuffer(characters().encode("utf-32-le"), dtype="<u4")
    # Unicode's numbers sort as characters do, so the place of a number among the distinct ones is the code.
    return np.unique(points, return_inverse=True)[1].astype(np.int16)
