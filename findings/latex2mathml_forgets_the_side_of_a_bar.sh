#!/usr/bin/env bash
# Guess: latex2mathml turns `\lvert x \rvert` into bars that open and close, `\sim` into the operator, and refuses a
# fraction without a denominator.
#
# Seen (latex2mathml 3.81.1, Python 3.11, Linux): both bars become the same bare `<mo>|</mo>`. MathML Core reads the one at
# the start as a fence that stretches and the other as an infix operator with space on both sides, so |x| looks lopsided.
# `\sim` becomes `<mi>~</mi>`, an identifier that is an ASCII tilde: no space around it, and high up. `\frac{1}` is no
# error: it becomes a fraction with one part, which browsers draw as a mistake. Words in `\text` become `<mtext>`, which
# counts as space: a minus sign between two of them is taken for the core of one operator, and loses its own spaces.
# `scalinglab/site/formulas.py` mends all four.
#
# Fails once one of them is no longer so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet latex2mathml==3.81.1

"$folder/venv/bin/python" - <<'PYTHON'
from html import unescape

from latex2mathml.converter import convert

for tex, seen in [
    (r"\lvert x \rvert", "<mo>|</mo><mi>x</mi><mo>|</mo>"),
    (r"a \sim b", "<mi>a</mi><mi>~</mi><mi>b</mi>"),
    (r"\frac{1}", "<mfrac><mrow><mn>1</mn></mrow></mfrac>"),
    (r"\text{a} - \text{b}", "<mtext>a</mtext><mo>−</mo><mtext>b</mtext>"),
]:
    made = unescape(convert(tex))
    print(tex, "->", made)
    assert seen in made
PYTHON
