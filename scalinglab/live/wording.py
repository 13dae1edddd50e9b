"""How a panel writes numbers that are very large or very small: by their power of ten, as on paper."""

from __future__ import annotations

import re

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: A number as Python writes it with an exponent.
_SCIENTIFIC = re.compile(r"(?<![\w.])\d(?:\.\d+)?e[+-]\d+(?![\w.]*\d)")


def power_of_ten(value: float) -> str:
    """A number in at most four digits: ``10⁻⁴``, ``3·10⁻⁴``; plainly from 1 to 99.

    >>> power_of_ten(3e-4)
    '3·10⁻⁴'
    """
    digits, power = f"{value:.3e}".split("e")
    if int(power) in (0, 1):
        return f"{value:.4g}"
    raised = f"10{str(int(power)).translate(_RAISED)}"
    return raised if float(digits) == 1 else f"{float(digits):g}·{raised}"


def on_paper(sentence: str) -> str:
    """A sentence with each of its numbers such as 2e-05 written as a power of ten.

    >>> on_paper("From 1e-04 to 1.7e+12, not 5e+01.")
    'From 10⁻⁴ to 1.7·10¹², not 50.'
    """
    return _SCIENTIFIC.sub(lambda number: power_of_ten(float(number[0])), sentence)
