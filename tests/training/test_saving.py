"""Networks come back from disk bit for bit, and no file that is read runs code or is believed unseen."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save_file

from scalinglab.training import digits, finish, train
from scalinglab.training.saving import FORMAT, load_networks, save_networks

ONE = [((np.ones((2, 3)), np.zeros(2)), (np.ones((1, 2)), np.zeros(1)))]


@st.composite
def layers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A layer of any numbers, nan and infinities among them, in either precision and byte order, or transposed."""
    dtype = draw(st.sampled_from(["<f4", "<f8", ">f8"]))
    outputs, inputs = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    weight = draw(hnp.arrays(dtype, (inputs, outputs))).T
    return weight, draw(hnp.arrays(dtype, draw(st.sampled_from([outputs, 0]))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NETWORKS = st.lists(st.lists(layers(), min_size=1, max_size=3), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(NETWORKS, st.dictionaries(st.text(), JSON, max_size=3))
def test_networks_come_back_bit_for_bit(tmp_path_factory, networks, about):
    file = tmp_path_factory.getbasetemp() / "networks.safetensors"
    save_networks(file, networks, about)
    back = load_networks(file)
    assert repr(back.about) == repr(about)
    assert [len(network) for network in back.networks] == [len(network) for network in networks]
    for network, saved in zip(back.networks, networks, strict=True):
        for layer, kept in zip(network, saved, strict=True):
            for array, original in zip(layer, kept, strict=True):
                assert array.dtype == original.dtype.newbyteorder("=")
                assert array.shape == original.shape
                assert array.tobytes() == original.astype(array.dtype).tobytes()
                assert not array.flags.writeable


def test_a_trained_network_is_saved_as_training_returns_it(tmp_path):
    trained = finish(train(digits(60), width=(4, 5), depth=2, steps=3))
    networks = [trained.arrays(0), trained.arrays(1)]
    save_networks(tmp_path / "a" / "b.safetensors", networks)
    back = load_networks(tmp_path / "a" / "b.safetensors")
    assert back.about == {}
    for network, saved in zip(back.networks, networks, strict=True):
        for layer, kept in zip(network, saved, strict=True):
            np.testing.assert_array_equal(layer[0], kept[0], strict=True)
            np.testing.assert_array_equal(layer[1], kept[1], strict=True)


def test_saving_again_replaces_the_file_and_leaves_no_other(tmp_path):
    file = tmp_path / "networks.safetensors"
    for value in (1, 2):
        save_networks(file, ONE, {"value": value})
    assert load_networks(file).about == {"value": 2}
    assert list(tmp_path.iterdir()) == [file]


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "networks.safetensors"
    save_networks(file, ONE, {"value": 1})
    monkeypatch.setattr("scalinglab._files.os.fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        save_networks(file, ONE, {"value": 2})
    assert load_networks(file).about == {"value": 1}
    assert list(tmp_path.iterdir()) == [file]


def bias(length: int) -> np.ndarray:
    return np.zeros(length)


@pytest.mark.parametrize(
    ("networks", "sentence"),
    [
        (None, "networks must be a sequence that is not empty, got None"),
        ([], "networks must be a sequence that is not empty, got []"),
        ([()], "a network must be a sequence that is not empty, got ()"),
        (["layers"], "a network must be a sequence that is not empty, got 'layers'"),
        ([[np.ones((2, 2))]], "a layer must be a pair of a weight and a bias, got <class 'numpy.ndarray'>"),
        ([[(np.ones((2, 2)),)]], "a layer must be a pair of a weight and a bias, got 1"),
        ([[([[1.0]], bias(1))]], "a weight must be an array of float32 or float64, got <class 'list'>"),
        ([[(np.ones((1, 1), int), bias(1))]], "a weight must be an array of float32 or float64, got dtype('int64')"),
        ([[(np.ones((1, 1), "f2"), bias(1))]], "a weight must be an array of float32 or float64, got dtype('float16')"),
        ([[(np.ones(3), bias(3))]], "a weight must have 2 dimensions, got (3,)"),
        ([[(np.ones((3, 2)), bias(2))]], "a bias must have the length 3 or 0, got 2"),
        ([[(np.ones((3, 2)), np.zeros((3, 1)))]], "a bias must have 1 dimensions, got (3, 1)"),
    ],
)
def test_what_is_no_network_is_refused_in_one_sentence(tmp_path, networks, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        save_networks(tmp_path / "x", networks)
    assert str(caught.value) == sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("about", [[1], "text", {"a": np.ones(2)}, {1: 2}, {"a": float("nan")}, {"a": (1, 2)}])
def test_what_is_said_about_them_must_come_back(tmp_path, about):
    with pytest.raises(ValueError, match=r"^about must "):
        save_networks(tmp_path / "x", ONE, about)


@pytest.mark.parametrize("path", [None, 3, "a\0b"])
def test_a_path_must_be_one(path):
    for use in (lambda: save_networks(path, ONE), lambda: load_networks(path)):
        with pytest.raises(ValueError, match=r"^path must be the path of a file, got "):
            use()


def test_a_missing_file_and_a_folder_are_the_usual_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_networks(tmp_path / "nothing")
    with pytest.raises(OSError, match=r"tmp|directory|denied"):
        load_networks(tmp_path)


def refused(file: Path) -> str:
    with pytest.raises(ValueError, match=r"(damaged|not written by save_networks)") as caught:
        load_networks(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_cut_anywhere_is_refused(tmp_path):
    file = tmp_path / "networks.safetensors"
    save_networks(file, ONE, {"width": 2})
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        refused(file)
    file.write_bytes(content + b"\0")
    refused(file)


class Bomb:
    """Unpickled, it would say so."""

    def __reduce__(self) -> tuple:
        return pytest.fail, ("a pickle was run",)


def header(text: bytes, length: int | None = None) -> bytes:
    return (len(text) if length is None else length).to_bytes(8, "little") + text


FOREIGN = {
    "pickle": pickle.dumps(Bomb()),
    "zip": b"PK\x03\x04" + bytes(100),
    "text": b"width,depth\n1,2\n" * 10,
    "zeros": bytes(1000),
    "a header longer than the file": header(b"{}", 2**40),
    "a header longer than all memory": header(b"{}", 2**64 - 1),
    "no JSON": header(b"{" * 1000),
    "nested": header(b'{"a":' + b"[" * 100_000),
    "a huge array": header(b'{"a":{"dtype":"F64","shape":[1000000000,1000000000],"data_offsets":[0,8]}}') + bytes(8),
    "a negative array": header(b'{"a":{"dtype":"F64","shape":[-1,-8],"data_offsets":[0,64]}}') + bytes(64),
    "arrays over each other": header(
        b'{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}'
    )
    + bytes(8),
    "an unknown number": header(b'{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,8]}}') + bytes(8),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_file_from_elsewhere_is_refused_and_run_by_nobody(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    refused(tmp_path / "x")


def test_networks_of_another_program_are_refused(tmp_path):
    for metadata in (None, {"format": "pt"}, {"format": FORMAT + "0"}):
        save_file({"weight": np.ones((2, 2))}, tmp_path / "x", metadata)
        assert refused(tmp_path / "x").endswith("was not written by save_networks of this version of scalinglab")


GOOD = {"network.0.layer.0.weight": np.ones((2, 3)), "network.0.layer.0.bias": np.zeros(2)}
WEIGHT, BIAS = GOOD


@pytest.mark.parametrize(
    ("arrays", "layers", "about"),
    [
        (GOOD, None, "{}"),
        (GOOD, "[1", "{}"),
        (GOOD, "[" * 100_000, "{}"),
        (GOOD, "{}", "{}"),
        (GOOD, "[]", "{}"),
        (GOOD, "[0]", "{}"),
        (GOOD, "[2]", "{}"),
        (GOOD, "[1000000000000]", "{}"),
        (GOOD, "[true]", "{}"),
        (GOOD, "[2, -1]", "{}"),
        (GOOD, "[1]", "[]"),
        (GOOD, "[1]", "{"),
        (GOOD | {"more": np.ones(1)}, "[1]", "{}"),
        ({WEIGHT: GOOD[WEIGHT], "other": GOOD[BIAS]}, "[1]", "{}"),
        (GOOD | {WEIGHT: np.ones(3)}, "[1]", "{}"),
        (GOOD | {WEIGHT: np.ones((2, 3), np.int64)}, "[1]", "{}"),
        (GOOD | {BIAS: np.ones(5)}, "[1]", "{}"),
    ],
    ids=range(17),
)
def test_networks_that_do_not_fit_together_are_refused(tmp_path, arrays, layers, about):
    metadata = {"format": FORMAT, "layers": layers, "about": about}
    save_file(arrays, tmp_path / "x", {name: text for name, text in metadata.items() if text is not None})
    refused(tmp_path / "x")


def test_the_same_arrays_with_the_right_words_are_taken(tmp_path):
    # So that the refusals above are for what is wrong in them, and not for the way in which the file was made.
    save_file(GOOD, tmp_path / "x", {"format": FORMAT, "layers": "[1]", "about": json.dumps({"a": 1})})
    assert load_networks(tmp_path / "x").about == {"a": 1}
