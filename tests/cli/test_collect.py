"""``scalinglab collect``: a line for each student, then what found no place, or one sentence."""

from __future__ import annotations

import pytest

from scalinglab.cli import main
from tests.classroom.downloads import ONE, course, journal, notebook, tree, unpacked, zipped


def test_a_line_for_each_student_then_what_was_left_then_a_count(tmp_path, capsys):
    place = course(tmp_path)
    first = {
        "ana/05_random_features.ipynb": notebook(),
        "ana/predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "bob/nb.ipynb": notebook(["06-frontier"]),
        "cai/photo.png": b"",
        "readme.txt": b"",
    }
    assert main(["collect", str(place), str(zipped(tmp_path / "1.zip", first))]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ana (new): 05_random_features filed; predictions.json of 05_random_features filed",
        "bob (new): 06_compute_optimal filed",
        "cai (new): nothing was filed",
        "Not filed:",
        "  1.zip: cai/photo.png is no notebook (cai)",
        "  1.zip: readme.txt has a name that does not say whose it is",
        "3 students: 3 files filed (0 in the place of an older one), 0 unchanged, 2 not filed.",
    ]
    second = {"ana/05_random_features.ipynb": notebook(text="new"), "bob/nb.ipynb": notebook(["06-frontier"])}
    assert main(["collect", str(place), str(unpacked(tmp_path / "2", second))]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ana: 05_random_features filed, the older one is in replaced/ana/05_random_features/1",
        "bob: 06_compute_optimal unchanged",
        "2 students: 1 file filed (1 in the place of an older one), 1 unchanged, 0 not filed.",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere", "a.zip"], "class must be a folder that `scalinglab assign` made, and there is no folder nowhere"),
        (["empty", "a.zip"], "class must be a folder that `scalinglab assign` made, and empty has no source/"),
        (["broken", "a.zip"], "class must hold whole notebooks, and broken/source/05/05.ipynb is damaged"),
        (["class", "b.zip"], "ZIP must be a zip or a folder, and there is no b.zip"),
        (["class", "a.zip", "text.txt"], "ZIP must be a zip or a folder, and text.txt is neither"),
        (["class", "nothing"], "nothing holds no file to collect"),
        (["class", "class"], "ZIP must not be the class itself or one of its folders, got class"),
        (["class", "."], "ZIP must not be the class itself or one of its folders, got ."),
        (["class", "class/submitted"], "ZIP must not be the class itself or one of its folders, got class/submitted"),
        (["a.zip", "a.zip"], "class must be a folder that `scalinglab assign` made, and there is no folder a.zip"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(tmp_path, capsys, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    course(tmp_path, ONE)
    for name in ("empty", "nothing", "broken/source/05", "class/submitted"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "broken/source/05/05.ipynb").write_text("{")
    (tmp_path / "text.txt").write_text("hello")
    zipped(tmp_path / "a.zip", {"ana/nb.ipynb": notebook()})
    before = tree(tmp_path)
    assert main(["collect", *words]) == 2
    assert capsys.readouterr() == ("", f"scalinglab collect: {sentence}\n")
    assert tree(tmp_path) == before


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    place = course(tmp_path, ONE)
    (place / "submitted").write_text("a file where the folder should be")
    assert main(["collect", str(place), str(zipped(tmp_path / "a.zip", {"ana/nb.ipynb": notebook()}))]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"scalinglab collect: {place / 'submitted'}")
    assert len(error.splitlines()) == 1


def test_without_a_zip_the_call_is_wrong(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["collect", "class"])
    assert stop.value.code == 2
    assert "the following arguments are required: ZIP" in capsys.readouterr().err
