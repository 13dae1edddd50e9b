"""Results become columns, columns become bytes; nothing is lost on the way and nothing empty gets through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.live.rows import about, caption_of, columns_of, datasets_of, records_of, thin, to_wire

RECORDS = [{"step": 0, "error": 0.9, "run": "a"}, {"step": 1, "error": 0.5, "run": "b"}]


class Result:
    def rows(self):
        return RECORDS


@pytest.mark.parametrize(
    "result",
    [RECORDS, tuple(RECORDS), Result(), {"step": [0, 1], "error": np.array([0.9, 0.5]), "run": ["a", "b"]}],
    ids=["records", "tuple", "object with rows()", "columns"],
)
def test_all_shapes_of_a_result_mean_the_same(result):
    found = datasets_of(result)
    assert list(found) == ["rows"]
    assert records_of(found["rows"]) == RECORDS


def test_data_sets_are_told_apart_by_name():
    found = datasets_of({"theory": {"x": [1.0]}, "simulation": RECORDS, "both": Result()})
    assert {name: len(records_of(columns)) for name, columns in found.items()} == {
        "theory": 1,
        "simulation": 2,
        "both": 2,
    }


def test_progress_and_caption_are_no_data_sets():
    result = {"theory": RECORDS, "simulation": [], "caption": "3 of 20", "done": 3, "total": 20}
    assert list(datasets_of(result)) == ["theory", "simulation"]
    assert (about(result, "done", 0), about(result, "total", 0), caption_of(result)) == (3, 20, "3 of 20")
    assert list(datasets_of({"done": [1.0, 2.0], "total": [3.0, 4.0]})["rows"]) == ["done", "total"]  # columns
    assert list(datasets_of({"rows": [], "more": [], "done": 0, "total": 5} | {"more": RECORDS})) == ["rows", "more"]
    # All may be empty as long as something is left to do.
    assert datasets_of({"rows": [], "more": [], "done": 0, "total": 5}) == {"rows": {}, "more": {}}
    with pytest.raises(ValueError, match="nothing to draw"):
        datasets_of({"rows": [], "more": [], "done": 5, "total": 5})


def test_one_of_several_data_sets_may_be_empty():
    assert datasets_of({"rows": RECORDS, "diverged": []})["diverged"] == {}


def test_a_caption_is_a_sentence_and_no_data_set():
    result = {"rows": RECORDS, "caption": "Two rows."}
    assert list(datasets_of(result)) == ["rows"]
    assert caption_of(result) == "Two rows."
    assert caption_of({"caption": ["a", "b"], "x": [1, 2]}) == caption_of(RECORDS) == caption_of(Result()) == ""
    assert list(columns_of({"caption": ["a", "b"], "x": [1, 2]})) == ["caption", "x"]


def test_a_run_may_have_no_rows_yet_but_not_at_its_end():
    class Growing:
        done, total = 0, 3

        def rows(self):
            return RECORDS[: self.done]

    run = Growing()
    assert datasets_of(run) == {"rows": {}}
    run.total = 0
    with pytest.raises(ValueError, match="nothing to draw"):
        datasets_of(run)


def test_a_missing_number_is_a_gap_and_a_missing_word_is_empty():
    columns = columns_of([{"x": 1, "word": "a"}, {"x": None}, {"word": "c"}])
    np.testing.assert_equal(columns["x"], [1.0, np.nan, np.nan])
    assert columns["word"].tolist() == ["a", "", "c"]


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ([], "there is nothing to draw: the function returned no rows"),
        ({"x": []}, "there is nothing to draw: the function returned no rows"),
        ({"x": [1, 2], "y": [1]}, "x and y must have the same length, got x 2, y 1"),
        ({"x": [[1, 2], [3, 4]]}, "column 'x' must be one-dimensional, of numbers or words, got int64 of shape (2, 2)"),
        (
            {"z": np.array([1j])},
            "column 'z' must be one-dimensional, of numbers or words, got complex128 of shape (1,)",
        ),
        (None, "rows must be a list of dicts or a dict of columns, got None"),
        (7, "rows must be a list of dicts or a dict of columns, got 7"),
    ],
)
def test_what_cannot_be_drawn_is_named(result, sentence):
    with pytest.raises(ValueError, match=r"must|nothing") as caught:
        datasets_of(result)
    assert str(caught.value) == sentence


@given(
    st.lists(st.floats(), min_size=1),
    st.lists(st.text(st.characters(exclude_characters="\0")), min_size=1, max_size=50),
)
def test_bytes_bring_back_every_number_and_word(numbers, words):
    wire = to_wire({"n": {"x": np.array(numbers)}, "w": {"word": np.array(words)}})
    back = np.frombuffer(wire["n"]["columns"]["x"]["bytes"], "<f8")
    np.testing.assert_array_equal(back, numbers)  # bit for bit, infinities and nan included
    column = wire["w"]["columns"]["word"]
    assert [column["labels"][code] for code in np.frombuffer(column["bytes"], "<i4")] == words


def test_whole_numbers_and_truth_values_travel_too():
    columns = to_wire({"rows": {"n": np.arange(3), "on": np.array([True, False, True])}})["rows"]["columns"]
    assert np.frombuffer(columns["n"]["bytes"], "<f8").tolist() == [0, 1, 2]
    assert columns["on"]["kind"] == "truth"
    assert np.frombuffer(columns["on"]["bytes"], "<i4").tolist() == [1, 0, 1]


@given(st.integers(1, 500), st.integers(2, 100))
def test_thinning_keeps_the_first_the_last_and_the_count(rows, limit):
    kept = thin({"x": np.arange(rows)}, limit)["x"]
    assert len(kept) == min(rows, limit)
    assert kept[0] == 0
    assert kept[-1] == rows - 1
    assert len(set(kept.tolist())) == len(kept)
