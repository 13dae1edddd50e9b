"""A prediction: a question whose answer shows only after the student's own guess is sealed in the journal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

import anywidget
import traitlets

from scalinglab import _gates
from scalinglab._grading import being_graded
from scalinglab.exercises.exercise import valid_key
from scalinglab.exercises.journal import Journal, JournalError
from scalinglab.exercises.progress.course_map import SCRIPT, STYLE
from scalinglab.exercises.progress.standing import standing
from scalinglab.exercises.question import Question
from scalinglab.exercises.reveals import failure, takes_what_was_said, worked_out
from scalinglab.exercises.wording import amount, pieces, to_html, to_plain

_STATIC = Path(__file__).parent / "static"
_EMPTY = {"sealed": "", "open": True, "spent": [], "reveal": [], "marks": [], "message": "", "trouble": False}
#: The predictions of this kernel, so that two widgets of one key agree and a loaded journal reaches all of them.
_open: WeakSet[Prediction] = WeakSet()


class Prediction(anywidget.AnyWidget):
    """The widget that ``predict`` makes. Before the seal nothing of the answer leaves Python.

    ``value`` is a trait (None until sealed), so that a panel may follow it with ``observe``.
    ``question``, ``reveal`` and ``after`` are what ``predict`` was given.
    """

    _esm = SCRIPT + (_STATIC / "predict.js").read_text(encoding="utf-8")
    _css = STYLE + (_STATIC / "predict.css").read_text(encoding="utf-8")
    setup = traitlets.Dict().tag(sync=True)  # the question; never changes
    state = traitlets.Dict().tag(sync=True)  # what is sealed and shown; only Python writes it
    draft = traitlets.Unicode("").tag(sync=True)  # what is typed or ticked, shared by all views
    value = traitlets.Any(None, allow_none=True, read_only=True)
    #: Whether another choice may follow the sealed one; a quiz says yes.
    again = False
    #: Whether the journal can be downloaded and loaded here; of a quiz's questions only the last one says yes.
    shows_journal = True

    def __init__(
        self,
        question: Question,
        reveal: Any = None,
        *,
        called: str = "prediction",
        after: Sequence[str] = (),
        journal: Journal | None = None,
    ) -> None:
        self.question, self.reveal, self.called, self.after = question, reveal, called, tuple(after)
        self.journal = journal or Journal()
        #: The last error of the reveal or of the journal, for tests; the student reads it as a sentence.
        self.error: Exception | None = None
        setup = {
            "key": question.key,
            "question": pieces(question.text),
            "unit": question.unit,
            "choices": list(question.choices or ()),
            "ends": [amount(end, question.unit) for end in (question.low, question.high) if end is not None],
            "words": self._labels(),
            "again": self.again,
            "journal": self.shows_journal,
        }
        super().__init__(setup=setup, state=dict(_EMPTY))
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))
        _open.add(self)
        self.refresh()

    @property
    def sealed(self) -> bool:
        """Whether a prediction is on record."""
        return self.value is not None

    @property
    def revealed(self) -> bool:
        """Whether the answer is shown."""
        return bool(self.state["reveal"])

    @property
    def answer(self) -> str:
        """The text of the reveal; empty until it is shown."""
        return "\n".join("".join(text for _, text in paragraph) for paragraph in self.state["reveal"])

    def seal(self, value: Any) -> float | str | None:
        """Record a prediction, then reveal. Returns the value that counts: the first that was ever sealed.

        Returns None if it could not be recorded; then nothing is revealed and ``error`` says why.

        Raises
        ------
        ValueError
            If the value is not one that the question takes.
        """
        first = "The first prediction counts and stays sealed: {}."
        if self.sealed:
            self._say(first.format(self._words()))
            return self.value
        value = self.question.accept(value)
        text, unit = to_plain(self.question.text), self.question.unit
        try:
            if missing := [key for key in self.after if not self.journal.sealed(key)]:
                self._say(f"Not sealed yet. First seal {', '.join(missing)}.", trouble=True)
                return None
            record = self.journal.seal(self.question.key, value, question=text, unit=unit)
        except JournalError as problem:
            self._say(f"Not sealed. {problem}", error=problem)
            return None
        self._adopt(record)
        self._tell_notices()
        if self.value != value:  # another notebook was faster
            self._say(first.format(self._words()))
        self._tell_others()
        return self.value

    @property
    def truth(self) -> float | str | None:
        """What is true; None where it depends on what was said, cannot be worked out, or is not told."""
        if self.reveal is not None and not takes_what_was_said(self.reveal):
            with contextlib.suppress(Exception):
                return worked_out(self.reveal, "")
        return None

    def refresh(self) -> None:
        """Take over what the journal holds for this key: after a restart, or from another notebook."""
        try:
            record = None if self.sealed else self.journal.sealed(self.question.key)
            shown_at = "" if self.sealed or record else self.journal.shown_at(self.question.key)
        except JournalError as problem:
            self._say(str(problem), error=problem)
            return
        if record:
            self._adopt(record)
        if shown_at:
            self._say(f"You had the answer shown {_when(shown_at)}. What you seal now is recorded as said after that.")
        self._tell_notices()

    def load(self, text: str) -> None:
        """Merge a downloaded journal into this one, and tell every prediction of this kernel."""
        try:
            merged = self.journal.merge(text)
        except JournalError as problem:
            self._say(str(problem), error=problem)
            return
        for other in list(_open):
            other.refresh()
        _gates.ask_again()
        self._say(merged.message, trouble=bool(merged.kept))

    def receive(self, content: dict[str, Any]) -> None:
        """Answer a message of the browser: seal, download, load, or show the map. Errors become sentences."""
        try:
            match content:
                case {"type": "seal", "value": value}:
                    self.seal(value)
                case {"type": "download", "view": view}:
                    file = {"name": self.journal.path.name, "text": self.journal.text()}
                    self.send({"type": "journal", "view": view, **file})
                case {"type": "map", "view": view}:
                    self.send({"type": "map", "view": view, "map": standing(self.journal, here=self.question.key[:2])})
                case {"type": "load", "text": str(text)}:
                    self.load(text)
        except (ValueError, JournalError) as problem:
            sentence = str(problem)
            self._say(sentence[0].upper() + sentence[1:], error=problem)
        self.send({"type": "done"})  # an unchanged state sends nothing, and the browser wants to know that we are alive

    def _labels(self) -> dict[str, str]:
        """The fixed words of the widget."""
        asked, unit = self.question, f" ({self.question.unit})" if self.question.unit else ""
        return {
            "section": f"Prediction {asked.key}",
            "answer": f"Your {self.called}{unit}",
            "button": f"Seal my {self.called}",
            "note": (f"A number {asked.range}. " if asked.range else "")
            + f"Once sealed, it cannot be changed. {self.journal.path.name} records it as {asked.key}.",
        }

    def _adopt(self, record: dict[str, Any]) -> None:
        """Show a sealed record and then, only then, the answer."""
        self.set_trait("value", record["value"])
        then = _when(record["sealed_at"])
        late = ", after its answer was shown" if record.get("shown_at") else ""
        changed = record["question"] != to_plain(self.question.text)
        note = f" It answered an earlier wording: {record['question']}" if changed else ""
        self._show(sealed=f"{self._sealed(then)}{late}.{note}", open=self.again, message="", trouble=False)
        self._show_answer()

    def _sealed(self, then: str) -> str:
        """What is on record since when."""
        return f"You said {self._words()}, sealed {then}"

    def _tell_others(self) -> None:
        """Other widgets of the same key, and this one, take over what the journal holds now."""
        for other in list(_open):
            if other.question.key == self.question.key:
                other.refresh()
        _gates.ask_again()

    def _show_answer(self) -> None:
        if self.reveal is None:
            return
        self._show(message="Working out the answer ...")
        try:
            answer = worked_out(self.reveal, self.value)
        except Exception as problem:
            self._say(failure(problem), error=problem)
            return
        text = self.question.compare(self.value, answer)
        self._show(reveal=[pieces(text)], marks=self.question.positions(self.value, answer), message="")
        if self.question.comparable(self.value, answer) and not being_graded():
            with contextlib.suppress(JournalError):  # the answer is shown; only the map of the course will lack it
                self.journal.learn(self.question.key, answer)

    def _words(self) -> str:
        return amount(self.value, self.question.unit)

    def _show(self, **changes: Any) -> None:
        self.state = {**self.state, **changes}

    def _say(self, message: str, *, error: Exception | None = None, trouble: bool = False) -> None:
        self.error = error or self.error
        self._show(message=message, trouble=trouble or error is not None)

    def _tell_notices(self) -> None:
        if self.journal.notices:
            self._say(" ".join(self.journal.notices), trouble=True)
            self.journal.notices.clear()

    @property
    def _lines(self) -> list[str]:
        """The state in words."""
        texts = (*self.answer.splitlines(), self.state["message"])
        return [self.state["sealed"] or "Not sealed yet.", *filter(None, texts)]

    def __repr__(self) -> str:
        return "\n".join([to_plain(self.question.text), *self._lines])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and the same in words for pages without widgets: an export, or an untrusted notebook."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle or ({}, {})
        return {**data, "text/plain": repr(self), "text/html": self.words()}, metadata

    def words(self) -> str:
        """Question and state as HTML, for a page without widgets."""
        return "".join(f"<p>{to_html(line)}</p>" for line in (f"**Predict.** {self.question.text}", *self._lines))


def predict(
    key: str,
    question: str,
    *,
    unit: str = "",
    choices: Sequence[str] | None = None,
    low: float | None = None,
    high: float | None = None,
    log: bool = False,
    reveal: Callable[..., Any] | float | str | None = None,
    called: str = "prediction",
    after: Sequence[str] = (),
) -> Prediction:
    """Ask for a prediction, seal it in the journal, and only then reveal the answer.

    Parameters
    ----------
    key
        Chapter and name, ``"00-width"``: what the record is filed under, once for each student.
    question
        Plain text; `` `code` `` and ``**bold**`` are understood, nothing else is.
    unit
        Of the number asked, ``"%"``.
    choices
        Texts to choose from, instead of a number.
    low, high
        The range of numbers taken, both included. With both, the reveal is drawn on a line between them.
    log
        The number is positive and the line is logarithmic.
    reveal
        The answer: a number, which is compared with the student's; a sentence; or a function of nothing or of the
        sealed value that returns one of them. It is called after the seal, and again when the notebook is run again,
        so it should be cached if it is slow. An error in it is shown as a sentence and kept in ``.error``.
    called
        What the box calls the answer, where it is not a prediction: ``"choice"``.
    after
        Keys of predictions that must be sealed before this one can be.

    Raises
    ------
    ValueError
        If a key is no key, or the choices or the range make no sense.
    """
    for earlier in after:
        valid_key(earlier)
    asked = Question(key, question, unit, None if choices is None else tuple(choices), low, high, log)
    return Prediction(asked, reveal, called=called, after=after)


def questions_asked() -> dict[str, dict[str, Any]]:
    """The questions that this kernel asked so far and what is true, by key: what a class is compared with.

    Returns
    -------
    dict
        For each key ``text``, ``unit``, ``choices``, ``low``, ``high``, ``log`` and ``truth``. Nothing is sealed.
    """
    found = {}
    for one in sorted(_open, key=lambda prediction: prediction.question.key):
        asked = one.question
        ends = {"choices": asked.choices or (), "low": asked.low, "high": asked.high, "log": asked.log}
        found[asked.key] = {"text": to_plain(asked.text), "unit": asked.unit, **ends, "truth": one.truth}
    return found


def _when(time: str) -> str:
    """A time of the journal in words."""
    return f"on {time[:16].replace('T', ' at ')} UTC"
