"""A quiz at the end of a chapter: three questions, each a prediction that may be tried again and explains itself."""

from __future__ import annotations

from typing import Any

import ipywidgets

from scalinglab.exercises.journal import Journal, JournalError
from scalinglab.exercises.predictions import Prediction
from scalinglab.exercises.question import Question
from scalinglab.exercises.quiz_items import Item, Option, items_of
from scalinglab.exercises.wording import pieces, to_html


class QuizQuestion(Prediction):
    """One question. The first choice is sealed like a prediction; further ones are attempts in the journal.

    What is right, and why, leaves Python choice by choice: nothing of a choice that was not made is in the browser.
    """

    again = True

    def __init__(
        self, chapter: str, number: int, item: Item, *, last: bool = True, journal: Journal | None = None
    ) -> None:
        self.item, self.number, self.shows_journal = item, number, last
        choices = tuple(option.text for option in item.options)
        text = f"**{number}.** {item.text}"
        super().__init__(
            Question(f"{chapter}-quiz-{number}", text, "", choices, None, None, log=False), journal=journal
        )

    @property
    def tries(self) -> list[Option]:
        """The choices made so far, the first one first."""
        if not self.sealed:
            return []
        later = [record.get("diagnosis") for record in self.journal.attempts(self.question.key)]
        by_text = {option.text: option for option in self.item.options}
        return [by_text[text] for text in dict.fromkeys([self.value, *later]) if text in by_text]

    @property
    def solved(self) -> bool:
        """Whether the right choice was found, at the first try or later."""
        return any(option.right for option in self.tries)

    def seal(self, value: Any) -> float | str | None:
        """Record a choice and explain it. Returns the first one, which counts; None if it could not be recorded.

        Raises
        ------
        ValueError
            If it is not one of the choices.
        """
        self.draft = ""
        if not self.sealed:
            return super().seal(value)
        chosen = self.question.accept(value)
        if not self.solved and chosen not in [option.text for option in self.tries]:
            points = sum(option.right for option in self.item.options if option.text == chosen)
            try:
                self.journal.add_attempt(self.question.key, points=points, max_points=1, diagnosis=str(chosen))
            except JournalError as problem:
                self._say(f"Not recorded. {problem}", error=problem)
                return None
        self._tell_others()
        return self.value

    def refresh(self) -> None:
        """Take over what the journal holds for this key, later tries included."""
        super().refresh()
        if self.sealed:
            self._show_answer()

    def words(self) -> str:
        """Question, choices and state as HTML, for a page without widgets."""
        choices = "".join(f"<li>{to_html(option.text)}</li>" for option in self.item.options)
        lines = "".join(f"<p>{to_html(line)}</p>" for line in self._lines)
        return f"<p>{to_html(self.question.text)}</p><ul>{choices}</ul>{lines}"

    def _labels(self) -> dict[str, str]:
        note = (
            f"The first choice counts: {self.journal.path.name} records it. You may go on until you find the right one."
        )
        section = f"Question {self.number} of the quiz of chapter {self.question.key[:2]}"
        return {"section": section, "answer": "Choose one", "button": "Choose", "note": note}

    def _sealed(self, then: str) -> str:
        known = self.value in (option.text for option in self.item.options)
        return f"First choice recorded {then}" if known else f'First choice, "{self.value}", recorded {then}'

    def _show_answer(self) -> None:
        try:
            tries = self.tries
        except JournalError as problem:
            self._say(str(problem), error=problem)
            return
        words = {True: "**✓ Right.**", False: "**✗ Wrong.**"}
        told = [pieces(f'{words[option.right]} "{option.text}" {option.why}') for option in tries]
        left = not any(option.right for option in tries)
        self._show(reveal=told, spent=[option.text for option in tries], open=left, message="")


class Quiz(ipywidgets.VBox):
    """The questions of a chapter, one below the other: what ``quiz`` returns."""

    def __init__(self, questions: list[QuizQuestion]) -> None:
        self.questions = tuple(questions)
        super().__init__(children=self.questions)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.questions))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and the same in words for pages without widgets."""
        data: Any = super()._repr_mimebundle_(**kwargs)
        words = "".join(question.words() for question in self.questions)
        return {**data, "text/plain": repr(self), "text/html": words}


def quiz(chapter: str) -> Quiz:
    """Ask the questions of a chapter, ``"05"``; an answer is explained as soon as one is chosen.

    The first choice of each question is sealed in the journal under ``"05-quiz-1"``, and survives restarts like a
    prediction; further tries are kept as attempts.

    Raises
    ------
    ValueError
        If the chapter has no quiz; the sentence lists those that have.
    """
    items = items_of(chapter)
    asked = enumerate(items, start=1)
    return Quiz([QuizQuestion(chapter, number, item, last=number == len(items)) for number, item in asked])
