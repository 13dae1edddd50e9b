"""Predictions and the quiz on the instructor's page: what the class said, against what is true."""

from __future__ import annotations

from collections.abc import Sequence

from scalinglab.classroom.report.dot_plot import dot_plot
from scalinglab.classroom.report.html_pieces import NOTHING, bar, marked, plain, quantity, share, table
from scalinglab.classroom.report.mistakes_and_predictions import PredictionFinding, QuizFinding


def predictions_part(found: Sequence[PredictionFinding]) -> str:
    """What the class predicted, against the truth."""
    if not found:
        return ""
    cards = "".join(_prediction(one) for one in found if one.answered or one.unfit)
    nobody = [one for one in found if not (one.answered or one.unfit)]
    silent = "".join(f"<li>Nobody answered: {marked(one.question.text)}</li>" for one in nobody)
    below = f'<ul class="silent">{silent}</ul>' if silent else ""
    return f'<h3>Predictions</h3><div class="cards">{cards}</div>{below}' if cards else f"<h3>Predictions</h3>{below}"


def _prediction(found: PredictionFinding) -> str:
    picture = _choices(found) if found.question.choices else dot_plot(found)
    told = _about_choices(found) if found.question.choices else _about_numbers(found)
    asked = f'<p class="question">{marked(found.question.text)}</p>'
    return f"<figure>{asked}{picture}<figcaption>{told}</figcaption></figure>"


def _about_numbers(found: PredictionFinding) -> str:
    """``Median 12 %, measured 9.3 %; 40 % of the class within a factor 1.5.``"""
    unit, count = found.question.unit, len(found.numbers)
    said = [f"Median {quantity(found.median, unit)}" if found.median is not None else "No number"]
    if found.truth is not None:
        said.append(f", measured {quantity(found.truth, unit)}")
    if found.close is not None and count:
        said.append(f"; {100 * found.near / count:.0f}&nbsp;% of the class {plain(found.close_words)}")
    outside = sum(not _inside(found, one) for one in found.numbers)
    notes = [f"{count} answered"] + ([f"{outside} outside the range, drawn hollow at its end"] if outside else [])
    notes += [f"{found.unfit} wrote no number"] if found.unfit else []
    return f"{''.join(said)}. {_truth_in_words(found)}<small>{', '.join(notes)}.</small>"


def _inside(found: PredictionFinding, value: float) -> bool:
    low, high = found.question.low, found.question.high
    return (low is None or value >= low) and (high is None or value <= high)


def _choices(found: PredictionFinding) -> str:
    """A bar for each choice, the right one marked."""
    rows = []
    for choice, count in found.choices.items():
        right = choice == found.question.truth
        kind = "right" if right else "said"
        sign = '<span class="right" aria-hidden="true">✓</span> <span class="unseen">right:</span> ' if right else ""
        level = bar((kind, count / found.answered if found.answered else 0.0))
        mark = ' class="true"' if right else ""
        rows.append(f"<li{mark}>{sign}{plain(choice)}: {count} {level}</li>")
    return f'<ul class="choices">{"".join(rows)}</ul>'


def _about_choices(found: PredictionFinding) -> str:
    truth = found.question.truth
    notes = [f"{found.answered} answered"]
    notes += [f"{found.unfit} gave an answer that is no choice"] if found.unfit else []
    told = (
        f"{share(found.choices[truth], found.answered)} right. " if truth in found.choices else _truth_in_words(found)
    )
    return f"{told}<small>{', '.join(notes)}.</small>"


def _truth_in_words(found: PredictionFinding) -> str:
    """A truth that is no number and no choice."""
    truth = found.question.truth
    if truth is None:
        return "What is true depends on the answer, or could not be worked out. "
    return f"Measured: {marked(truth)} " if isinstance(truth, str) else ""


def quiz_part(found: Sequence[QuizFinding]) -> str:
    """The first choices in the quiz."""
    if not found:
        return ""
    asked = [one for one in found if one.answered or one.unfit]
    if not asked:
        return "<h3>Quiz</h3><p>Nobody has answered it.</p>"
    rows = "".join(_quiz_row(one) for one in found)
    columns = ("Question", "Right at first choice", "Most frequent wrong choice")
    shown = table(columns, rows, caption="First choices", label=f"Quiz of chapter {found[0].key[:2]}", kind="quiz")
    return f"<h3>Quiz</h3>{shown}"


def _quiz_row(found: QuizFinding) -> str:
    level = bar(("right", found.right / found.answered)) if found.answered else ""
    told = share(found.right, found.answered) if found.answered else "nobody answered"
    worst = (
        f"{found.worst_count}: {plain(found.worst.text)} <small>{marked(found.worst.why)}</small>"
        if found.worst
        else NOTHING
    )
    unfit = f" <small>{found.unfit} chose what is no choice any more</small>" if found.unfit else ""
    return f'<tr><th scope="row">{marked(found.item.text)}</th><td>{told} {level}{unfit}</td><td>{worst}</td></tr>'
