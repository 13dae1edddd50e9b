"""Who says whether a panel or a table that waits for a prediction may open: the learner's journal."""

from __future__ import annotations

from collections.abc import Sequence

from scalinglab.exercises.journal import Journal, JournalError


class JournalKeeper:
    """Keeps the gates of ``scalinglab.live``: one is open once its prediction is sealed, or its answer was shown."""

    def is_open(self, key: str) -> bool:
        """Whether the journal holds a prediction, or that its answer was shown; no, if it cannot be read."""
        try:
            journal = Journal()
            return bool(journal.sealed(key) or journal.shown_at(key))
        except JournalError:
            return False

    def show(self, keys: Sequence[str]) -> None:
        """Record that answers are shown without predictions.

        Raises
        ------
        ValueError
            If that cannot be recorded; then nothing opens.
        """
        try:
            Journal().show(keys)
        except JournalError as problem:
            raise ValueError(f"Not shown. {problem}") from problem
