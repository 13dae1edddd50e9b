"""Collecting again: newer versions, older ones, and runs that were cut off."""

from __future__ import annotations

from scalinglab.classroom import collect
from scalinglab.classroom.submissions import collecting, versions
from tests.classroom.downloads import (
    FIVE,
    course,
    journal,
    notebook,
    tree,
    zipped,
)


def test_a_second_run_changes_nothing_and_says_so(tmp_path):
    place = course(tmp_path)
    files = {
        "nunezana_123_8_05_random_features-2.ipynb": notebook(text="third"),
        "nunezana_123_7_05_random_features-1.ipynb": notebook(text="second"),
        "nunezana_123_6_05_random_features.ipynb": notebook(text="first"),
        "nunezana_123_9_predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "a*b_124_9_05.ipynb": notebook(),
    }
    source = zipped(tmp_path / "canvas.zip", files)
    first = collect(place, [source])
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in place.rglob("*")}
    second = collect(place, [source, source])
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in place.rglob("*")} == before
    assert (second.filed, second.new_students, second.left_over) == ((), (), ())
    assert {(one.student, one.file) for one in second.unchanged} == {(one.student, one.file) for one in first.filed}
    found = tree(place)
    assert found[f"submitted/nunezana/{FIVE}/{FIVE}.ipynb"] == notebook(text="third")
    aside = [content for name, content in found.items() if name.startswith("replaced/nunezana")]
    assert aside == [notebook(text="first"), notebook(text="second")]


def test_the_number_of_a_resubmission_counts_before_the_time_in_the_zip(tmp_path):
    place = course(tmp_path)
    files = {"ana/05_random_features-2.ipynb": notebook(text="second"), "ana/05_random_features.ipynb": notebook()}
    files |= {"bob/a.ipynb": notebook(text="older"), "bob/b.ipynb": notebook(text="younger")}
    collect(place, [zipped(tmp_path / "all.zip", files)])
    found = tree(place)
    assert found[f"submitted/ana/{FIVE}/{FIVE}.ipynb"] == notebook(text="second")
    assert found[f"submitted/bob/{FIVE}/{FIVE}.ipynb"] == notebook(text="younger")


def test_a_changed_submission_replaces_the_older_one_which_is_kept(tmp_path):
    place = course(tmp_path)
    versions = [notebook(text=text) for text in ("first", "second", "third")]
    sources = [zipped(tmp_path / f"{n}.zip", {"doe_1_5_05.ipynb": text}) for n, text in enumerate(versions)]
    done = [collect(place, [source]) for source in sources]
    found = tree(place)
    assert found[f"submitted/doe/{FIVE}/{FIVE}.ipynb"] == versions[2]
    assert [found[f"replaced/doe/{FIVE}/{number}/{FIVE}.ipynb"] for number in (1, 2)] == versions[:2]
    assert [[one.replaced for one in each.filed] for each in done] == [
        [""],
        [f"replaced/doe/{FIVE}/1"],
        [f"replaced/doe/{FIVE}/2"],
    ]
    # An older download does not bring back what a newer one replaced.
    old = collect(place, [sources[0]])
    assert (old.filed, len(old.unchanged)) == ((), 1)
    assert tree(place) == found


def test_a_student_who_goes_back_to_an_earlier_version_gets_it(tmp_path):
    place = course(tmp_path)
    first, second = notebook(text="first"), notebook(text="second")
    collect(place, [zipped(tmp_path / "1.zip", {"doe_1_5_05.ipynb": first})])
    collect(place, [zipped(tmp_path / "2.zip", {"doe_1_6_05.ipynb": second})])
    back = zipped(tmp_path / "3.zip", {"doe_1_6_05.ipynb": second, "doe_1_7_05.ipynb": first})
    for _ in range(2):
        collect(place, [back])
        found = tree(place)
        assert found[f"submitted/doe/{FIVE}/{FIVE}.ipynb"] == first
        assert sorted(name for name in found if name.startswith("replaced")) == [
            f"replaced/doe/{FIVE}/1/{FIVE}.ipynb",
            f"replaced/doe/{FIVE}/2/{FIVE}.ipynb",
        ]


def test_going_back_and_forth_keeps_each_version_once_even_an_empty_one_in_a_renamed_folder(tmp_path):
    place = course(tmp_path)
    texts = [b"", notebook(), b"", notebook()]
    sources = []
    for number in range(1, len(texts) + 1):
        files = {f"doe_1_{5 + step}_05_random_features.ipynb": text for step, text in enumerate(texts[:number])}
        sources.append(zipped(tmp_path / f"{number}.zip", files))
    collect(place, sources[:2])
    (place / f"replaced/doe/{FIVE}/1").rename(place / f"replaced/doe/{FIVE}/the empty one")
    done = collect(place, [*sources[2:], *sources[2:]])
    found = {name: content for name, content in tree(place).items() if "doe/" in name}
    assert found == {
        f"replaced/doe/{FIVE}/the empty one/{FIVE}.ipynb": b"",
        f"replaced/doe/{FIVE}/1/{FIVE}.ipynb": notebook(),
        f"submitted/doe/{FIVE}/{FIVE}.ipynb": notebook(),
    }
    assert done.filed[0].replaced == f"replaced/doe/{FIVE}/1"


def test_what_a_person_removed_from_submitted_comes_back(tmp_path):
    place = course(tmp_path)
    for text in ("first", "second", "first"):
        collect(place, [zipped(tmp_path / f"{text}.zip", {"doe_1_5_05.ipynb": notebook(text=text)})])
        (place / f"submitted/doe/{FIVE}/{FIVE}.ipynb").unlink() if text == "second" else None
    assert tree(place)[f"submitted/doe/{FIVE}/{FIVE}.ipynb"] == notebook(text="first")


def test_an_interrupted_run_is_completed_by_the_next(tmp_path, monkeypatch):
    other = course(tmp_path / "other")
    old = zipped(
        tmp_path / "old.zip", {f"doe{name}_{number}_5_05.ipynb": notebook() for number, name in enumerate("abc", 1)}
    )
    files = {f"doe{name}_{number}_6_05.ipynb": notebook(text=name) for number, name in enumerate("abcde", 1)}
    new = zipped(tmp_path / "new.zip", files)
    collect(other, [old])
    collect(other, [new])
    write = collecting.write_atomically
    for writes in range(15):
        left = writes

        def failing(path, content):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            write(path, content)

        again = course(tmp_path / str(writes))
        collect(again, [old])
        for module in (collecting, versions):
            monkeypatch.setattr(module, "write_atomically", failing)
        try:
            collect(again, [new])
        except KeyboardInterrupt:
            whole = {notebook(), *files.values()}
            assert {
                content for name, content in tree(again).items() if name.endswith(".ipynb") and "source" not in name
            } <= whole
        for module in (collecting, versions):
            monkeypatch.setattr(module, "write_atomically", write)
        collect(again, [new])
        assert tree(again) == tree(other)
    assert left > 0, "the last round was not interrupted, so all places were tried"
