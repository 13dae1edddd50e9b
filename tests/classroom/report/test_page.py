"""The instructor's page, read as a reader's browser does: what it states, and that nothing on it comes alive."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from scalinglab.classroom.report import html_templates
from scalinglab.classroom.report.page import report
from scalinglab.classroom.report.written_files import write_refusal
from scalinglab.classroom.results import Asked, ClassResults, Part, Score, Student, Submission
from tests.classroom.made_class import class_of
from tests.classroom.report.html_tree import Node, tree_of

CHAPTER = "05_random_features"
PARTS = {CHAPTER: (Part("05-endless", "Without limits", 10.0), Part("05-ridge", "The best ridge", 20.0))}
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></table>",
    "&lt;b&gt; &amp;",
    "שרה \u202eשרה",
    "Zoë 🐍",
    "x" * 200,
    "two\nlines\x00",
    "half \ud83d pair",
    "{style} %s {0}",
    "../../etc/passwd",
    "a?b#c d/é",
]


def read(results: ClassResults) -> Node:
    return tree_of(report(results))


def small(*submissions: Submission, questions=(), students=None) -> ClassResults:
    ids = dict.fromkeys(one.student for one in submissions) if students is None else students
    return ClassResults({CHAPTER: "05 Random features"}, PARTS, submissions, tuple(map(Student, ids)), tuple(questions))


def solved(student: str, first: float = 10.0, second: float = 20.0, **rest) -> Submission:
    scores = (Score("05-endless", first, 10.0), Score("05-ridge", second, 20.0))
    return Submission(student, CHAPTER, scores, **{"name": student, **rest})


def cells(row: Node) -> list[str]:
    return [cell.text for cell in row.inside if isinstance(cell, Node)]


def needs(page: Node) -> list[str]:
    (section,) = page.all("section", "needs")
    return [item.text for item in section.all("li")]


def test_the_class_in_three_numbers_and_each_assignment_in_mean_and_median():
    failed = Submission("d", CHAPTER, problem="The file is no notebook.")
    page = read(small(solved("a"), solved("b", 0.0), solved("c", 0.0, 0.0), failed, students="abcde"))
    (numbers,) = page.all("ul", "numbers")
    assert [item.text for item in numbers.all("li")] == ["5 students", "3 graded", "1 not graded"]
    row = next(next(page.all("tbody")).all("tr"))
    assert cells(row) == [
        "05 Random features",
        "4 of 5",
        "1",
        "16.67",  # 30, 20 and 0
        "20",
        "30",
    ]


def test_what_needs_the_instructor_stands_first():
    page = read(
        small(
            solved("a", name="Ada Lovelace"),
            solved("b", name=" ada  LOVELACE"),
            solved("c", name=""),
            Submission("d", CHAPTER, problem="the kernel died: `MemoryError`"),
            students="abcdef",
        )
    )
    assert needs(page) == [
        "Not graded, 05 Random features: d. The kernel died: MemoryError.",
        "Nothing handed in, 05 Random features: e, f.",
        "The same name in the first cell, 05 Random features: a, b. "
        "They have the same numbers, so answers can be copied.",
        "No name in the first cell, 05 Random features: c. "
        "All who leave it empty have the same numbers, so answers can be copied.",
    ]


def test_what_a_person_has_to_grade_or_look_at_again_is_listed_and_its_points_are_no_full_ones():
    waits = (Score("05-endless", 10.0, 10.0), Score("05-ridge", 0.0, 20.0, waits=True))
    again = (Score("05-endless", 7.0, 10.0, review="7 points by hand count"), Score("05-ridge", 20.0, 20.0))
    silent = (Score("05-endless", 0.0, 10.0, "no result", "the check showed nothing"), Score("05-ridge", 20.0, 20.0))
    page = read(
        small(
            Submission("a", CHAPTER, waits, "a", journal="predictions.json is damaged.", sealed="05-a 9; 05-b 10"),
            Submission("b", CHAPTER, again, "b", late="handed in 2 hours late", penalty=5.0, sealed="05-a 9; 05-b 10"),
            Submission("c", CHAPTER, silent, "c", sealed="05-a 9; 05-b 11"),
        )
    )
    assert needs(page) == [
        "To be graded by a person, 05 Random features: a. The best ridge.",
        "Points by hand for an earlier answer, 05 Random features: b. Without limits: 7 points by hand count.",
        "A check that showed nothing, 05 Random features: c. Without limits: the check showed nothing.",
        "Late, 05 Random features: b. Handed in 2 hours late.",
        "A journal that cannot be read, 05 Random features: a. Predictions.json is damaged. It was kept as it is.",
        "One journal for several students, 05 Random features: a, b. Their predictions were sealed at the same "
        "seconds: the file was copied, or they worked together.",
    ]
    (region,) = page.all("div", "points")
    assert [cells(row)[1:] for row in next(region.all("tbody")).all("tr")] == [
        ["✓ 10 right", "… 0 to be graded by a person", "10"],
        ["◐ 7 partly right", "✓ 20 right", "22 after 5 off for lateness"],
        ["✗ 0 not right", "✓ 20 right", "20"],
    ]
    assert "… 1 wait for a person" in list(page.all("div", "exercise"))[1].text


def test_what_is_the_same_in_many_assignments_is_one_line():
    chapters = ("01_power_laws", "05_random_features")
    made = tuple(Submission(one, chapter, name="Ada") for chapter in chapters for one in "ab")
    results = ClassResults({one: one for one in chapters}, PARTS, made, tuple(map(Student, "ab")))
    (item,) = needs(read(results))
    assert item.startswith("The same name in the first cell, 01_power_laws, 05_random_features: a, b.")


def test_many_names_are_folded_and_all_of_them_are_there():
    students = [f"s{number:03}" for number in range(150)]
    (item,) = needs(read(small(solved("s000"), students=students)))
    assert item.startswith("Nothing handed in, 05 Random features: 149 students s001, s002, s003")
    assert item.endswith("s148, s149.")


def test_a_class_without_trouble_is_told_so():
    (section,) = read(small(solved("a"), solved("b"))).all("section", "needs")
    assert cells(section)[1] == "Nothing: all work is in and graded, and everybody has numbers of their own."


def test_a_row_for_each_student_with_points_signs_and_a_link_to_the_feedback():
    untouched = Submission(
        "ö/1", CHAPTER, (Score("05-endless", 4.5, 10.0), Score("05-ridge", 0.0, 20.0, attempted=False))
    )
    failed = Submission("b", CHAPTER, problem="The file is no notebook.")
    page = read(small(solved("a", 10.0, 0.0), failed, untouched, students=["a", "b", "c", "ö/1"]))
    (region,) = page.all("div", "points")
    body, foot = next(region.all("tbody")), next(region.all("tfoot"))
    rows = [cells(row) for row in body.all("tr")]
    assert rows == [
        ["a", "✓ 10 right", "✗ 0 not right", "10"],
        ["b", "not graded: The file is no notebook.", "\u2013"],
        ["c", "not handed in", "\u2013"],
        ["ö/1", "◐ 4.5 partly right", "○ 0 not attempted", "4.5"],
    ]
    assert cells(next(foot.all("tr"))) == ["Mean of 2 graded", "7.25", "0", "7.25"]
    links = [unquote(link.attributes["href"]) for link in body.all("a")]
    assert links == [f"../feedback/{one}/{CHAPTER}/{CHAPTER}.html" for one in ("a", "b", "ö/1")]
    assert 'href="../feedback/%C3%B6%2F1/' in report(small(untouched))
    assert [head.text for head in next(region.all("thead")).all("th")] == [
        "Student",
        "Without limits of 10",
        "The best ridge of 20",
        "Total of 30",
    ]


@pytest.mark.parametrize(("name", "shown"), [("Ada", "Ada b"), ("Zoë & b", "Zoë & b"), ("", "b")])
def test_the_id_stands_behind_a_name_that_does_not_tell_it(name, shown):
    page = read(replace(small(solved("b")), students=(Student("b", name),)))
    (region,) = page.all("div", "points")
    (head,) = next(region.all("tbody")).all("th")
    assert head.text == shown


def test_mistakes_come_by_how_many_made_them_with_the_sentence_that_they_read():
    def wrong(student: str, diagnosis: str, message: str) -> Submission:
        scores = (Score("05-endless", 0.0, 10.0, diagnosis, message), Score("05-ridge", 20.0, 20.0))
        return Submission(student, CHAPTER, scores, name=student)

    page = read(
        small(
            wrong("a", "no root", "Take the `root`."),
            wrong("b", "raised an error", "`f(1)` raised ValueError."),
            wrong("c", "raised an error", "`f(2)` raised KeyError."),
            wrong("d", "raised an error", "`f(2)` raised KeyError."),
            solved("e"),
        )
    )
    first, second = page.all("div", "exercise")
    assert "✓ 1 of 5 (20 %) solved it; ✗ 4 of 5 (80 %) not yet" in first.text
    assert [item.text for item in first.all("li")] == [
        "3 of 5: raised an error. For example: f(2) raised KeyError. Who b, c, d",
        "1 of 5: no root. Take the root. Who a",
    ]
    assert "✓ 5 of 5 (100 %) solved it" in second.text
    (teach,) = page.all("section", "teach")
    items = [item.text for item in teach.all("li")]
    assert items[0].startswith("3 of 5: raised an error.")
    assert next(teach.all("a")).attributes["href"] == f"#{next(first.all('h4')).attributes['id']}"


def test_predictions_are_told_in_a_sentence_and_drawn():
    asked = Asked("05-error", "How many `percent`?", "%", (), 0, 100, truth=9.3)
    said = [12.0, 7.0, 14.0, 60.0, 12.0]
    made = [solved(f"s{place}", predictions={"05-error": value}) for place, value in enumerate(said)]
    silent = Asked("05-silent", "And what else?")
    (page,) = read(small(*made, questions=[asked, silent])).all("section", "assignment")
    (card,) = page.all("figure")
    assert "How many percent?" in card.text
    (told,) = card.all("figcaption")
    assert told.text == "Median 12 %, measured 9.3 %; 60 % of the class within a factor of 1.5. 5 answered."
    assert len(list(card.all("circle"))) == 5
    assert "Nobody answered: And what else?" in page.text


def test_choices_are_bars_with_the_right_one_marked():
    asked = Asked("05-width", "Which?", "", ("8", "64", "128"), truth="64")
    made = [solved(str(place), predictions={"05-width": value}) for place, value in enumerate(["64", "8", "64", "7"])]
    (card,) = read(small(*made, questions=[asked])).all("figure")
    assert [item.text for item in card.all("li")] == ["8: 1", "✓ right: 64: 2", "128: 0"]
    widths = [piece.attributes["style"] for piece in card.all("i")]
    assert widths == ["width:33.33%", "width:66.67%"]
    assert "2 of 3 (67 %) right. 3 answered, 1 gave an answer that is no choice." in card.text


@pytest.mark.parametrize("truth", [None, "It depends on the <b>plan</b>.", math.nan, 1e300, -5.0])
@pytest.mark.parametrize("choices", [(), ("8", "64")])
@pytest.mark.parametrize("log", [False, True])
def test_whatever_was_predicted_and_is_true_the_page_stands(truth, choices, log):
    ends = {} if choices else {"low": 1.0, "high": 100.0, "log": log}
    asked = Asked("05-a", "?", "%", choices, truth=truth, **ends)
    said = ["no idea", "<script>", math.nan, math.inf, True, None, 10**400, [1], -1e308, 1e308, 0, -0.0, 50, "8"]
    made = [
        solved(str(place), predictions={"05-a": value}, quiz={"05-quiz-1": value}) for place, value in enumerate(said)
    ]
    (card,) = read(small(*made, questions=[asked])).all("figure")
    counts = "1 answered, 13 gave" if choices else "5 answered, 4 outside the range, drawn hollow at its end, 9 wrote"
    assert counts in card.text
    assert "nan" not in report(small(*made, questions=[asked])).split("<figure>")[1].split("</figure>")[0]


def test_the_quiz_tells_who_was_right_at_once_and_what_most_others_chose():
    results = class_of(30)
    page = read(results)
    regions = list(page.all("div", "quiz"))
    assert [region.attributes["aria-label"] for region in regions] == ["Quiz of chapter 01", "Quiz of chapter 05"]
    rows = [cells(row) for row in next(regions[1].all("tbody")).all("tr")]
    said = [one.quiz["05-quiz-2"] for one in results.submissions if "05-quiz-2" in one.quiz]
    right = said.count("Late, when training fits the directions that the data hardly determine.")
    assert rows[1][1] == f"{right} of {len(said)} ({100 * right / len(said):.0f} %)"
    wrong = Counter(said) - Counter({"Late, when training fits the directions that the data hardly determine.": right})
    text, count = wrong.most_common(1)[0]
    assert rows[1][2].startswith(f"{count}: {text}")


def evil() -> ClassResults:
    made, students = [], []
    for place, name in enumerate(EVIL):
        students.append(Student(name, name, name, name, name))
        said = {"05-a": name, "05-b": name}
        scores = (Score("05-endless", 0.0, 10.0, name, name), Score("05-ridge", 20.0, 20.0, name, name))
        problem = name if place % 3 == 0 else ""
        made.append(Submission(name, CHAPTER, () if problem else scores, name, problem, said, {"05-quiz-1": name}))
    questions = (
        Asked("05-a", EVIL[0], EVIL[0]),
        Asked("05-b", EVIL[1], "", tuple(EVIL), truth=EVIL[0]),
    )
    titles = {CHAPTER: "05 <Random> & features"}
    return ClassResults(titles, PARTS, tuple(made), tuple(students), questions)


def test_no_name_answer_or_message_comes_alive():
    page = read(evil())
    tags = Counter(node.tag for node in page.all())
    assert tags["script"] == tags["title"] == tags["style"] == 1
    assert tags["img"] == tags["b"] == 0
    assert not [node for node in page.all() if any(name.startswith("on") for name in node.attributes)]
    shown = page.text
    for name in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "&lt;b&gt; &amp;",
        "{style} %s {0}",
        "x" * 200,
    ):
        assert name in shown
    assert "half ? pair" in shown
    names = [node.text for node in page.all("bdi")]
    assert any("שרה" in name for name in names)
    links = [link.attributes["href"] for link in page.all("a") if link.attributes["href"].startswith("..")]
    assert all(re.fullmatch(rf"\.\./feedback/[\w%.~-]+/{CHAPTER}/{CHAPTER}\.html", link) for link in links)
    assert len(links) == len(evil().submissions)


def test_why_a_submission_was_not_graded_is_escaped_too(tmp_path):
    write_refusal(tmp_path, CHAPTER, "a", "<script>alert(1)</script> & half \ud83d")
    page = (tmp_path / "feedback" / "a" / CHAPTER / f"{CHAPTER}.html").read_text(encoding="utf-8")
    assert "<p>What you handed in could not be graded: &lt;script&gt;alert(1)&lt;/script&gt; &amp; half ?.</p>" in page


def test_no_template_lets_text_through_as_it_is():
    templates = [*Path(html_templates.__file__).with_name("templates").iterdir()]
    assert len(templates) >= 5
    for template in templates:
        assert not re.search(r"\|\s*safe\b|autoescape", template.read_text(encoding="utf-8"))


@pytest.mark.parametrize("results", [class_of(0), class_of(1), class_of(30), evil(), ClassResults({}, {}, (), ())])
def test_every_page_is_whole_and_asks_for_nothing(results):
    page = read(results)
    html = report(results)
    assert html.startswith("<!doctype html>\n")
    assert html.endswith("</html>\n")
    assert not re.search(r"https?://|url\(|@import|<link|src=(?!x)", html)
    targets = [link.attributes["href"] for link in page.all("a")]
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(set(ids)) == len(ids)
    assert {unquote(target[1:]) for target in targets if target.startswith("#")} <= set(ids)
    for table in page.all("table"):
        assert next(table.all("caption")).text
        assert all(head.attributes["scope"] in {"col", "row"} for head in table.all("th"))
    levels = [int(node.tag[1]) for node in page.all() if re.fullmatch("h[1-6]", node.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_same_results_give_the_same_page():
    results = class_of(30)
    again = replace(results, submissions=tuple(replace(one) for one in class_of(30).submissions))
    assert report(results) == report(again)


def test_a_big_class_is_all_there():
    results = class_of(200)
    for region in read(results).all("div", "points"):
        assert len(list(next(region.all("tbody")).all("tr"))) == 200


def test_two_students_of_one_name_are_told_apart():
    students = (Student("a1", "Ada", "Lovelace"), Student("a2", "Ada", "Lovelace"), Student("b", "Emmy", "Noether"))
    page = read(replace(small(solved("b")), students=students))
    assert needs(page) == ["Nothing handed in, 05 Random features: Ada Lovelace (a1), Ada Lovelace (a2)."]
