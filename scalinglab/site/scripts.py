"""The notebook's own JavaScript as scripts of a page: no modules, as a page that is read from a disk may load none."""

from __future__ import annotations

import re

#: What a module ends with, or gives away before its end: its one thing, or a few by name.
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_NAMED = re.compile(r"export\s*\{([^}]*)\}\s*;?")


def widget_script(name: str, module: str) -> bytes:
    """The script of a widget, ``assets/NAME.js``: it defines ``scalinglab.widgets.NAME``.

    Parameters
    ----------
    name : str
        What placeholders call the widget: ``"panel"``, ``"predict"``.
    module : str
        Its module, which ends in ``export default``.

    Raises
    ------
    ValueError
        If it has no or several such lines.
    """
    return _wrapped(f"scalinglab.widgets.{name}", _DEFAULT, "return ", module)


def vega_script(bundle: str) -> bytes:
    """The drawing library as a script, ``assets/vega.js``: it defines ``scalinglab.vega``."""
    return _wrapped("scalinglab.vega", _NAMED, lambda found: f"return {{{_pairs(found[1])}}};", bundle)


def _pairs(listed: str) -> str:
    """``a as b, c`` as the inside of an object, ``b: a, c``."""
    names = [part.split(" as ") for part in map(str.strip, listed.split(",")) if part]
    return ", ".join(f"{pair[-1].strip()}: {pair[0].strip()}" for pair in names)


def _wrapped(target: str, pattern: re.Pattern[str], repl: object, module: str) -> bytes:
    changed, found = pattern.subn(repl, module)  # pyright: ignore[reportCallIssue, reportArgumentType]
    if found != 1:
        raise ValueError(f"the module of {target} must export one thing, got {found}")
    return f'{target} = (() => {{\n"use strict";\n{changed}\n}})();\n'.encode()
