"""The changes that ``tests.course.sabotage`` makes can still be made; what tests make of them takes minutes to see."""

from __future__ import annotations

import pytest

from tests.course.notebooks import CHAPTERS, load, source
from tests.course.sabotage import CHANGES, Change, sabotaged

BY_NUMBER = {path.stem[:2]: path for path in CHAPTERS}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.chapter}-{change.function}")
def test_each_changes_one_cell(change: Change):
    changed = [cell.source for cell in sabotaged(BY_NUMBER[change.chapter], change).cells]
    before = [source(cell) for cell in load(BY_NUMBER[change.chapter])["cells"]]
    assert sum(one != other for one, other in zip(before, changed, strict=True)) == 1


def test_every_chapter_has_one():
    assert {change.chapter for change in CHANGES} == set(BY_NUMBER)
