"""Gates: what stays closed until a prediction is sealed. ``live`` waits at them, and ``exercises`` keeps them.

Neither knows the other. A panel with ``after="01-width"`` holds a ``Gate`` of that key; ``exercises`` has appointed a
``Keeper``, who knows from the learner's file what is sealed, and calls ``ask_again`` whenever that may have changed.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Protocol

from scalinglab import _checks as checks


class Keeper(Protocol):
    """Who knows which predictions a learner has sealed."""

    def is_open(self, key: str) -> bool:
        """Whether the prediction is sealed, or its answer was shown without one."""
        ...

    def show(self, keys: Sequence[str]) -> None:
        """Record that the answers are shown without predictions; an error's sentence says why that was impossible."""
        ...


_keepers: list[Keeper] = []
_waiting: weakref.WeakSet[Gate] = weakref.WeakSet()


def appoint(keeper: Keeper) -> None:
    """Let this keeper answer for all gates of this process from now on."""
    _keepers[:] = [keeper]


def ask_again() -> None:
    """Let each gate that is still closed look again whether it may open."""
    for gate in list(_waiting):
        gate.look()


class Gate:
    """One or several predictions that something waits for.

    Parameters
    ----------
    keys : str or sequence of str
        Keys of predictions, ``"01-width"``; the gate is open once all of them are. Without any it is always open.
    opened : callable
        Called once, with nothing, when a gate that was closed opens. It must be a bound method: the gate does not keep
        its owner alive.

    Raises
    ------
    ValueError
        If something is to be waited for and nobody keeps the gates: ``scalinglab.exercises`` was not imported.
    """

    def __init__(self, keys: str | Sequence[str], opened: Callable[[], None]) -> None:
        self.keys = (keys,) if isinstance(keys, str) and keys else tuple(keys)
        self._opened = weakref.WeakMethod(opened)
        if self.keys and not _keepers:
            checks.fail("after", "be left out, or scalinglab.exercises imported first", self.keys)
        self.open = not self.missing
        if not self.open:
            _waiting.add(self)

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of what is neither sealed nor shown yet."""
        return tuple(key for key in self.keys if not _keepers[0].is_open(key))

    def look(self) -> None:
        """Open if nothing is missing any more."""
        if not self.open and not self.missing:
            self.open = True
            _waiting.discard(self)
            if opened := self._opened():
                opened()

    def show(self) -> None:
        """Open without the predictions that are missing; the keeper records that."""
        if not self.open:
            _keepers[0].show(self.missing)
            ask_again()

    def sentence(self, what: str) -> str:
        """Why this panel, table or text is closed."""
        number = len(self.missing)
        named = {1: "your prediction", 2: "both of your predictions"}.get(number, f"your {number} open predictions")
        return f"This {what} shows the answer. It opens when you have sealed {named} above."
