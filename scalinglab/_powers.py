"""A number that is very large or very small, written by its power of ten, as on paper."""

from __future__ import annotations

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
