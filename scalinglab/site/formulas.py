"""Formulas as MathML, made when a page is built: browsers draw it, screen readers read it, and no script is needed.

``latex2mathml`` does the work: it is small, pure Python, and takes less than a millisecond for a formula. KaTeX and
MathJax need Node, which readers and instructors do not have, and SVG (``ziamath``) is many times as large, and mute.
What MathML needs for a look that is the same everywhere is a font with a table of mathematics: the site brings its own
(``static/fonts``).

What is mended here is what the converter leaves undone, and what browsers draw by MathML Core alone: fences that open
or close, thin spaces around ``log``, a minus sign that belongs to one number, a frame.
"""

from __future__ import annotations

import html
import re
from functools import cache
from xml.etree.ElementTree import Element, SubElement, tostring

from latex2mathml.converter import convert_to_element

from scalinglab._checks import fail

#: Commands that the converter knows without their side, and the characters of nobody that carry them through it.
_FENCES = {r"\lvert": ("\ue000", "|", "prefix"), r"\rvert": ("\ue001", "|", "postfix")}
_FENCES |= {r"\lVert": ("\ue002", "‖", "prefix"), r"\rVert": ("\ue003", "‖", "postfix")}
_SIDES = {character: (sign, form) for character, sign, form in _FENCES.values()}

#: How many parts a thing has at least; the converter leaves out what is not there.
_PARTS = {"mfrac": 2, "mroot": 2} | dict.fromkeys(("msub", "msup", "munder", "mover"), 2)
_PARTS |= dict.fromkeys(("msubsup", "munderover"), 3)

_THIN = "0.167em"
_NAMED = {
    "arccos",
    "arcsin",
    "arctan",
    "cos",
    "cosh",
    "det",
    "dim",
    "exp",
    "ker",
    "lim",
    "ln",
    "log",
    "max",
    "min",
    "Pr",
}
_NAMED |= {"sin", "sinh", "sup", "inf", "tan", "tanh"}
_CLOSING = frozenset(")]}!|‖") | {"⟩", "⌋", "⌉"}
_OPENING = frozenset("([{") | {"⟨", "⌊", "⌈"}


@cache
def mathml(tex: str, *, block: bool = False) -> str:
    """A formula as MathML.

    Parameters
    ----------
    tex
        What stands between the dollars.
    block
        Whether it has a line of its own.

    Raises
    ------
    ValueError
        If the converter does not know a command; the sentence holds the formula.
    """
    marked = tex.strip()
    for command, (character, _, _) in _FENCES.items():
        marked = re.sub(re.escape(command) + r"(?![a-zA-Z])\s*", character, marked)
    try:
        root = convert_to_element(marked, display="block" if block else "inline")
    except Exception as problem:
        fail("formula", f"be TeX that can be typeset ({type(problem).__name__})", tex)
    left = [text for one in root.iter() if (text := one.text or "").startswith("\\") and len(text) > 1]
    if left:
        fail("formula", f"be TeX that can be typeset ({left[0]} is not known)", tex)
    for element in list(root.iter()):
        if len(element) < _PARTS.get(element.tag, 0):
            fail("formula", f"be TeX that can be typeset (a part of {element.tag} is missing)", tex)
        _mend_names(element)
        _mend_prime(element)
    for element in list(root.iter()):
        _mend_marks(element)
        _mend_spaces(element)
    if not block:
        root.attrib.pop("display", None)
    return tostring(root, encoding="unicode")


def _text(element: Element) -> str:
    return html.unescape(element.text or "")


def _mend_names(element: Element) -> None:
    """Letters of one word stand in one element; a frame is a row with a border."""
    if element.tag == "menclose":
        element.tag, element.attrib = "mrow", {"class": "sl-boxed"}
    if element.tag == "munder" and len(element) == 2 and _text(element[1]) == "⏟":
        # Chromium 156 loses pieces of a long brace, so that it is a line, drawn by the style.
        element.remove(element[1])
        element.tag, element.attrib = "mrow", {"class": "sl-brace"}
    if element.tag == "mover" and element.get("stretchy"):
        del element.attrib["stretchy"]
    children = list(element)
    for variant, tag, kind in (("monospace", "mi", "sl-mono"), ("normal", "mi", "")):
        if len(children) > 1 and all(child.get("mathvariant") == variant for child in children):
            for child in children:
                element.remove(child)
            word = SubElement(element, tag, {"class": kind} if kind else {})
            word.text = "".join(map(_text, children))


