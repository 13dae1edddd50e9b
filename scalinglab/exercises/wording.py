"""How numbers and short texts are written for a student, in the browser, in HTML and in plain text."""

from __future__ import annotations

import html
import math
import re

from scalinglab._powers import power_of_ten

#: The factor below which a guess is called right.
CLOSE = 1.05
#: How a unit begins that says of which number the answer is the exponent: "power of ten".
_EXPONENT = "power of "
#: A unit in the plural, such as "powers of ten"; "1 times" stays.
_PLURAL = re.compile(r"^(?!times\b)([a-z]{2,}[^s\W])s\b")
_MARKED = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*")


def amount(value: float | str, unit: str = "") -> str:
    """A number in at most four digits with its unit: ``9.3 %``, ``1,797``, ``3.2e+09``; text as it is."""
    if isinstance(value, str):
        return value
    small = value == 0 or 1e-3 <= abs(value) < 1e6
    whole = small and float(value).is_integer()
    number = f"{value:,.0f}" if whole else f"{value:,.4g}" if small and abs(value) < 1e4 else f"{value:.4g}"
    return f"{number} {_counted(unit, value)}".rstrip()


def _counted(unit: str, value: float) -> str:
    """A unit as it follows a number: ``3 points``, ``1 point``; nothing if the number is an exponent."""
    if unit.startswith(_EXPONENT):
        return ""
    return _PLURAL.sub(r"\1", unit, count=1) if value == 1 else unit


def share(part: float) -> str:
    """A part of a whole: ``1 %``, and below a thousandth ``10⁻⁹`` or ``2·10⁻⁵``."""
    return f"{100 * part:g} %" if part >= 1e-3 else power_of_ten(float(f"{part:.0e}"))


def compare(said: float, measured: float, unit: str = "") -> str:
    """The sentence after a reveal: ``You said 12, measured 9.3: off by a factor of 1.3.``; shares in % in points."""
    start = f"You said {amount(said, unit)}, measured {amount(measured, unit)}"
    if said == measured:
        return f"{start}: exactly right."
    if _shares(said, measured, unit):
        return f"{start}: {_points(said, measured, unit)}."
    if unit.startswith(_EXPONENT) or 0 in (said, measured) or (said > 0) != (measured > 0):
        gap = float(f"{abs(said - measured):.2g}")
        return f"{start}: off by {amount(gap, unit.replace('power of', 'powers of'))}."
    off = factor(said, measured, unit)
    if off < CLOSE:
        return f"{start}: within 5 %."
    if not math.isfinite(off) or off >= 1e4:
        orders = abs(math.log10(abs(said)) - math.log10(abs(measured)))
        return f"{start}: off by {orders:.0f} powers of ten."
    return f"{start}: off by {_times(off)}."


def factor(said: float, measured: float, unit: str = "") -> float:
    """How many times too large or too small a guess is: 1 at least; infinite where a sign is wrong or one is zero.

    A share in % has two natural ends. The larger of two factors counts, that of the shares and that of what they lack
    of 100 %: an accuracy of 97 % for one of 94 % is off by a factor of 2, as the error is.
    """
    if said == measured:
        return 1.0
    if 0 in (said, measured) or (said > 0) != (measured > 0):
        return math.inf
    off = max(said / measured, measured / said)
    return max(off, factor(100 - said, 100 - measured)) if _shares(said, measured, unit) else off


def _shares(said: float, measured: float, unit: str) -> bool:
    """Whether both are shares in %."""
    return unit == "%" and 0 <= said <= 100 and 0 <= measured <= 100


def _points(said: float, measured: float, unit: str) -> str:
    """How far one share in % is from another: in points, and as a factor where that is one of the shares themselves."""
    gap, off = float(f"{abs(said - measured):.2g}"), factor(said, measured, unit)
    far = f"off by {amount(gap)} percentage point{'' if gap == 1 else 's'}"
    if off < CLOSE:
        return f"close, {far}"
    return f"{far}, {_times(off)}" if said + measured < 100 and off < 1e4 else far


def _times(off: float) -> str:
    return f"a factor of {off:.2g}" if off < 10 else f"a factor of {off:,.0f}"


def position(value: float, low: float, high: float, *, log: bool = False) -> float:
    """Where a value lies between ``low`` (0) and ``high`` (1), on a linear or a logarithmic scale, cut at the ends."""
    if log:
        value, low, high = (math.log(max(number, 1e-300)) for number in (value, low, high))
    return min(1.0, max(0.0, (value - low) / (high - low)))


def pieces(text: str) -> list[tuple[str, str]]:
    """Text cut into ``("text" | "code" | "bold", content)``: all the markup that a question or a reveal may use.

    >>> pieces("Count the `weights` **first**.")
    [('text', 'Count the '), ('code', 'weights'), ('text', ' '), ('bold', 'first'), ('text', '.')]
    """
    found, end = [], 0
    for match in _MARKED.finditer(text):
        found += [("text", text[end : match.start()])] if match.start() > end else []
        found.append(("code", match[1]) if match[1] else ("bold", match[2]))
        end = match.end()
    return found + ([("text", text[end:])] if end < len(text) else [])


def to_html(text: str) -> str:
    """The same markup as HTML, with everything else escaped."""
    tags = {"text": "{}", "code": "<code>{}</code>", "bold": "<strong>{}</strong>"}
    return "".join(tags[kind].format(html.escape(content)) for kind, content in pieces(text))


def to_plain(text: str) -> str:
    """The same text without markup."""
    return "".join(content for _, content in pieces(text))
