"""What two answers may differ in and still be the same program, and what makes them different ones."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scalinglab.classroom.alike.normal_form import Form, form_of_code, form_of_text, statements_in
from scalinglab.exercises.bank import all_exercises
from scalinglab.exercises.building import _Module
from tests.course.notebooks import COURSE

SECOND = Path(__file__).parents[2] / "exercises" / "second_answers"
ANSWER = '''
import numpy as np


def missing(kappa, values):
    """How many modes are known."""
    return sum(value / (value + kappa) for value in values)


def best_fit(width, eigenvalues, power):
    low, high = 1e-12, sum(eigenvalues)
    while high - low > 1e-14:  # halve it
        middle = (low + high) / 2
        if missing(middle, eigenvalues) > width:
            low = middle
        else:
            high = middle
    table = {name: np.log(part) for name, part in zip(eigenvalues, power)}
    return low * sum(table.values())
'''


def form(text: str, name: str = "best_fit") -> Form:
    found = form_of_code(statements_in(text), name)
    assert found
    return found


def renamed(text: str, names: dict[str, str]) -> str:
    return re.sub(r"\b(" + "|".join(names) + r")\b", lambda word: names[word[0]], text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: renamed(text, {"low": "a", "high": "b", "middle": "c", "value": "v", "table": "t", "part": "q"}),
        lambda text: renamed(text, {"missing": "helper", "kappa": "low"}),
        lambda text: renamed(text, {"low": "high", "high": "low"}),  # swapped, so that an order by letters would differ
        lambda text: renamed(text, {"width": "n", "eigenvalues": "lam", "power": "p"}),
        lambda text: text.replace("  # halve it", "").replace('    """How many modes are known."""\n', ""),
        lambda text: text.replace("    ", "\t").replace("\n\n\n", "\n"),
        lambda text: text.replace("(low + high) / 2", "((low + high) / (2))"),
        lambda text: text.replace("def best_fit(width, eigenvalues", "def best_fit(width: int, eigenvalues: list"),
        lambda text: text.replace("        middle = ", "        middle: float = "),
        lambda text: text.replace("    table =", "    print(low)\n    pass\n    table ="),
        lambda text: text.replace("import numpy as np", "import numpy").replace("np.log", "numpy.log"),
        lambda text: text.replace("import numpy as np", "from numpy import log as ln").replace("np.log", "ln"),
        lambda text: text.replace("import numpy as np", "").replace("    table", "    import numpy as np\n    table"),
        lambda text: text + "\ndef best_of_all():\n    return 7\n\nbest_fit(3, [1.0], [1.0])\n",
        lambda text: "%matplotlib inline\n!ls\n" + text,
        lambda text: "\n\n".join(reversed(text.strip().split("\n\n\n"))),
        lambda text: text.replace("def best_fit", "def solve") + "\nbest_fit = solve\n",
    ],
    ids=lambda change: "",
)
def test_the_same_program_under_other_names_and_in_another_layout_has_the_same_form(change):
    other = change(ANSWER)
    assert other != ANSWER
    ast.parse(re.sub(r"^[%!].*$", "", other, flags=re.MULTILINE))  # it is still Python
    assert form(other).same == form(ANSWER).same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1e-14", "1e-13"),
        ("/ 2", "// 2"),
        ("            low = middle", "            high = middle"),
        ("np.log", "np.exp"),
        ("> width", ">= width"),
        ("missing(middle, eigenvalues)", "missing(middle, power)"),
        ("table.values()", "table.keys()"),
        ("return low *", "return high *"),
    ],
)
def test_another_program_has_another_form(old: str, new: str):
    assert ANSWER.count(old) == 1
    assert form(ANSWER.replace(old, new)).same != form(ANSWER).same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("    a = 1\n    b = 2\n    return a - b", "    b = 2\n    a = 1\n    return a - b"),
        ("    return x * 2", "    return 2 * x"),
        ("    return x * 2", "    double = x * 2\n    return double"),
        ("    return [y for y in x]", "    z = []\n    for y in x:\n        z.append(y)\n    return z"),
    ],
)
def test_what_the_docstring_says_is_not_caught_is_not(one: str, other: str):
    assert form(f"def best_fit(x):\n{one}").same != form(f"def best_fit(x):\n{other}").same


def test_an_answer_that_is_split_into_cells_is_the_same_and_its_letters_are_not():
    upper, lower = ANSWER.split("\n\n\ndef best_fit")
    statements = [*statements_in(upper), *statements_in(f"def best_fit{lower}")]
    split = form_of_code(statements, "best_fit", letters=lower)
    assert split
    assert split.same == form(ANSWER).same
    assert split.letters != form(ANSWER).letters


def test_a_name_that_was_imported_before_is_the_one_that_is_imported_here():
    without = ANSWER.replace("import numpy as np", "")
    found = form_of_code(statements_in(without), "best_fit", imported={"np": "numpy"})
    assert found
    assert found.same == form(ANSWER).same != form(without).same


@pytest.mark.parametrize(
    "text",
    [
        """