def _mend_prime(element: Element) -> None:
    """A prime stands beside its letter: it is raised in the font, and as an exponent it would be tiny."""
    if element.tag != "msup" or len(element) != 2:
        return
    base, exponent = element
    primed = [exponent, *exponent][0 if not len(exponent) else 1]
    if _text(primed) != "\N{PRIME}":
        return
    element.remove(base)
    if primed is exponent:
        element.tag = "mrow"
        element.insert(0, base)
    else:
        exponent.remove(primed)
        together = Element("mrow")
        together.extend([base, primed])
        element.insert(0, together)


def _mend_marks(element: Element) -> None:
    """Single signs: which side they close, how much room they take, and the few that are the wrong character."""
    if element.tag == "mspace" and element.get("width", "").startswith("negative"):
        element.set("width", f"-{_THIN}")
    if element.text:
        element.text = _text(element)  # the converter writes characters as entities
    if element.tag == "mtext" and not element.attrib:
        # Words count as space in MathML: a minus between two of them would be the core of an operator made of both.
        element.tag = "mi"
        element.attrib = {"mathvariant": "normal"} if len(element.text or "") == 1 else {}
    if element.tag not in {"mi", "mo"}:
        return
    sign = element.text
    tight = {"lspace": "0", "rspace": "0"}
    if sign in _SIDES:
        element.text, form = _SIDES[sign]
        element.tag, element.attrib = "mo", {"form": form, "fence": "true", "stretchy": "false"} | tight
    elif sign == "~":
        element.tag, element.text = "mo", "\N{TILDE OPERATOR}"
    elif sign in {"…", "⋯"}:
        element.tag, element.attrib = "mi", {}
    elif sign in {"/", "."}:
        element.tag, element.attrib = "mo", dict(tight)
    elif sign == ";":
        element.tag, element.attrib = "mo", {"lspace": "0", "rspace": _THIN}
    elif sign == "\N{PRIME}":
        element.tag, element.attrib = "mo", dict(tight)
    elif sign in {"Pr", "exp"}:
        element.tag, element.attrib = "mi", {}


def _nucleus(element: Element) -> Element:
    """What a thing with indices is in its middle: of log with an index, log."""
    while element.tag in {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mrow"} and len(element):
        element = element[0]
    return element


def _named(element: Element) -> bool:
    return _nucleus(element).tag in {"mi", "mo"} and _text(_nucleus(element)) in _NAMED


def _opens(element: Element) -> bool:
    inner = _nucleus(element)
    return inner.tag == "mo" and (_text(inner) in _OPENING or inner.get("form") == "prefix")


def _closes(element: Element) -> bool:
    inner = _nucleus(element)
    return inner.tag == "mo" and (_text(inner) in _CLOSING or inner.get("form") == "postfix")


def _mend_spaces(element: Element) -> None:
    """Thin spaces around named functions, as TeX sets them, and a minus sign that stands before one thing."""
    if element.tag not in {"mrow", "math", "msqrt", "mtd", "mstyle"}:
        return
    children = list(element)
    for child in children:
        element.remove(child)
    before: Element | None = None  # the thing before, spaces aside
    for child, after in zip(children, [*children[1:], None], strict=True):
        adjacent = len(element) and element[-1] is before
        if _named(child) and adjacent and before is not None and (before.tag != "mo" or _closes(before)):
            SubElement(element, "mspace", {"width": _THIN})
        if child.tag == "mo" and _text(child) in {"\N{MINUS SIGN}", "+", "-"}:
            unary = before is None or (before.tag == "mo" and not _closes(before))
            child.attrib |= {"form": "prefix", "lspace": "0", "rspace": "0"} if unary else {}
        element.append(child)
        if _named(child) and after is not None and after.tag not in {"mo", "mspace"} and not _opens(after):
            SubElement(element, "mspace", {"width": _THIN})
        before = before if child.tag == "mspace" else child
