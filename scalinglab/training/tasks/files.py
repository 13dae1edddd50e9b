"""Larger images from files that the user brings: MNIST [Lecun1998] and CIFAR-10 [Krizhevsky2009].

The files lie in the folder that the environment variable ``SCALINGLAB_DATA`` names. They are plain bytes, read without
running anything that is in them, and each is checked against what it says about itself.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer, positive_integer
from scalinglab.training.tasks.task import Task

VARIABLE = "SCALINGLAB_DATA"
CLASSES = 10
#: Bytes of a record of CIFAR-10: a label, and three colours of 32 x 32 pixels.
RECORD = 1 + 3 * 32 * 32
#: Bytes that are read at a time, so that nothing is allocated on the word of a header.
PIECE = 2**20

Bytes = NDArray[np.uint8]
Examples = tuple[Bytes, Bytes]


def mnist(samples: int = 60000, *, seed: int = 0) -> Task:
    """Handwritten digits of 28 x 28 pixels [Lecun1998], with as many training samples as asked.

    ``seed`` draws an order of the training images, and the task takes its first ``samples``: with one seed, the
    smaller data set is always a part of the larger. Pixels go from [0, 255] to [0, 1], and the mean of all training
    images is taken off each.

    Parameters
    ----------
    samples : int
        Number of training samples; the original files hold 60000.
    seed : int
        Draws the order of the training images.

    Returns
    -------
    Task
        784 inputs in float32, 10 classes. The same object for the same arguments, while it is among the last 2.

    Raises
    ------
    ValueError
        If an argument is out of range, or if a file is not what it should be.
    FileNotFoundError
        If ``SCALINGLAB_DATA`` is not set, or if one of ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte`` is neither in that folder nor in its subfolder
        ``MNIST/raw``. Each may be compressed, with ``.gz`` after its name.
    """
    return _task("mnist", _read_mnist, _folder("mnist"), **files_options(samples=samples, seed=seed))


def cifar10(samples: int = 50000, *, seed: int = 0) -> Task:
    """Colour photographs of 32 x 32 pixels [Krizhevsky2009], as ``mnist`` in all else.

    Parameters
    ----------
    samples : int
        Number of training samples; the original files hold 50000.
    seed : int
        Draws the order of the training images.

    Returns
    -------
    Task
        3072 inputs in float32 (all of red, then green, then blue), 10 classes. The same object for the same
        arguments, while it is among the last 2.

    Raises
    ------
    ValueError
        If an argument is out of range, or if a file is not what it should be.
    FileNotFoundError
        If ``SCALINGLAB_DATA`` is not set, or if one of ``data_batch_1.bin`` to ``data_batch_5.bin`` and
        ``test_batch.bin`` (the "binary version") is neither in that folder nor in its subfolder
        ``cifar-10-batches-bin``.
    """
    return _task("cifar10", _read_cifar10, _folder("cifar10"), **files_options(samples=samples, seed=seed))


def files_options(*, samples: Any, seed: Any) -> dict[str, Any]:
    """Check the options of ``mnist`` or ``cifar10`` as far as it can be done without the files."""
    return {"samples": positive_integer("samples", samples), "seed": non_negative_integer("seed", seed)}


@lru_cache(maxsize=2)
def _task(
    name: str, read: Callable[[Path], tuple[Examples, Examples]], folder: Path, *, samples: int, seed: int
) -> Task:
    (images, labels), (test_images, test_labels) = read(folder)
    if samples > len(labels):
        fail("samples", f"not exceed the pool of {len(labels)}", samples)
    order = np.random.default_rng(np.random.SeedSequence((seed,))).permutation(len(labels))[:samples]
    mean = images.mean(axis=0, dtype=np.float64) / 255
    recipe = {"name": name, "samples": samples, "seed": seed}
    train, test = _centred(images[order], mean), _centred(test_images, mean)
    return Task(name, train, labels[order], test, test_labels, CLASSES, recipe=recipe)


def _centred(images: Bytes, mean: NDArray[np.float64]) -> NDArray[np.float32]:
    # In place, because a copy of all photographs takes 600 MB.
    pixels = images.astype(np.float32)
    pixels /= 255
    pixels -= mean.astype(np.float32)
    return pixels


def _folder(task: str) -> Path:
    named = os.environ.get(VARIABLE)
    if not named:
        raise FileNotFoundError(f"{task} needs the environment variable {VARIABLE} to name the folder of its files")
    return Path(named).expanduser().absolute()


def _find(folder: Path, subfolder: str, *names: str) -> Path:
    """Return the first file of these names, in the folder or its subfolder."""
    for path in (place / name for place in (folder, folder / subfolder) for name in names):
        if path.is_file():
            return path
    raise FileNotFoundError(f"{' or '.join(names)} must be in {folder} (from {VARIABLE}) or {folder / subfolder}")


@lru_cache(maxsize=1)
def _read_mnist(folder: Path) -> tuple[Examples, Examples]:
    train, test = (_read_pair(folder, part) for part in ("train", "t10k"))
    if train[0].shape[1] != test[0].shape[1]:
        fail("t10k-images-idx3-ubyte", f"have {train[0].shape[1]} pixels an image like training", test[0].shape[1])
    return train, test


def _read_pair(folder: Path, part: str) -> Examples:
    """Images as rows, and labels, of one of the two parts."""
    paths = [f"{part}-{content}-ubyte" for content in ("images-idx3", "labels-idx1")]
    paths = [_find(folder, "MNIST/raw", name, f"{name}.gz") for name in paths]
    images, labels = (_read_idx(path, axes) for path, axes in zip(paths, (3, 1), strict=True))
    if len(images) != len(labels):
        fail(str(paths[1]), f"hold a label for each of the {len(images)} images", len(labels))
    return images.reshape(len(images), -1), _checked_labels(paths[1], labels)


def _read_idx(path: Path, axes: int) -> Bytes:
    """One array from a file in the idx format: a magic number, the length of each axis, and the bytes.

    The magic number is two zero bytes, 8 for "unsigned byte", and the number of axes; lengths are big-endian, 4 bytes.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            header = _read(stream, 4 + 4 * axes)
            if header[:4] != bytes((0, 0, 8, axes)):
                fail(str(path), f"begin with the magic number {bytes((0, 0, 8, axes)).hex()}", header[:4].hex())
            if len(header) < 4 + 4 * axes:
                fail(str(path), f"have a header of {4 + 4 * axes} bytes", len(header))
            shape = [int.from_bytes(header[start : start + 4], "big") for start in range(4, len(header), 4)]
            promised = math.prod(shape)
            if not promised:
                fail(str(path), "have axes longer than zero", shape)
            content = _read(stream, promised + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} must be a whole gzip file, got: {error}") from error
    if len(content) != promised:
        held = "more" if len(content) > promised else len(content)
        fail(str(path), f"hold {promised} bytes after its header", held)
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _read(stream: io.BufferedIOBase, most: int) -> bytes:
    """Return so many bytes, or fewer if the stream ends before."""
    content = bytearray()
    while len(content) < most and (piece := stream.read(min(PIECE, most - len(content)))):
        content += piece
    return bytes(content)


@lru_cache(maxsize=1)
def _read_cifar10(folder: Path) -> tuple[Examples, Examples]:
    batches = [_read_batch(folder, f"data_batch_{number}.bin") for number in range(1, 6)]
    images, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return (images, labels), _read_batch(folder, "test_batch.bin")


def _read_batch(folder: Path, name: str) -> Examples:
    path = _find(folder, "cifar-10-batches-bin", name)
    content = np.fromfile(path, dtype=np.uint8)
    if not len(content) or len(content) % RECORD:
        fail(str(path), f"hold records of {RECORD} bytes", f"{len(content)} bytes")
    records = content.reshape(-1, RECORD)
    return records[:, 1:], _checked_labels(path, records[:, 0])


def _checked_labels(path: Path, labels: Bytes) -> Bytes:
    if labels.max() >= CLASSES:
        fail(str(path), f"hold labels from 0 to {CLASSES - 1}", int(labels.max()))
    return labels
