"""Who is told to have the same answer as whom: what is long and rare in the class, and nothing else."""

from __future__ import annotations

from scalinglab.classroom.alike.answers import UNREADABLE
from scalinglab.classroom.alike.groups import FEWEST_PARTS, LONG, Group, Pair, compare, pairs_in
from scalinglab.classroom.alike.normal_form import Form

PLACE = ("05_random_features", "05-ridge")


def a_class(size: int, **shared: tuple[int, int]) -> dict[str, Form]:
    """So many students with answers of their own, and of each shared one ``(how many have it, its parts)``."""
    forms = {f"own{number:03}": Form(f"own{number}", 100, f"own{number}") for number in range(size)}
    for name, (many, parts) in shared.items():
        forms |= {f"{name}{number}": Form(name, parts, f"{name}{number}") for number in range(many)}
    return forms


def test_a_long_answer_that_two_have_is_a_pair_and_a_short_one_is_not():
    found = compare(*PLACE, a_class(10, pair=(2, FEWEST_PARTS), line=(2, FEWEST_PARTS - 1)))
    assert found.groups == (Group(("pair0", "pair1"), FEWEST_PARTS),)
    assert (found.answers, found.short, found.usual) == (14, 2, 0)


def test_what_many_wrote_is_no_pair_and_the_longer_it_is_the_more_may_have_it():
    for parts, told, usual in ((60, 3, 4), (120, 12, 13), (LONG, 50, 51), (10 * LONG, 50, 51)):
        for many, wanted in ((told, 0), (usual, usual)):
            found = compare(*PLACE, a_class(100 - many, same=(many, parts)))
            assert found.usual == wanted, (parts, many)
            assert len(found.groups) == (wanted == 0)


def test_where_many_share_their_answers_a_pair_says_little():
    """Eight pairs in a class of 30: there are few ways to write it."""
    pairs = {f"pair{number}": (2, 80) for number in range(8)}
    found = compare(*PLACE, a_class(14, **pairs))
    assert (found.groups, found.usual) == ((), 16)
    assert len(compare(*PLACE, a_class(14, **pairs, long=(2, 2 * FEWEST_PARTS))).groups) == 1
    assert len(compare(*PLACE, a_class(84, **pairs)).groups) == 8


def test_the_natural_one_liner_of_most_of_the_class_is_no_pair():
    found = compare(*PLACE, a_class(5, line=(25, 20)))
    assert (found.groups, found.short) == ((), 25)


def test_the_published_solution_is_no_pair_however_many_have_it():
    forms = a_class(20, solution=(3, 200))
    found = compare(*PLACE, forms, published=Form("solution", 200, ""))
    assert found.groups == ()
    assert found.published == ("solution0", "solution1", "solution2")
    assert len(compare(*PLACE, forms).groups) == 1


def test_answers_that_cannot_be_read_are_counted_and_are_no_pair():
    found = compare(*PLACE, a_class(3) | {"a": UNREADABLE, "b": UNREADABLE})
    assert (found.answers, found.unreadable, found.groups) == (3, 2, ())


def test_the_same_to_the_letter_is_told():
    forms = a_class(5) | {name: Form("same", 80, "letters") for name in ("ana", "ben")}
    assert compare(*PLACE, forms).groups == (Group(("ana", "ben"), 80, letters=True),)


def test_words_need_fewer_parts_than_code():
    assert compare(*PLACE, a_class(9, essay=(2, 30)), text=True).groups
    assert not compare(*PLACE, a_class(9, essay=(2, 30))).groups


def test_pairs_come_with_all_their_places_and_those_with_most_first():
    first = compare(*PLACE, a_class(19, x=(2, 80), y=(3, 240)))
    other = compare("06_compute_optimal", "06-average", a_class(9, y=(2, 80)))
    pairs = pairs_in([first, other])
    assert pairs[0] == Pair(("y0", "y1"), (PLACE, ("06_compute_optimal", "06-average")))
    assert [one.students for one in pairs[1:]] == [("x0", "x1"), ("y0", "y2"), ("y1", "y2")]
