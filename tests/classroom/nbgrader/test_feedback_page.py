"""A page of feedback shows formulas and styles without asking any network."""

from __future__ import annotations

import re

import pytest
from nbconvert.filters import Highlight2HTML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from scalinglab.classroom.nbgrader import feedback_page
from scalinglab.classroom.nbgrader.feedback_page import Highlighted, TextOfPage, without_network
from scalinglab.exercises.check_result import CheckResult

HEAD = """<head><meta charset="utf-8" />
<!-- Load mathjax -->
<script src="https://example.org/mathjax.js"> </script>
<script type="text/x-mathjax-config">init_mathjax();</script>
<!-- End of mathjax configuration --></head>"""


def shown(source: str) -> str:
    """What a page shows of a cell of text, whose Markdown does nothing here."""
    cell, _ = TextOfPage().preprocess_cell(new_markdown_cell(source), {}, 0)
    return without_network(cell.source)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        (r"The error is $L = a N^{-\alpha}$, and *not* $a_1 * a_2 * b_1$.", 2),
        ("$$\nL(N) = \\frac{a}{N^\\alpha}\n$$", 1),
        (r"\(x\) and \[y\] and \begin{align}z &= 1\end{align}", 3),
        ("It costs $5 and `$x$`, and\n```\n$y$\n```\nno more.", 0),
    ],
)
def test_formulas_become_mathml_and_code_stays(source: str, count: int):
    page = shown(source)
    assert page.count("<math ") == page.count("</math>") == count
    assert "slformula" not in page
    assert count or page == source


def test_what_is_no_formula_stays_as_text_and_never_comes_alive():
    assert shown(r"$\frac$") == r"$\frac$"
    for evil in (r"$\text{<script>alert(1)</script>}$", r"$\unknown{<img src=x>} & <b>$"):
        assert not re.search(r"<(script|img|b)\b", shown(evil))


def test_an_anchor_of_a_heading_is_left_without_its_formula():
    cell, _ = TextOfPage().preprocess_cell(new_markdown_cell("Law $L$"), {}, 0)
    page = without_network(f'<h2 id="{cell.source}">{cell.source}</h2>')
    assert page.startswith('<h2 id="Law ">Law <math ')


@pytest.mark.parametrize("source", ["", "x = 1  # one", "%%html\n<b>x</b>", "x = '<b>'\n\n", "def f(:", "#" * 20_000])
def test_code_has_the_colours_that_nbconvert_gives_it_however_often_it_comes(source: str):
    for lexer in ("ipython3", "python3"):
        for metadata in (None, {}, {"magics_language": "html"}):
            for language in (None, "r"):
                given = Highlight2HTML(pygments_lexer=lexer)(source, language, metadata)
                for _ in range(2):
                    assert Highlighted(pygments_lexer=lexer)(source, language, metadata) == given


def test_the_colours_of_few_cells_are_kept():
    for number in range(feedback_page._CELLS + 1):
        Highlighted()(f"x = {number}")
    assert 0 < len(Highlighted._known) <= feedback_page._CELLS


def test_nothing_is_loaded_from_elsewhere():
    page = without_network(HEAD)
    assert "<script" not in page
    assert "Content-Security-Policy" in page
    assert "default-src 'none'" in page


def test_the_box_of_a_check_tells_the_points_that_a_person_gave():
    result = CheckResult("01-exponent", 0, 10, attempted=True, message="The sign.")
    output = new_output("execute_result", data=result.mark._repr_mimebundle_())
    told = {"grade": True, "solution": False, "grade_id": "a", "points": 10.0, "score": 7.0}
    cell = new_code_cell("check().mark", outputs=[output], metadata={"nbgrader": told})
    TextOfPage().preprocess_cell(cell, {}, 0)
    assert "(01-exponent, 7 of 10 points, given by hand)" in cell.outputs[0].data["text/html"]
