"""What a chapter says can be read once: short sentences and paragraphs, and no symbol without a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from tests.course.notebooks import CHAPTERS, code_cells, load, source

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)

WORDS, SENTENCE = 90, 35
#: A term, in bold where it is explained.
TERM = re.compile(r"\*\*([a-z][a-z' -]+)\*\*")
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+)\$", re.DOTALL)
#: What folded texts hold: prose that waits for a prediction.
LATER = re.compile(r'Prose\(\s*(?:r|f)?"""(.*?)"""', re.DOTALL)
BOX = re.compile(r"^\*\*Symbols\*\*.*?\n\n(\|.*?)(?=\n\n|\Z)", re.DOTALL | re.MULTILINE)
#: What holds no letter of a formula: words in it.
WORDS_WITHIN = re.compile(r"\\(?:text|mathrm|mathtt|texttt|operatorname\*?|textrm|begin|end|label|tag)\s*\{[^}]*\}")
#: Commands that are letters; all others are operators, or marks on a letter.
GREEK = re.compile(
    r"\\(?:(?:var)?(?:epsilon|theta|rho|phi)|alpha|beta|gamma|delta|zeta|eta|iota|kappa|lambda|mu|nu|xi|pi|sigma|tau"
    r"|upsilon|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega|ell|hbar)(?![A-Za-z])"
)
#: Numbers that everybody knows by these letters, and d of a differential.
KNOWN = {"\\pi", "e", "d"}


def texts(chapter: Path) -> list[str]:
    """All prose of a chapter, cell by cell: also what a prediction hides."""
    found = [source(cell) for cell in load(chapter)["cells"] if cell["cell_type"] == "markdown"]
    return found + [text for code in code_cells(chapter) for text in LATER.findall(code)]


def paragraphs(text: str) -> list[str]:
    """Paragraphs and items of lists, without tables, headings, code and pictures."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^(?:#|\||!\[).*$", "", text, flags=re.MULTILINE)
    text = FORMULA.sub("formula", text)
    parts = re.split(r"\n\s*\n|^\s*(?:[-*]|\d+\.)\s", text, flags=re.MULTILINE)
    return [part.strip() for part in parts if part.strip()]


def sentences(paragraph: str) -> list[str]:
    plain = re.sub(r"\b(e\.g|i\.e|vs|et al|Eq|Fig|cf)\.", r"\1", re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", paragraph))
    return [one for one in re.split(r"(?<=[.!?:])[*_\"”)]*\s+", plain) if one]


def symbols(formula: str) -> set[str]:
    """The letters of a formula, without their indices and marks."""
    formula = WORDS_WITHIN.sub(" ", formula)
    plain = re.sub(r"\\[A-Za-z]+", " ", formula)
    return (set(GREEK.findall(formula)) | set(re.findall(r"[A-Za-z]", plain))) - KNOWN


def symbols_box(chapter: Path) -> set[str]:
    """The symbols of the first column of the table below the line **Symbols**."""
    (table,) = [table for text in texts(chapter) for table in BOX.findall(text)]
    rows = [row.split("|")[1:-1] for row in table.splitlines()[2:]]
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)
    return symbols_of(symbol for symbol, _, _ in rows)


def symbols_of(some: Iterable[str]) -> set[str]:
    return {symbol for text in some for formula in FORMULA.findall(text) for symbol in symbols("".join(formula))}


@each_chapter
def test_no_paragraph_and_no_sentence_is_long(chapter: Path):
    for text in texts(chapter):
        for paragraph in paragraphs(text):
            assert len(paragraph.split()) <= WORDS, paragraph
            assert [one for one in sentences(paragraph) if len(one.split()) > SENTENCE] == []


@each_chapter
def test_every_symbol_stands_in_the_box(chapter: Path):
    assert symbols_of(texts(chapter)) - symbols_box(chapter) == set()


@each_chapter
def test_it_opens_with_a_schematic_and_a_box_of_symbols(chapter: Path):
    opening = "\n".join(source(cell) for cell in load(chapter)["cells"][:4])
    assert "](figures/" in opening
    assert "**Symbols**" in opening


def in_order(chapter: Path) -> str:
    """What is read from top to bottom, without the first cell, headings, tables and pictures: they only announce."""
    _, *cells = load(chapter)["cells"]
    texts = [[source(one)] if one["cell_type"] == "markdown" else LATER.findall(source(one)) for one in cells]
    return re.sub(r"^(?:#|\||!\[).*$", "", "\n\n".join(chain(*texts)), flags=re.MULTILINE)


def used_too_early(text: str, known: Iterable[str] = ()) -> list[str]:
    """The terms that a text uses before it explains them: a term is explained where it stands in bold."""
    terms = {term: place for term, place in reversed(explained(text)) if term not in known}
    plain = {term: re.search(rf"(?<![\w*-]){re.escape(term)}s?(?![\w*-])", text, re.IGNORECASE) for term in terms}
    return [term for term, found in plain.items() if found and found.start() < terms[term]]


def explained(text: str) -> list[tuple[str, int]]:
    """The terms in bold and where each stands: one to three words in small letters, not a sentence."""
    return [(found[1], found.start()) for found in TERM.finditer(text) if len(found[1].split()) <= 3]


@each_chapter
def test_no_term_is_used_before_it_is_explained(chapter: Path):
    """Here, or in a chapter before."""
    before = [one for one in CHAPTERS if one.stem < chapter.stem]
    known = {term for one in before for term, _ in explained(in_order(one))}
    assert used_too_early(in_order(chapter), known) == []


def test_the_tests_see_what_they_look_for():
    found = symbols(r"\hat{f}_{\text{test}}(x) = \sum_j c_j\,\sigma(w^\top x) + \mathrm{const} + \int e^{\pi} dx")
    assert found == {"f", "x", "j", "c", "\\sigma", "w"}
    assert sentences("One. Two, e.g. this: three!") == ["One.", "Two, e.g this:", "three!"]
    early = "A mask is drawn. The **mask** says what stays, the **density** how much. **Tickets** are **tickets**."
    assert used_too_early(early) == ["mask"]
    assert used_too_early(early, ["mask"]) == []
    assert used_too_early("No **lower limit** here. The lower limits.") == []
    assert paragraphs("# Head\n\nOne $a b$.\n\n- two\n- three\n\n|a|b|") == ["One formula.", "two", "three"]
