"""MNIST and CIFAR-10 from tiny files of their formats, written here, and every way in which such a file is wrong."""

from __future__ import annotations

import gzip
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.training.tasks.files import cifar10, mnist

TRAIN, TEST, ROWS, COLUMNS = 40, 15, 3, 5
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
RANDOM = np.random.default_rng(0)
DIGITS = {
    "train": (RANDOM.integers(0, 256, (TRAIN, ROWS, COLUMNS)), np.arange(TRAIN) % 10),
    "t10k": (RANDOM.integers(0, 256, (TEST, ROWS, COLUMNS)), np.arange(TEST) % 10),
}
PHOTOGRAPHS = {name: RANDOM.integers(0, 256, (4, 3072)) for name in [f"data_batch_{n}" for n in range(1, 6)]}
PHOTOGRAPHS["test_batch"] = RANDOM.integers(0, 256, (6, 3072))


def idx(array):
    lengths = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return bytes((0, 0, 8, array.ndim)) + lengths + array.astype(np.uint8).tobytes()


def records(images):
    labels = np.arange(len(images))[:, None] % 10
    return np.concatenate((labels, images), axis=1).astype(np.uint8).tobytes()


def write_mnist(folder, *, compress=False):
    folder.mkdir(parents=True, exist_ok=True)
    for part, (images, labels) in DIGITS.items():
        for name, array in ((f"{part}-images-idx3-ubyte", images), (f"{part}-labels-idx1-ubyte", labels)):
            content = idx(array)
            (folder / f"{name}{'.gz' * compress}").write_bytes(gzip.compress(content) if compress else content)


def write_cifar(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, images in PHOTOGRAPHS.items():
        (folder / f"{name}.bin").write_bytes(records(images))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCALINGLAB_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def digits_files(folder):
    write_mnist(folder)
    return folder


@pytest.fixture
def photographs(folder):
    write_cifar(folder)
    return folder


def check(task, images, labels, test_images, test_labels):
    """The task holds each of these images once, with its label: pixels in [0, 1] less the mean of the pool."""
    images, test_images = (array.reshape(len(array), -1) for array in (images, test_images))
    mean = images.mean(axis=0) / 255
    assert task.train_inputs.dtype == task.test_inputs.dtype == np.float32
    # float32 rounds numbers up to 1 by 6e-8, three times.
    np.testing.assert_allclose(task.test_inputs, test_images / 255 - mean, rtol=0, atol=2e-7)
    np.testing.assert_array_equal(task.test_labels, test_labels)
    pixels = (task.train_inputs + mean) * 255
    greys = pixels.round().astype(int)
    assert np.abs(pixels - greys).max() < 1e-4  # 255 times the rounding above
    found = [(row.tobytes(), label) for row, label in zip(greys, task.train_labels.tolist(), strict=True)]
    expected = [(row.astype(int).tobytes(), label) for row, label in zip(images, labels.tolist(), strict=True)]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("place", [".", "MNIST/raw"])
def test_mnist_holds_every_image_of_the_files_once_with_its_label(folder, place, compress):
    write_mnist(folder / place, compress=compress)
    task = mnist(TRAIN)
    assert (task.samples, task.inputs, task.classes) == (TRAIN, ROWS * COLUMNS, 10)
    check(task, *DIGITS["train"], *DIGITS["t10k"])
    assert dict(task.recipe) == {"name": "mnist", "samples": TRAIN, "seed": 0}


@pytest.mark.parametrize("place", [".", "cifar-10-batches-bin"])
def test_cifar10_holds_every_image_of_the_files_once_with_its_label(folder, place):
    write_cifar(folder / place)
    task = cifar10(20)
    assert (task.samples, task.inputs, task.classes) == (20, 3072, 10)
    pool = np.concatenate([PHOTOGRAPHS[f"data_batch_{number}"] for number in range(1, 6)])
    check(task, pool, np.arange(20) % 4, PHOTOGRAPHS["test_batch"], np.arange(6))
    assert dict(task.recipe) == {"name": "cifar10", "samples": 20, "seed": 0}


def test_the_mean_of_the_pool_is_zero_whatever_part_of_it_is_taken(digits_files):
    whole = mnist(TRAIN, seed=1)
    np.testing.assert_allclose(whole.train_inputs.mean(axis=0), 0, atol=2e-7)  # float32
    np.testing.assert_array_equal(mnist(7, seed=1).test_inputs, whole.test_inputs)


@pytest.mark.parametrize("seed", [0, 1])
def test_smaller_data_sets_are_the_first_part_of_larger_ones(digits_files, seed):
    whole = mnist(TRAIN, seed=seed)
    for samples in (1, 7, TRAIN - 1):
        part = mnist(samples, seed=seed)
        np.testing.assert_array_equal(part.train_inputs, whole.train_inputs[:samples])
        np.testing.assert_array_equal(part.train_labels, whole.train_labels[:samples])


def test_seeds_order_the_same_pool_differently(photographs):
    one, two = cifar10(20, seed=0), cifar10(20, seed=1)
    assert {row.tobytes() for row in one.train_inputs} == {row.tobytes() for row in two.train_inputs}
    assert not np.array_equal(one.train_inputs, two.train_inputs)


def test_the_same_arguments_give_the_same_object_and_another_folder_another(digits_files, tmp_path, monkeypatch):
    first = mnist(10)
    assert mnist(10) is first
    write_mnist(tmp_path / "other")
    monkeypatch.setenv("SCALINGLAB_DATA", str(tmp_path / "other"))
    assert mnist(10) is not first


@pytest.mark.parametrize("make", [mnist, cifar10])
def test_without_the_variable_the_sentence_names_it(make, monkeypatch):
    for value in (None, ""):
        monkeypatch.delenv("SCALINGLAB_DATA", raising=False)
        if value is not None:
            monkeypatch.setenv("SCALINGLAB_DATA", value)
        with pytest.raises(FileNotFoundError) as caught:
            make()
        sentence = f"{make.__name__} needs the environment variable SCALINGLAB_DATA to name the folder of its files"
        assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "missing", [f"{part}-{rest}" for part in DIGITS for rest in ("images-idx3-ubyte", "labels-idx1-ubyte")]
)
def test_a_missing_file_of_mnist_is_named_with_its_places(digits_files, missing):
    (digits_files / missing).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        mnist(10)
    places = f"{digits_files} (from SCALINGLAB_DATA) or {digits_files / 'MNIST/raw'}"
    assert str(caught.value) == f"{missing} or {missing}.gz must be in {places}"


