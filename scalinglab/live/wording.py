"""How a panel writes the numbers of a sentence that are very large or very small."""

from __future__ import annotations

import re

from scalinglab._powers import power_of_ten

#: A number as Python writes it with an exponent.
_SCIENTIFIC = re.compile(r"(?<![\w.])\d(?:\.\d+)?e[+-]\d+(?![\w.]*\d)")


def on_paper(sentence: str) -> str:
    """A sentence with each of its numbers such as 2e-05 written as a power of ten.

    >>> on_paper("From 1e-04 to 1.7e+12, not 5e+01.")
    'From 10⁻⁴ to 1.7·10¹², not 50.'
    """
    return _SCIENTIFIC.sub(lambda number: power_of_ten(float(number[0])), sentence)
