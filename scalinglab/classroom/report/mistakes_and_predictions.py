"""What a class got wrong, what it predicted and what it chose in the quiz, counted: what to teach next."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from scalinglab._checks import number
from scalinglab.classroom.report.names_and_points import told_once
from scalinglab.classroom.results import Asked, ClassResults, Score
from scalinglab.exercises.quiz_items import Item, Option, items_of, quiz_chapters
from scalinglab.exercises.wording import amount

#: A prediction is close within this factor, or within this part of the question's range if that is stricter.
FACTOR, PART = 1.5, 0.1


@dataclass(frozen=True)
class MistakeMade:
    """A mistake and who made it; ``sentence`` is what most of them read, ``alike`` whether all read the same."""

    diagnosis: str
    students: tuple[str, ...]
    sentence: str
    alike: bool


@dataclass(frozen=True)
class ExerciseFinding:
    """How the graded submissions fared in one exercise.

    ``graded = solved + attempted + untouched``, where ``attempted`` counts wrong and partly right answers, and those
    that a person still has to grade are ``waiting``. The ``mistakes`` that have a name come with the most frequent
    first; ``others`` are the wrong answers without one, with the sentence that most of them read.
    """

    key: str
    title: str
    graded: int
    solved: int
    attempted: int
    untouched: int
    mistakes: tuple[MistakeMade, ...] = ()
    others: MistakeMade | None = None
    waiting: int = 0


@dataclass(frozen=True)
class PredictionFinding:
    """What a class answered to one question.

    Parameters
    ----------
    question
    numbers
        The answers to a question for a number, sorted.
    choices
        How many chose what, in the order of the question.
    unfit
        Answers that are none: text for a number, a choice that is not offered.
    """

    question: Asked
    numbers: tuple[float, ...] = ()
    choices: dict[str, int] = field(default_factory=dict)
    unfit: int = 0

    @property
    def answered(self) -> int:
        """How many answers count."""
        return len(self.numbers) + sum(self.choices.values())

    @property
    def said(self) -> int:
        """How many said anything."""
        return self.answered + self.unfit

    @property
    def outside(self) -> int:
        """How many numbers lie outside of the question's range."""
        low, high = self.question.low, self.question.high
        return sum((low is not None and one < low) or (high is not None and one > high) for one in self.numbers)

    @property
    def median(self) -> float | None:
        """The median of the numbers; None without any."""
        return 2 * median(one / 2 for one in self.numbers) if self.numbers else None  # a sum of two may overflow

    @property
    def truth(self) -> float | None:
        """The true number, if it is one."""
        return _finite(self.question.truth)

    @property
    def close(self) -> tuple[float, float] | None:
        """The ends of what counts as close to the truth; None if the truth is no number."""
        if self.truth is None or not (self._by_factor or math.isfinite(self._part)):
            return None
        if self._by_factor:
            return self.truth / FACTOR, self.truth * FACTOR
        return self.truth - self._part, self.truth + self._part

    @property
    def close_words(self) -> str:
        """What close means here: ``within a factor of 1.5``."""
        unit = "percentage points" if self.question.unit == "%" else self.question.unit
        return f"within a factor of {FACTOR:g}" if self._by_factor else f"at most {amount(self._part, unit)} off"

    @property
    def _part(self) -> float:
        """The part of the question's range that counts as close; infinite if it has no range."""
        low, high = self.question.low, self.question.high
        return math.inf if low is None or high is None else PART * (high - low)

    @property
    def _by_factor(self) -> bool:
        """Whether a factor is the measure: on a logarithmic range, and where it is the stricter one."""
        truth = self.truth
        if truth is None or truth <= 0:
            return False
        return self.question.log or truth * (FACTOR - 1 / FACTOR) < 2 * self._part

    @property
    def near(self) -> int:
        """How many numbers are close to the truth."""
        ends = self.close
        return sum(ends[0] <= one <= ends[1] for one in self.numbers) if ends else 0


@dataclass(frozen=True)
class QuizFinding:
    """The first choices of a class in one question of the quiz; ``worst`` is the most frequent wrong one."""

    key: str
    item: Item
    answered: int
    right: int
    worst: Option | None
    worst_count: int
    unfit: int

    @property
    def said(self) -> int:
        """How many said anything."""
        return self.answered + self.unfit


