"""A panel's state as a short text that can be copied, mailed and pasted: ``digits?width=64&samples=400``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from scalinglab import _checks as checks
from scalinglab.live.controls import Control


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
