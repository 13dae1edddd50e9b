"""The prose of a notebook as HTML: what it shares with JupyterLab, and what is the site's own."""

from __future__ import annotations

import pytest

from scalinglab.site.markdown import Prose, plain, typeset

PAGES = {"01_power_laws.ipynb#Fits": "01_power_laws.html#Fits"}


def made(source: str) -> str:
    return Prose(PAGES.get).html(source)


def test_headings_have_the_anchors_of_jupyterlab_and_no_two_the_same():
    prose = Prose(PAGES.get)
    found = prose.html("# 05 Random features\n\n## Where it *fails*\n\n## Where it fails")
    assert '<h1 id="05-Random-features"><span class="sl-number">05</span> Random features</h1>' in found
    assert [anchor for _, anchor, _ in prose.headings][1:] == ["Where-it-fails", "Where-it-fails-2"]


def test_links_lead_to_pages_and_those_to_what_is_not_there_are_none():
    assert '<a href="01_power_laws.html#Fits">fits</a>' in made("[fits](01_power_laws.ipynb#Fits)")
    gone = made("[tickets](07_lottery_tickets.ipynb)")
    assert "<a" not in gone
    assert ">tickets</span>" in gone


@pytest.mark.parametrize(
    "source",
    [
        "Previous: [a](a.ipynb) | [Course map](b.ipynb) | Next: [c](c.ipynb)",
        "This is the first chapter | [Course map](#Course-map) | Next: [c](c.ipynb)",
    ],
)
def test_the_notebooks_lines_from_chapter_to_chapter_are_left_out(source):
    assert made(source) == ""


def test_a_page_does_not_ask_to_run_all_cells():
    found = made(
        "*Needs: chapter 01. Time: 60 minutes. Run everything with **Run → Run All Cells**, then read from the top.*"
    )
    assert found == "<p><em>Needs: chapter 01. Time: 60 minutes.</em></p>\n"


def test_a_dollar_in_code_is_a_dollar_and_a_bar_in_a_formula_is_no_column():
    found = made("| a | b |\n|:--|:--|\n| $|x|$ | `$y$` |\n\n```text\n$z$\n```")
    assert found.count("<math") == 1
    assert "<code>$y$</code>" in found
    assert found.count("<td") == 2
    assert "$z$" in found


def test_formulas_in_html_that_python_has_written():
    found = typeset("<p title='$a$'>So $a &lt; b$ costs <code>$5</code>, $$c$$</p>")
    assert found.count("<math") == 2
    assert "<mo>&lt;</mo>" in found
    assert "<p title='$a$'>" in found
    assert "<code>$5</code>" in found


def test_what_a_search_reads():
    assert plain(made("The *level* $\\kappa$ is `low`.\n\n```\ncode\n```")) == "The level κ is low."