total = 0
def best_fit(x):
    global total
    total = x
    return total
""",
        """
def best_fit(x):
    def inner(y):
        nonlocal x
        x += y
        return x
    return inner(1)
""",
        """
class Net:
    def __init__(self):
        self.a = 1

best_fit = Net
""",
        """
best_fit = lambda a, *b, c=1, **d: [a, b, c, d]
""",
        """
async def best_fit(x):
    async for y in x:
        await y
""",
        """
def best_fit(x):
    try:
        return 1
    except ValueError as problem:
        raise problem
    del x
""",
        """
def best_fit(x):
    match x:
        case [1, *rest]:
            return rest
        case {'a': y, **more}:
            return y, more
        case int(real=z) | z:
            return z
""",
        """
def best_fit(x):
    with open(x) as f, f as g:
        return f'{g!r:>{x}}', (n := 3), x[1:2, ...], *x, -x
""",
        """
total = 0
total += 1
for _ in range(3):
    total *= 2
def best_fit(x):
    return total
""",
    ],
)
def test_every_kind_of_statement_has_a_form_that_names_do_not_change(text: str):
    names = {"x": "k1", "y": "k2", "total": "k3", "problem": "k4", "f": "k5", "g": "k6", "n": "k7", "a": "k8"}
    names |= {"rest": "k9", "more": "k10", "inner": "k11", "Net": "k12", "b": "k13", "d": "k14"}
    names = {old: new for old, new in names.items() if f"'{old}'" not in text and f".{old}" not in text}
    names.pop("f", None) if "f'" in text else None
    other = renamed(text, names)
    assert other != text
    assert form(other).same == form(text).same
    assert form(text).size > 2


@pytest.mark.parametrize("text", ["def best_fit(:", "(" * 500, "\0", "def best_fit(x):\n  return 1\n return 2"])
def test_what_is_not_python_says_so(text: str):
    with pytest.raises(SyntaxError):
        statements_in(text)


def test_nothing_binds_the_name():
    assert form_of_code(statements_in("def other(x):\n    return x"), "best_fit") is None
    assert form_of_code([], "best_fit") is None
    assert form_of_code(statements_in("best_fit = best_fit"), "best_fit") is not None  # and no end is waited for
    assert statements_in("%%bash\nls") == []


def test_words_have_a_form_too():
    assert form_of_text("  Because SGD\nis noisy. ") == Form(
        form_of_text("because sgd is *noisy*").same,  # pyright: ignore[reportOptionalMemberAccess]
        4,
        form_of_text("  Because SGD\nis noisy. ").letters,  # pyright: ignore[reportOptionalMemberAccess]
    )
    assert form_of_text(" ... ") is None


def test_no_solution_of_the_course_has_the_form_of_the_second_answer(tmp_path: Path):
    """Two right answers that were written independently are no pair, in any exercise."""
    compared = []
    for exercise in all_exercises():
        chapter = exercise.key[:2]
        second = tmp_path / f"{chapter}.py"
        text = (SECOND / f"chapter_{chapter}.py").read_text(encoding="utf-8")
        second.write_text(text.replace("SECOND_ANSWERS", "SOLUTIONS"), encoding="utf-8")
        modules = (_Module(COURSE / "solutions" / f"chapter_{chapter}.py"), _Module(second))
        compared.append([form(module.answer(exercise), exercise.name).same for module in modules])
    assert len(compared) > 40
    assert [pair for pair in compared if pair[0] == pair[1]] == []