def exercise_findings(results: ClassResults, assignment: str) -> list[ExerciseFinding]:
    """Count, for each exercise of an assignment, who solved it, who did not try, and which mistakes were made."""
    scores: dict[str, list[tuple[str, Score]]] = defaultdict(list)
    for one in results.submissions:
        if one.assignment == assignment and not one.problem:
            for score in one.scores:
                scores[score.key].append((one.student, score))
    return [_exercise(part.key, part.title, scores[part.key]) for part in results.parts.get(assignment, ())]


def prediction_findings(results: ClassResults, assignment: str) -> list[PredictionFinding]:
    """Collect what was predicted in an assignment, graded or not, for each of its questions."""
    said = [one.predictions for one in results.submissions if one.assignment == assignment]
    questions = [question for question in results.questions if question.key[:2] == assignment[:2]]
    return [_prediction(question, [one[question.key] for one in said if question.key in one]) for question in questions]


def quiz_findings(results: ClassResults, assignment: str) -> list[QuizFinding]:
    """Count the first choices in the quiz of an assignment; empty for a chapter without a quiz."""
    chapter = assignment[:2]
    if chapter not in quiz_chapters():
        return []
    said = [one.quiz for one in results.submissions if one.assignment == assignment]
    found = []
    for place, item in enumerate(items_of(chapter), start=1):
        key = f"{chapter}-quiz-{place}"
        found.append(_quiz(key, item, [one[key] for one in said if key in one]))
    return found


def _exercise(key: str, title: str, scores: list[tuple[str, Score]]) -> ExerciseFinding:
    waiting = sum(one.waits for _, one in scores)
    scores = [(student, one) for student, one in scores if not one.waits]
    wrong = [(student, one) for student, one in scores if not one.passed and one.attempted]
    made: dict[str, list[tuple[str, Score]]] = defaultdict(list)
    for student, one in wrong:
        made[one.diagnosis or ""].append((student, one))
    others = _mistake("another wrong answer", made.pop("")) if made.get("") else None
    mistakes = sorted((_mistake(*item) for item in made.items()), key=lambda one: (-len(one.students), one.diagnosis))
    solved = sum(one.passed for _, one in scores)
    return ExerciseFinding(
        key,
        title,
        graded=len(scores),
        solved=solved,
        attempted=len(wrong),
        untouched=len(scores) - solved - len(wrong),
        mistakes=tuple(mistakes),
        others=others,
        waiting=waiting,
    )


def _mistake(diagnosis: str, made: list[tuple[str, Score]]) -> MistakeMade:
    sentences = _counted(told_once(diagnosis, score.message) for _, score in made)
    return MistakeMade(diagnosis, tuple(student for student, _ in made), sentences[0][0], len(sentences) == 1)


def _prediction(question: Asked, said: list[float | str]) -> PredictionFinding:
    if question.choices:
        chosen = Counter(one for one in said if isinstance(one, str))
        counts = {choice: chosen[choice] for choice in question.choices}
        return PredictionFinding(question, choices=counts, unfit=len(said) - sum(counts.values()))
    numbers = sorted(one for one in map(_finite, said) if one is not None)
    return PredictionFinding(question, tuple(numbers), unfit=len(said) - len(numbers))


def _quiz(key: str, item: Item, said: list[str]) -> QuizFinding:
    by_text = {option.text: option for option in item.options}
    known = [by_text[one] for one in said if isinstance(one, str) and one in by_text]
    wrong = _counted(option.text for option in known if not option.right)
    return QuizFinding(
        key,
        item,
        answered=len(known),
        right=sum(option.right for option in known),
        worst=by_text[wrong[0][0]] if wrong else None,
        worst_count=wrong[0][1] if wrong else 0,
        unfit=len(said) - len(known),
    )


def _counted(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Texts with how often they occur: the most frequent first, then by the alphabet, whatever their order was."""
    return sorted(Counter(texts).items(), key=lambda one: (-one[1], one[0]))


def _finite(value: object) -> float | None:
    """A finite number, or None for all else: text, nothing, True, nan."""
    try:
        return number("value", value)
    except ValueError:
        return None
