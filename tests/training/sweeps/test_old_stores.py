"""Stores that version 0.1.0 wrote answer without training: keys and names of chunks are what they were, to the byte."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from scalinglab.training.sweeps import sweep as sweeps
from scalinglab.training.sweeps.chunks import chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.sweeps.sweep import sweep

NOISY = {"name": "digits", "samples": 300, "label_noise": 0.1, "seed": 4}
TEACHER = {"name": "teacher_student", "samples": 50, "test_samples": 64, "noise": 0.5}
#: Grids, with the key of each of their runs and the name of their first chunk, as 0.1.0 had them.
OLD = [
    (
        {"task": "digits"},
        ["cd993e229329d5654128bade757ea00ef831a77f049896330aea4dda2e086cbd"],
        "a9438858770b6fa5b126decbdf0bc47c7f2ed31f3f65043150bafbb0373c316b",
    ),
    (
        {"task": NOISY, "width": 8, "depth": 2, "samples": 200, "seed": 5, "resample": True},
        ["79527023d3c5524596572b43cf498b03d1d8295d5070cef2780f2ee6d0a4c69a"],
        "65cb308d4e0333348b3a2a0c0145435734e0a744aeb31e55cb2f1f8f3dfa4bed",
    ),
    (
        {"task": "digits", "optimizer": "adamw", "step_size": 0.01, "weight_decay": 0.1, "schedule": "cosine"}
        | {"steps": 600, "evaluations": 16},
        ["56fdde1f6c7cd8efe0638d284d3d5a3afb708f8b4aa5f971c9fdf4f4b7af6bee"],
        "c7882f12aa008f4677e024d900b6902844c4b1920577d61929194637ffd7b076",
    ),
    (
        {"task": TEACHER, "activation": "tanh", "momentum": 0.5, "betas": [0.8, 0.95], "scaling": "mean-field"}
        | {"mass_rule": False, "dtype": "float64"},
        ["88126ac2b0d48d694b713d43176da4f6d0b7cf4c6b028f71dfc5968d9eb5a35f"],
        "6f7672f145ad15802644f3c76efaa71ccda5df710e947de19106d360d8b5b401",
    ),
    (
        {"task": "mnist", "batch_size": 128, "width": [4, 8], "seed": [0, 1]},
        [
            "9490149cf5cacc0d4574e8494b942d2246a0b18f9b7a0b8c456da4d540d83dec",
            "bc2bcd9f6402cefd8af45b5c7c1bc973ac08f24e15e90dc2243d4b22a04a4838",
            "1ea460c58ea385f4a58ba64698f3466536a17e8197cefd8e0805eec9b8d95757",
            "ea2fdd82adf93a018085ed18ac4a161a54fab8d7da02def016d5a655b56fc227",
        ],
        "a0d9938f05baa93506b6ae118527b89974d9893e3e638759ef1f0d6c888e3daa",
    ),
]


@pytest.mark.parametrize(("grid", "keys", "chunk"), OLD)
def test_keys_are_what_they_were(grid, keys, chunk):
    runs = runs_of(grid)
    assert [run.key for run in runs] == keys
    assert chunks_of(runs)[0].name == chunk


#: What 0.1.0 wrote of two runs: one that ended, and one that diverged after the first step.
GRID = {"task": {"name": "digits", "samples": 100}, "width": 3, "step_size": [0.1, 1e9], "steps": 6}
SCHEMA = """
CREATE TABLE runs (key TEXT PRIMARY KEY NOT NULL, record TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE claims (chunk TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, until REAL NOT NULL);
PRAGMA application_id = 1399016546;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""
CONFIGURATION = (
    '{"algorithm": 2, "task": {"label_noise": 0.0, "name": "digits", "samples": 100, "seed": 0}, '
    '"train": {"activation": "relu", "batch_size": 64, "betas": [0.9, 0.999], "depth": 1, "dtype": "float32", '
    '"embedding": 12, "evaluations": 2, "mass_rule": true, "momentum": 0.9, "optimizer": "sgd", "resample": false, '
    '"samples": 100, "scaling": "standard", "schedule": "constant", "seed": 0, "step_size": %r, "steps": 6, '
    '"weight_decay": 0.0, "width": 3}}'
)
ENDED = {"parameters": 235, "status": "done", "diverged_at": None, "error": None, "train_loss": 2.2346086502075195}
ENDED |= {"test_loss": 2.2796669006347656, "test_error": 0.9430485367774963, "device": "cpu", "curve_step": [0, 6]}
ENDED |= {"curve_train_loss": [2.36822509765625, 2.2346086502075195]}
ENDED |= {"curve_test_loss": [2.360661029815674, 2.2796669006347656]}
ENDED |= {"curve_test_error": [0.963483989238739, 0.9430485367774963]}
DIVERGED = ENDED | {name: values[:1] for name, values in ENDED.items() if name.startswith("curve_")}
DIVERGED |= {"status": "diverged", "diverged_at": 1} | dict.fromkeys(("train_loss", "test_loss", "test_error"))
RECORDS = {
    "87dac73bfd8e23c93f73319d33d29a5c75e9d1038d640fbc733898ea71b2b62f": {"configuration": CONFIGURATION % 0.1} | ENDED,
    "7731bc45c48107db3cd06762457c5e422ad0713f06001d8b2dc9954cea7dcf6f": {"configuration": CONFIGURATION % 1e9}
    | DIVERGED,
}


def test_a_store_of_the_first_version_answers_the_same_grid_without_training(path, monkeypatch):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(SCHEMA)
        for key, record in RECORDS.items():
            connection.execute("INSERT INTO runs VALUES (?, ?, 1e9)", (key, json.dumps(record)))
    monkeypatch.setattr(sweeps, "computing", None)
    table = sweep(GRID, store=path, progress=False)
    assert [run.text for run in runs_of(GRID)] == [record["configuration"] for record in RECORDS.values()]
    assert [row["status"] for row in table.rows()] == ["done", "diverged"]
    assert [row["test_loss"] for row in table.rows()] == [2.2796669006347656, None]
    assert [(row["step"], row["test_error"]) for row in table.curves()] == [
        (0, 0.963483989238739),
        (6, 0.9430485367774963),
        (0, 0.963483989238739),
    ]
