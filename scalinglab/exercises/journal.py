"""The student's file: sealed predictions, attempts and hints in one plain JSON that a person can read.

It is ``predictions.json`` beside the notebook (so JupyterLab's file browser can download and upload it), or the
file that the environment variable ``SCALINGLAB_JOURNAL`` names. Format 1::

    {"format": 1,
     "about": "...",
     "predictions": {"00-width": {"question": "...", "value": 12.0, "unit": "%", "sealed_at": "2026-01-31T09:00:00Z"}},
     "attempts": {"00-parameters": [{"at": "...", "points": 0, "max_points": 10, "diagnosis": "...", "seed": 1}]},
     "hints": {"00-parameters": 2},
     "shown": {"01-width": "2026-01-31T09:00:00Z"},
     "answers": {"00-width": 9.3}}

Of several attempts the one with the most points counts. ``shown`` says which answers were shown without a prediction,
and when first. A prediction that was sealed after that holds the time, too, as ``shown_at``. ``answers`` holds what
turned out to be true of sealed predictions, where it is a number or a choice to be compared with them. The first
choices of a quiz are predictions (``"05-quiz-1"``), further ones are attempts at the same key. Times are in UTC.
Fields that this version does not know are kept. The file is only ever parsed as JSON.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

from scalinglab._files import locked, write_atomically

FORMAT = 1
FILE_NAME = "predictions.json"
#: Under which name an instructor's class keeps one that was handed in and cannot be read.
DAMAGED_NAME = "predictions.damaged.json"
VARIABLE = "SCALINGLAB_JOURNAL"
ABOUT = "Predictions and attempts of one student of Scaling Lab. A prediction is sealed: the first one counts."
LARGEST_UPLOAD = 5_000_000

Result = TypeVar("Result")
Data = dict[str, Any]


class Reader(Protocol):
    """Who wants to know when a journal was written."""

    def look(self) -> None:
        """Read it again."""
        ...


_readers: WeakSet[Reader] = WeakSet()


def follow(reader: Reader) -> None:
    """Let a reader look whenever a journal is written in this process, for as long as somebody else keeps it."""
    _readers.add(reader)


class JournalError(Exception):
    """The journal could not be read, written or merged; the message is a sentence for the student."""


@dataclass(frozen=True)
class Merged:
    """What loading another journal did: keys added, and keys kept because they were sealed here with another value."""

    added: tuple[str, ...]
    kept: tuple[str, ...]
    message: str


class Journal:
    """One student's journal on disk. Nothing is cached: every call reads the file, every change is merged into it.

    Parameters
    ----------
    path
        The file; by default the one that ``SCALINGLAB_JOURNAL`` names, else ``predictions.json`` in the working folder.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = Path(path or os.environ.get(VARIABLE) or FILE_NAME).expanduser().resolve()
        #: Sentences about things the student should know, such as a damaged file that was set aside.
        self.notices: list[str] = []

    def read(self) -> Data:
        """All of it; an empty journal if there is no file yet."""
        try:
            return _parse(self.path.read_bytes())
        except FileNotFoundError:
            return _empty()
        except _UnreadableError:
            return self._change(lambda data: data, write=False)
        except OSError as problem:
            raise self._trouble("read", problem) from problem

    def peek(self) -> Data:
        """All of it, for somebody else: a file that is missing or damaged is an error, and stays as it is."""
        try:
            return _parse(self.path.read_bytes())
        except _UnreadableError as reason:
            raise JournalError(f"{self.path.name} {reason}.") from reason
        except OSError as problem:
            raise JournalError(f"{self.path.name} could not be read ({problem.strerror or problem}).") from problem

    def text(self) -> str:
        """The journal as the text that a download holds."""
        return _render(self.read()).decode()

    def sealed(self, key: str) -> Data | None:
        """The record of a sealed prediction, or None."""
        return self.read()["predictions"].get(key)

    def seal(self, key: str, value: float | str, *, question: str, unit: str = "") -> Data:
        """Write a prediction, unless this key is sealed already; return the record that counts, the first."""
        record = {"question": question, "value": value, "unit": unit, "sealed_at": now()}

        def change(data: Data) -> Data:
            late = {"shown_at": data["shown"][key]} if key in data["shown"] else {}
            return data["predictions"].setdefault(key, record | late)

        return self._change(change)

    def shown_at(self, key: str) -> str:
        """When the answer was first shown without a prediction; empty if it was not."""
        return self.read()["shown"].get(key, "")

    def show(self, keys: Sequence[str]) -> None:
        """Record that answers are shown without predictions, those that are sealed or shown already left out."""

        def change(data: Data) -> None:
            for key in keys:
                if key not in data["predictions"]:
                    data["shown"].setdefault(key, now())

        self._change(change)

    def learn(self, key: str, answer: float | str) -> None:
        """Record what is true of a sealed prediction; the file is written only if that is new."""
        if _is_value(answer) and self.read()["answers"].get(key) != answer:
            self._change(lambda data: data["answers"].update({key: answer}))

    def add_attempt(
        self, key: str, *, points: float, max_points: float, diagnosis: str | None, seed: int | None = None
    ) -> None:
        """Append the outcome of one check. The seed says which numbers were asked; the student's name is not kept.

        A further try at a question of a quiz is an attempt too: its diagnosis is the choice, and it has no seed.
        """
        record = {"at": now(), "points": points, "max_points": max_points, "diagnosis": diagnosis, "seed": seed}
        self._change(lambda data: data["attempts"].setdefault(key, []).append(record))

    def attempts(self, key: str) -> list[Data]:
        """The attempts at one exercise, oldest first."""
        return self.read()["attempts"].get(key, [])

    def hints_shown(self, key: str) -> int:
        """How many hints of an exercise the student has seen."""
        return self.read()["hints"].get(key, 0)

    def next_hint(self, key: str, *, last: int) -> int:
        """Count one further hint as seen, up to ``last``, and return the count."""

        def change(data: Data) -> int:
            data["hints"][key] = min(data["hints"].get(key, 0) + 1, last)
            return data["hints"][key]

        return self._change(change)

    def merge(self, text: str) -> Merged:
        """Take over what another journal holds and this one lacks; what is sealed here stays.

        Raises
        ------
        JournalError
            If the text is no journal (nothing changes then), or this journal cannot be written.
        """
        if len(text) > LARGEST_UPLOAD:
            raise JournalError("The loaded file is too large to be a journal. Nothing was changed.")
        try:
            theirs = _parse(text.encode("utf-8", "surrogatepass"))
        except _UnreadableError as reason:
            raise JournalError(f"The loaded file {reason}. Nothing was changed.") from reason
        return self._change(lambda ours: _merge(ours, theirs))

    def _change(self, change: Callable[[Data], Result], *, write: bool = True) -> Result:
        """Read, change and write the file while no one else can; this is why two notebooks lose nothing."""
        try:
            with locked(self.path):
                data = self._read_or_set_aside()
                result = change(data)
                if write:
                    write_atomically(self.path, _render(data))
        except OSError as problem:
            raise self._trouble("written", problem) from problem
        for reader in list(_readers) if write else ():
            reader.look()
        return result

    def _read_or_set_aside(self) -> Data:
        try:
            return _parse(self.path.read_bytes())
        except FileNotFoundError:
            return _empty()
        except _UnreadableError as reason:
            aside = self._free_name()
            self.path.rename(aside)
            self.notices.append(f"{self.path.name} {reason}. It was kept as {aside.name}, and a new journal begins.")
            return _empty()

    def _free_name(self) -> Path:
        """A name for a file to be set aside that no other file has."""
        stem = f"{self.path.stem}.set-aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        names = (f"{stem}{f'-{number}' if number else ''}{self.path.suffix}" for number in itertools.count())
        return next(path for path in map(self.path.with_name, names) if not path.exists())

    def _trouble(self, verb: str, problem: OSError) -> JournalError:
        reason = problem.strerror or str(problem)
        return JournalError(
            f"{self.path.name} could not be {verb} in {self.path.parent} ({reason}). "
            f"Work in a folder of your own, or set {VARIABLE} to a file there."
        )