@pytest.mark.parametrize("missing", PHOTOGRAPHS)
def test_a_missing_file_of_cifar10_is_named_with_its_places(photographs, missing):
    (photographs / f"{missing}.bin").unlink()
    with pytest.raises(FileNotFoundError, match=rf"^{missing}\.bin must be in .*cifar-10-batches-bin$"):
        cifar10(10)


def test_more_samples_than_the_pool_are_refused(digits_files):
    for samples in (TRAIN + 1, 60000, 10**30):
        with pytest.raises(ValueError, match=f"^samples must not exceed the pool of {TRAIN}, got {samples}$"):
            mnist(samples)


GOOD = idx(DIGITS["train"][0])
PIXELS = ROWS * COLUMNS
WRONG_IMAGES = {
    "an empty file": (b"", "begin with the magic number 00000803, got ''"),
    "a magic number cut short": (GOOD[:3], "begin with the magic number 00000803, got '000008'"),
    "the magic number of labels": (idx(DIGITS["train"][1]), "begin with the magic number 00000803, got '00000801'"),
    "a page of the web": (b"<html><body>Not found", "begin with the magic number 00000803, got '3c68746d'"),
    "a header cut short": (GOOD[:9], "have a header of 16 bytes, got 9"),
    "a header alone": (GOOD[:16], f"hold {TRAIN * PIXELS} bytes after its header, got 0"),
    "one byte less": (GOOD[:-1], f"hold {TRAIN * PIXELS} bytes after its header, got {TRAIN * PIXELS - 1}"),
    "one byte more": (GOOD + b"\0", f"hold {TRAIN * PIXELS} bytes after its header, got 'more'"),
    "no images": (idx(np.zeros((0, 3, 5))), "have axes longer than zero, got [0, 3, 5]"),
    "an absurd promise": (
        GOOD[:4] + b"\xff" * 12 + GOOD[16:],
        f"hold {(2**32 - 1) ** 3} bytes after its header, got 600",
    ),
    "one image less": (idx(DIGITS["train"][0][1:]), None),
}


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("fault", WRONG_IMAGES)
def test_a_wrong_file_of_images_is_refused_in_one_sentence(digits_files, fault, compress):
    content, sentence = WRONG_IMAGES[fault]
    (digits_files / IMAGES).unlink()
    path = digits_files / f"{IMAGES}{'.gz' * compress}"
    path.write_bytes(gzip.compress(content) if compress else content)
    if sentence is None:
        path, sentence = digits_files / LABELS, "hold a label for each of the 39 images, got 40"
    with pytest.raises(ValueError, match=" must ") as caught:
        mnist(10)
    assert str(caught.value) == f"{path} must {sentence}"


