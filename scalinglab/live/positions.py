"""Where the controls of a panel stand: now, at the start, in each preset.

The state as a short text can be copied, mailed and pasted: ``digits?width=64&samples=400``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from scalinglab import _checks as checks
from scalinglab.live.controls import Control


class Positions:
    """The values of a panel's controls.

    Parameters
    ----------
    name : str
        The panel's, which a copied text begins with.
    controls : sequence of Control
        In the order shown.
    presets : mapping of str to mapping
        Values that a button sets at once, by the button's name; the other controls go back to where they started.

    Raises
    ------
    ValueError
        If two controls share a name, or a preset does not fit.
    """

    def __init__(self, name: str, controls: Sequence[Control], presets: Mapping[str, Mapping[str, Any]]) -> None:
        self._name = name
        self.controls = {control.name: control for control in controls}
        if len(self.controls) < len(controls):
            checks.fail("controls", "have different names", [control.name for control in controls])
        self.start: dict[str, Any] = {control.name: control.check(control.value) for control in controls}
        self.presets = {key: self.start | self.checked(values) for key, values in presets.items()}
        self.now = dict(self.start)

    def checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as each control has them; a ``ValueError`` names the control that is not there or does not fit."""
        for name in values:
            checks.one_of("control", name, self.controls)
        return {name: self.controls[name].check(value) for name, value in values.items()}

    def completed(self, values: Any) -> dict[str, Any]:
        """The values of all controls once these are moved; a ``ValueError`` says why they cannot be."""
        if not isinstance(values, Mapping):
            checks.fail("value", "be a dict of controls and values", values)
        return self.now | self.checked(values)

    def preset(self, name: str) -> dict[str, Any]:
        """The values of all controls in a preset."""
        return self.presets[checks.one_of("preset", name, self.presets)]

    def probes(self) -> list[dict[str, Any]]:
        """Values worth a test: all presets, and for each control both ends and an odd value with the others at rest."""
        moved = ({name: value} for name, control in self.controls.items() for value in control.probes())
        return [self.start | values for values in (*moved, *self.presets.values())]

    @property
    def text(self) -> str:
        """The values now as a short text."""
        return to_text(self._name, self.now)

    def read(self, text: str) -> dict[str, Any]:
        """The values that such a text holds; a ``ValueError`` says why it does not fit."""
        return from_text(text, self._name, list(self.controls.values()))


def to_text(name: str, values: Mapping[str, Any]) -> str:
    """Write the values of a panel's controls, in full precision."""
    plain = {key: str(value).lower() if isinstance(value, bool) else value for key, value in values.items()}
    return f"{quote(name)}?{urlencode(plain, quote_via=quote)}"


def from_text(text: str, name: str, controls: Sequence[Control]) -> dict[str, Any]:
    """Read the values that ``to_text`` wrote; controls that the text leaves out are left out here.

    Raises
    ------
    ValueError
        If the text belongs to another panel, is no such text, or holds a value that does not fit.
    """
    if not isinstance(text, str) or len(text) > 2_000 or "?" not in text:
        checks.fail("state", f"look like {name}?name=value&name=value", text)
    head, _, query = text.strip().partition("?")
    if head != quote(name):
        raise ValueError(f"state must belong to the panel {name!r}, got one of {head[:40]!r}")
    by_name = {control.name: control for control in controls}
    try:
        pairs = parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:
        checks.fail("state", f"look like {name}?name=value&name=value", text)
    return {key: by_name[checks.one_of("control", key, by_name)].parse(value) for key, value in pairs}


def check_arguments(rows: Callable[..., Any], controls: Iterable[str]) -> None:
    """Make sure that the function takes the controls' names, before it fails with a riddle."""
    names = list(controls)
    try:
        inspect.signature(rows).bind(**dict.fromkeys(names))
    except TypeError as error:
        raise ValueError(f"rows must take the controls {', '.join(names) or '(none)'} as arguments: {error}") from None