class _UnreadableError(Exception):
    """Why a text is no journal, as the end of a sentence that begins with the file's name."""


def now() -> str:
    """The time in UTC, to the second: ``2026-01-31T09:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _empty() -> Data:
    return {
        "format": FORMAT,
        "about": ABOUT,
        "predictions": {},
        "attempts": {},
        "hints": {},
        "shown": {},
        "answers": {},
    }


def _render(data: Data) -> bytes:
    # Half a surrogate pair cannot be encoded; as \udXXX it is valid JSON, so one odd character breaks nothing.
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")


def _parse(content: bytes) -> Data:
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        raise _UnreadableError("is damaged: it is not plain JSON") from problem
    if not isinstance(data, dict) or "format" not in data:
        raise _UnreadableError("is not a journal of Scaling Lab")
    if data["format"] != FORMAT:
        raise _UnreadableError(f"has format {str(data['format'])[:20]}, and this version reads format {FORMAT}")
    data = {**_empty(), **data}
    if not _sound(data):
        raise _UnreadableError("is damaged: its entries are not those of a journal")
    return data


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _sound(data: Data) -> bool:
    """Whether all entries have the shape that the rest of this file relies on."""
    sections = [data[name] for name in ("predictions", "attempts", "hints", "shown", "answers")]
    if not all(isinstance(section, dict) for section in sections):
        return False
    predictions, attempts, hints, shown, answers = sections
    return (
        all(map(_is_value, answers.values()))
        and all(isinstance(entry, dict) and _is_value(entry.get("value")) for entry in predictions.values())
        and all(
            isinstance(entry.get(name), str) for entry in predictions.values() for name in ("question", "sealed_at")
        )
        and all(isinstance(entries, list) for entries in attempts.values())
        and all(isinstance(one, dict) and isinstance(one.get("at"), str) for many in attempts.values() for one in many)
        and all(type(count) is int and 0 <= count < 10**6 for count in hints.values())
        and all(isinstance(when, str) for when in shown.values())
    )


def _is_value(value: object) -> bool:
    return isinstance(value, str) or (type(value) in (int, float) and -1e300 < value < 1e300)  # type: ignore[operator]


def _content(record: Data) -> frozenset[tuple[str, Any]]:
    """A record as something that a set takes: 10 and 10.0 are one, and the order of fields does not count."""
    plain = (
        (name, json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value)
        for name, value in record.items()
    )
    return frozenset(plain)


def _merge(ours: Data, theirs: Data) -> Merged:
    added, kept = [], []
    for key, record in theirs["predictions"].items():
        if ours["predictions"].setdefault(key, record) is record:
            added.append(key)
        elif ours["predictions"][key]["value"] != record["value"]:
            kept.append(key)
    for key, records in theirs["attempts"].items():
        here = ours["attempts"].setdefault(key, [])
        known = set(map(_content, here))
        for record in records:
            if _content(record) not in known:
                known.add(_content(record))
                here.append(record)
        here.sort(key=lambda record: record["at"])
    for key, count in theirs["hints"].items():
        ours["hints"][key] = max(count, ours["hints"].get(key, 0))
    for key, when in theirs["shown"].items():
        ours["shown"][key] = min(when, ours["shown"].get(key, when))
    ours["answers"] = theirs["answers"] | ours["answers"]
    sentences = [f"Loaded: {len(added)} new prediction{'' if len(added) == 1 else 's'}."]
    for key in kept:
        here, there = ours["predictions"][key]["value"], theirs["predictions"][key]["value"]
        sentences.append(f"{key} stays {here} as it was sealed here first; the loaded file says {there}.")
    return Merged(tuple(added), tuple(kept), " ".join(sentences))