@pytest.mark.parametrize("fault", ["cut", "not gzip", "garbled", "wrong sum"])
def test_a_broken_gzip_file_is_refused_in_one_sentence(digits_files, fault):
    (digits_files / IMAGES).unlink()
    whole = gzip.compress(GOOD)
    garbled = bytearray(whole)
    garbled[10:40] = b"\xff" * 30  # behind the header, where 0xff is no block that there is
    wrong_sum = whole[:-8] + bytes(4) + whole[-4:]
    content = {"cut": whole[:-20], "not gzip": GOOD, "garbled": bytes(garbled), "wrong sum": wrong_sum}[fault]
    path = digits_files / f"{IMAGES}.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=" must be a whole gzip file, got: ") as caught:
        mnist(10)
    assert str(caught.value).startswith(str(path))


def test_labels_that_are_no_digits_are_refused(digits_files):
    (digits_files / LABELS).write_bytes(idx(np.full(TRAIN, 10)))
    with pytest.raises(ValueError, match=rf"{LABELS} must hold labels from 0 to 9, got 10$"):
        mnist(10)


def test_test_images_of_another_size_are_refused(digits_files):
    (digits_files / "t10k-images-idx3-ubyte").write_bytes(idx(np.zeros((TEST, 2, 2))))
    with pytest.raises(ValueError, match=r"^t10k-images-idx3-ubyte must have 15 pixels an image like training, got 4$"):
        mnist(10)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "hold records of 3073 bytes, got '0 bytes'"),
        (records(PHOTOGRAPHS["test_batch"])[:-1], "hold records of 3073 bytes, got '18437 bytes'"),
        (records(PHOTOGRAPHS["test_batch"]) + b"\0", "hold records of 3073 bytes, got '18439 bytes'"),
        (b"\x63" * 3073, "hold labels from 0 to 9, got 99"),
    ],
)
def test_a_wrong_batch_of_cifar10_is_refused_in_one_sentence(photographs, content, sentence):
    path = photographs / "data_batch_3.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=" must ") as caught:
        cifar10(10)
    assert str(caught.value) == f"{path} must {sentence}"


JUNK = st.one_of(
    st.text(),
    st.floats(),
    st.booleans(),
    st.integers(max_value=-1),
    st.sampled_from([None, math.nan, [], {}, [None], np.ones(2), b"8", {1, 2}, object]),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([mnist, cifar10]), st.sampled_from(["samples", "seed"]), JUNK)
def test_junk_in_any_argument_is_refused_in_a_short_sentence(make, name, value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCALINGLAB_DATA", "/nowhere")
        with pytest.raises(ValueError, match=f"^{name} must ") as caught:
            make(**{name: value})
    assert len(str(caught.value)) < 200


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_whatsoever_are_taken_for_images_that_they_do_not_hold(tmp_path_factory, content, whole_header):
    folder = tmp_path_factory.mktemp("bytes")
    write_mnist(folder)
    # Half of the files have the right magic number, and lengths at random after it.
    (folder / IMAGES).write_bytes(GOOD[:4] * whole_header + content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCALINGLAB_DATA", str(folder))
        with pytest.raises(ValueError, match=" must "):
            mnist(TRAIN)
