"""Formulas: all of the course can be typeset with the font of the site, and look as TeX would have them."""

from __future__ import annotations

import html
import json
import re
import unicodedata

import pytest

from scalinglab.site.formulas import mathml
from scalinglab.site.markdown import Prose
from tests.course.notebooks import CHAPTERS
from tests.site.make_font import KEPT


def texts(made: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r">([^<>]+)<", made)]


def test_every_formula_of_the_course_is_typeset_in_letters_that_the_font_has():
    ends = [[int(end, 16) for end in part.split("-")] for part in KEPT.split()]
    has = {code for end in ends for code in range(end[0], end[-1] + 1)}
    count = 0
    for path in CHAPTERS:
        prose = Prose(lambda address: address)
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                made = prose.html("".join(cell["source"]))
                formulas = re.findall(r"<math.*?</math>", made, re.DOTALL)
                count += len(formulas)
                assert "$" not in re.sub(r"<(pre|code)\b.*?</\1>", "", made, flags=re.DOTALL), path.name
                letters = {letter for formula in formulas for text in texts(formula) for letter in text}
                assert {letter for letter in letters if ord(letter) not in has and letter.isprintable()} == set()
                assert not any(unicodedata.category(letter) == "Co" for letter in made)
    assert count > 1200


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"\lvert x \rvert", '<mo form="prefix" fence="true" stretchy="false" lspace="0" rspace="0">|</mo><mi>x</mi>'),
        (r"k \log b", '<mi>k</mi><mspace width="0.167em" /><mi>log</mi><mspace width="0.167em" /><mi>b</mi>'),
        (r"\log(b)", '<mi>log</mi><mo stretchy="false">('),
        (r"= -x", '<mo form="prefix" lspace="0" rspace="0">\N{MINUS SIGN}</mo><mi>x</mi>'),
        (r"a - x", "<mi>a</mi><mo>\N{MINUS SIGN}</mo><mi>x</mi>"),
        (r"d'", '<mrow><mi>d</mi><mo lspace="0" rspace="0">\N{PRIME}</mo></mrow>'),
        (r"d'^{2}", '<msup><mrow><mi>d</mi><mo lspace="0" rspace="0">\N{PRIME}</mo></mrow>'),
        (r"a \sim b", "<mo>\N{TILDE OPERATOR}</mo>"),
        (r"\mathtt{samples}", '<mi class="sl-mono">samples</mi>'),
        (r"\mathrm{kl}(p)", "<mi>kl</mi>"),
        (r"\text{best} - \text{a}", '<mi>best</mi><mo>\N{MINUS SIGN}</mo><mi mathvariant="normal">a</mi>'),
        (r"\boxed{x}", '<mrow class="sl-boxed">'),
        (r"\underbrace{x}_{\text{data}}", '<munder><mrow class="sl-brace"><mrow><mi>x</mi></mrow></mrow>'),
        (r"n \, < 1/2", '<mo>&lt;</mo><mn>1</mn><mo lspace="0" rspace="0">/</mo>'),
    ],
)
def test_what_the_converter_leaves_undone(tex, wanted):
    assert wanted in mathml(tex)


def test_a_formula_of_its_own_line_is_a_block():
    assert 'display="block"' in mathml("x", block=True)
    assert "display" not in mathml("x")


@pytest.mark.parametrize("tex", [r"\frac{1}", r"\unknowncommand{x}", r"\left( x"])
def test_what_cannot_be_typeset_is_told_in_one_sentence(tex):
    with pytest.raises(ValueError, match=r"^formula must be TeX that can be typeset \(.+\), got ") as told:
        mathml(tex)
    assert repr(tex) in str(told.value)
