"""What an exercise is: cases drawn from a seed, an oracle that knows the right answer, and the known mistakes."""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

from scalinglab._checks import fail, one_of, positive, positive_integer
from scalinglab.exercises.answers import equal, in_one_line, shown

#: The arguments of one call.
Case = tuple[Any, ...]
#: What draws cases may yield them one by one.
Cases = Iterator[Case]
#: What a right answer earns, by difficulty; the easy ones come first in a chapter.
POINTS = {"easy": 10, "medium": 15, "hard": 20}
DRAWS = 50
#: So many characters of one argument stand in a message at most.
LONGEST_ARGUMENT = 2_000
#: What is told apart from all mistakes.
RIGHT = "the right answer"


class AlikeError(RuntimeError):
    """No cases of an exercise tell two answers apart: ``pair`` names them, ``RIGHT`` or mistakes."""

    def __init__(self, key: str, pair: tuple[str, str]) -> None:
        told = " and ".join(map(repr, pair))
        super().__init__(f"no cases of {key} tell all mistakes apart in {DRAWS} draws, such as {told}")
        self.pair = pair


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give, and the one sentence that teaches.

    Parameters
    ----------
    name
        What a result's ``diagnosis`` says, such as ``"forgot the biases"``.
    wrong
        Computes the wrong answer; same arguments as the solution.
    message
        One sentence that names the mistake and points to the way out without giving the answer.
    by_luck
        Whether such an answer may be right in some of the cases by luck, as one is that leaves a choice open.
    """

    name: str
    wrong: Callable[..., Any]
    message: str
    by_luck: bool = False


@dataclass(frozen=True)
class Exercise:
    """One exercise of a chapter; its text stands in the notebook, and only there.

    Parameters
    ----------
    key
        Chapter and name, ``"00-parameters"``; of an instructor's own, ``"own-half-life"``.
    title
        A few words.
    name
        The function that the student writes.
    cases
        Draws the cases from a ``random.Random``: tuples of arguments, the simplest first.
    oracle
        Computes the right answer from a case in its own way: by listing, by simulation, by a property. It is not the
        solution, which is kept in ``course/solutions``.
    mistakes
        The known wrong answers.
    hints
        Three, from a nudge to nearly the way.
    difficulty, minutes
        ``"easy"``, ``"medium"`` or ``"hard"``, and how long it takes.
    place
        A chapter has its easy exercises first and its hard ones last. Of those that are equally difficult, the one with
        the smaller place comes first; if that is equal too, the alphabet of the keys decides.
    tolerance
        Relative, for numbers and arrays.
    seconds
        Time limit for all cases together.
    look
        For functions whose results cannot be compared, such as modules: calls one on a case, and returns the numbers
        that are compared instead. The oracle returns these numbers itself.
    entries
        What each of these numbers is, in words, for the sentence that says which of them are off.
    """

    key: str
    title: str
    name: str
    cases: Callable[[random.Random], Iterable[Case]]
    oracle: Callable[..., Any]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str, str]
    difficulty: str = "easy"
    minutes: int = 5
    place: int = 1
    tolerance: float = 1e-9
    seconds: float = 5.0
    look: Callable[[Callable[..., Any], Case], Any] | None = None
    entries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_own_key(self.key):
            valid_key(self.key)
        one_of("difficulty", self.difficulty, POINTS)
        positive_integer("minutes", self.minutes)
        positive("seconds", self.seconds)
        if len(self.hints) != 3:
            fail("hints", "be three", self.hints)
        names = [mistake.name for mistake in self.mistakes]
        if len(set(names)) < len(names):
            fail("mistakes", "have different names", names)

    @property
    def points(self) -> int:
        """What a right answer earns."""
        return POINTS[self.difficulty]

    @property
    def order(self) -> tuple[int, int, str]:
        """What the exercises of a chapter are sorted by."""
        return self.points, self.place, self.key

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments, as the oracle has them."""
        return tuple(inspect.signature(self.oracle).parameters)

    def answer(self, function: Callable[..., Any], case: Case) -> Any:
        """What a function says of a case, as it is compared."""
        return function(*case) if self.look is None else self.look(function, case)

    def call(self, case: Case) -> str:
        """One call as the student would write it: ``parameter_count(inputs=3, width=4)``; of large arrays both ends."""
        pairs = zip(self.arguments, case, strict=True)
        told = (f"{name}={in_one_line(shown(value, LONGEST_ARGUMENT))}" for name, value in pairs)
        return f"{self.name}({', '.join(told)})"

    def draw(self, seed: int) -> tuple[Case, ...]:
        """The cases of one seed: drawn again until they tell the right answer and all mistakes from one another.

        Raises
        ------
        AlikeError
            If no draw does; the exercise is badly made then.
        """
        alike: list[tuple[str, str]] = []
        for attempt in range(DRAWS):
            cases = tuple(self.cases(random.Random(seed * DRAWS + attempt)))
            if not (alike := self._alike(cases)):
                return cases
        raise AlikeError(self.key, alike[0])

    def _alike(self, cases: tuple[Case, ...]) -> list[tuple[str, str]]:
        """Names of those that give the same answers to all cases."""
        wrong = {mistake.name: mistake.wrong for mistake in self.mistakes}
        alike = list(combinations((RIGHT, *wrong), 2))
        for case in cases:
            answers = {name: self.answer(wrong[name], case) for name in set(chain(*alike)) & wrong.keys()}
            answers[RIGHT] = self.oracle(*case)
            alike = [(one, other) for one, other in alike if equal(answers[one], answers[other], self.tolerance)]
        return alike


def valid_key(key: str) -> str:
    """A key such as ``"00-width"``: two digits of the chapter, then a name in small letters, digits and hyphens."""
    if not isinstance(key, str) or not re.fullmatch(r"[0-9]{2}-[a-z0-9-]+", key):
        fail("key", "be a chapter and a name, such as '00-width'", key)
    return key


def is_own_key(key: object) -> bool:
    """Whether a key is that of an instructor's own exercise: ``own-``, then small letters, digits and hyphens."""
    return isinstance(key, str) and re.fullmatch(r"own-[a-z0-9-]+", key) is not None
