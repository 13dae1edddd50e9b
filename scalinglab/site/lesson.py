"""What of a chapter asks the learner something: predictions, quizzes, what waits for them, exercises and the map.

Each becomes a placeholder that the notebook's own script draws on the page, and ``static/lesson_models.js`` answers it.
Inside of it stands the same in words, for readers without JavaScript.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scalinglab.exercises import CheckResult, CourseMap, Hints, Prediction, Quiz
from scalinglab.exercises.bank import find
from scalinglab.exercises.check_result import Mark
from scalinglab.exercises.progress.chapters import chapters
from scalinglab.exercises.progress.standing import CLOSENESS, RULE
from scalinglab.exercises.quiz_items import items_of
from scalinglab.exercises.quizzes import QuizQuestion
from scalinglab.exercises.wording import amount, to_html, to_plain
from scalinglab.live import Prose, Table
from scalinglab.site.answers import answers_of, veiled
from scalinglab.site.parts import Cell, Executed, Output, Part

#: What each page of a chapter has to link to from an exercise: how to run the chapter.
RUN_ANCHOR = "#run"
#: The page with the map of the course.
HOME = "index.html"
#: What a page calls the learner's file before it is downloaded.
_JOURNAL = "the journal in this browser"
_NEEDS_SCRIPT = "Predictions and quizzes need JavaScript."


def lesson_part(
    output: Output, cell: Cell, chapter: Executed, typeset: Callable[[str], str] = lambda text: text
) -> Part | None:
    """What an output becomes on the page; None if it asks nothing and waits for nothing.

    Parameters
    ----------
    output
        What the cell shows.
    cell, chapter
        Where it stands.
    typeset
        Makes the formulas of a text, which stand between dollars in its HTML, into what the page shows.
    """
    made: Part | None = None
    match output.value.result if isinstance(output.value, Mark) else output.value:
        case QuizQuestion() as one:
            made = _question(one, cell)
        case Prediction() as one:
            made = _prediction(one, cell, chapter)
        case Quiz() as quiz:
            made = _joined(cell, [_question(one, cell) for one in quiz.questions])
        case Prose() | Table() as sealed if sealed.closed:
            made = _curtain(sealed, cell, cell.outputs.index(output), typeset)
        case CheckResult() as result if not result.passed:
            made = _exercise(result.key, cell)
        case Hints() as hints:
            made = Part(cell.id, hints._repr_html_())
        case CourseMap():
            made = map_part(cell.id, here=chapter.number)
    return made


def map_part(cell_id: str, words: str = "", *, here: str = "") -> Part:
    """The map of the course, as it follows the journal of the browser.

    Parameters
    ----------
    cell_id
        What the part is called.
    words
        The map as HTML, for readers without JavaScript; if left out, a sentence that leads to it.
    here
        The number of the chapter on whose page it is.
    """
    lead = f'<p>The map of the course has <a href="{HOME}">a page of its own</a>.</p>'
    return _widget("map", f"map-{cell_id}", cell_id, words or lead, {"here": here})


def course_script(pages: Mapping[str, str], *, projects: str = "") -> bytes:
    """The script with all that the map of the course needs, ``assets/course.js``.

    Parameters
    ----------
    pages
        The page of each chapter that has one, by its number: ``{"05": "05_random_features.html"}``.
    projects
        The page of the open projects, if there is one.
    """
    listed = [
        {
            "number": one.number,
            "title": one.title,
            "minutes": one.minutes,
            "solving": one.solving,
            "points": dict(one.points),
            "predictions": list(one.predictions),
            "quiz": one.quiz,
            "page": pages.get(one.number, ""),
        }
        for one in chapters()
    ]
    rights = {
        f"{one.number}-quiz-{place}": next(option.text for option in item.options if option.right)
        for one in chapters()
        if one.quiz
        for place, item in enumerate(items_of(one.number), start=1)
    }
    course = {"chapters": listed, "rule": RULE, "closeness": CLOSENESS, "projects": projects, "secret": veiled(rights)}
    return f"scalinglab.course = {json.dumps(course, ensure_ascii=False)};\n".encode()


def _widget(kind: str, name: str, cell_id: str, fallback: str, traits: dict[str, Any]) -> Part:
    place = f'<div class="sl-site-widget" data-widget="{kind}" data-model="{html.escape(name)}">{fallback}</div>'
    return Part(cell_id, place, {name: traits})


def _joined(cell: Cell, parts: list[Part]) -> Part:
    models = {name: traits for part in parts for name, traits in part.models.items()}
    return Part(cell.id, "".join(part.html for part in parts), models)


def _prediction(one: Prediction, cell: Cell, chapter: Executed) -> Part:
    others = {other.question.key: other for other in _predictions(chapter)}
    answers = answers_of(one, others)
    part = _asking(one, cell, veiled(answers.held), without_script=_told(one, answers.held or {}))
    return replace(part, files=answers.files)


def _told(one: Prediction, held: Mapping[str, Any]) -> str:
    """The answer to a question by itself, where it is one for all."""
    answer = held.get("is")
    if answer is None:
        return ""
    if answer in (one.question.choices or ()):
        return f'The answer is "{answer}".'
    return answer if isinstance(answer, str) else f"Measured: {amount(answer, one.question.unit)}."


def _question(one: QuizQuestion, cell: Cell) -> Part:
    options = [{"text": option.text, "why": option.why, "right": option.right} for option in one.item.options]
    right = next(option for option in one.item.options if option.right)
    return _asking(one, cell, veiled(options), without_script=f'"{right.text}" {right.why}')


def _asking(one: Prediction, cell: Cell, secret: str, *, without_script: str) -> Part:
    """A question with its seal; what is revealed is folded where nothing can be sealed."""
    asked, words = one.question, one.setup["words"]
    told = f"<details><summary>Show the answer</summary><p>{to_html(without_script)}</p></details>"
    aside = f"<noscript><p>{_NEEDS_SCRIPT}</p>{told if without_script else ''}</noscript>"
    traits = {
        "setup": one.setup | {"words": words | {"note": words["note"].replace(one.journal.path.name, _JOURNAL)}},
        "state": one.state,
        "draft": "",
        "asked": {
            "key": asked.key,
            "text": to_plain(asked.text),
            "unit": asked.unit,
            "choices": list(asked.choices or ()),
            "low": asked.low,
            "high": asked.high,
            "log": asked.log,
            "after": list(one.after),
            "again": one.again,
        },
        "secret": secret,
    }
    choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in asked.choices or ())
    question = f"<p>{to_html(asked.text if one.again else f'**Predict.** {asked.text}')}</p>"
    fallback = question + (f"<ul>{choices}</ul>" if choices else "") + aside
    return _widget("predict", f"predict-{asked.key}", cell.id, fallback, traits)


def _predictions(chapter: Executed) -> Iterator[Prediction]:
    for cell in chapter.cells:
        for output in cell.outputs:
            if isinstance(output.value, Prediction):
                yield output.value


def _curtain(sealed: Prose | Table, cell: Cell, place: int, typeset: Callable[[str], str]) -> Part:
    content = typeset(sealed.behind())
    what = "table" if isinstance(sealed, Table) else "text"
    traits = {"closed": repr(sealed), "html": "", "trouble": "", "what": what, "after": list(sealed.after)}
    fold = f"<noscript><details><summary>Show it</summary>{content}</details></noscript>"
    fallback = f"<p>{html.escape(repr(sealed))}</p>{fold}"
    return _widget("curtain", f"curtain-{cell.id}-{place}", cell.id, fallback, traits | {"secret": veiled(content)})


def _exercise(key: str, cell: Cell) -> Part:
    """The box in the place of a check: only the notebook checks, but the hints are here."""
    exercise = find(key)
    total = len(exercise.hints)
    states = [
        {
            "box": _box(key, seen),
            "hints": Hints(key, exercise.hints[:seen], total)._repr_html_() if seen else "",
            "left": total - seen,
        }
        for seen in range(total + 1)
    ]
    return _widget("hint", f"hint-{key}", cell.id, _box(key), {**states[0], "key": key, "secret": veiled(states)})


def _box(key: str, seen: int | None = None) -> str:
    """What the exercise is; with a line about the hint that waits, once so many were seen."""
    exercise = find(key)
    total = len(exercise.hints)
    about = f"{exercise.title}: {exercise.difficulty}, about {exercise.minutes} minutes, {exercise.points} points."
    waits = "You have seen all hints." if seen == total else f"Hint {(seen or 0) + 1} of {total} is waiting."
    paragraph = '<p style="margin: 0.3em 0">{}</p>'.format
    told = f'{html.escape(about)} Python checks your answer, so write it in the notebook: <a href="{RUN_ANCHOR}">'
    told += "run this chapter</a>."
    head = f'<strong><span aria-hidden="true">○</span> Exercise</strong> <span>({html.escape(key)})</span>'
    style = "border-left: 5px solid #767676; padding: 0.4em 0.9em; margin: 0.3em 0"
    return f'<div style="{style}">{head}{paragraph(told)}{"" if seen is None else paragraph(waits)}</div>'
