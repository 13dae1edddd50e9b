"""Vega runs beside the kernel: it draws, says what is wrong, ends when idle, and is missed without harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scalinglab.live import Axis, Lines, Panel, chart
from scalinglab.live.vega import engine, runtime

LINE = chart(Lines(), x=Axis("x", "samples", 0, 1), y=Axis("x", "x", 0, 1), title="t", description="d")
POINT = {"mark": "point", "data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x", "type": "quantitative"}}}
BROKEN = POINT | {"transform": [{"filter": "datum.x ==="}]}
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """``vl_convert`` is not installed, for the programs that are started now."""
    (tmp_path / "vl_convert.py").write_text("raise ModuleNotFoundError('vl_convert')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    engine.end()
    yield
    engine.end()


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Callable[[Panel], list[dict[str, Any]]]:
    """What a cell shows of a panel."""
    shown: list[dict[str, Any]] = []

    def show(panel: Panel) -> list[dict[str, Any]]:
        panel._ipython_display_()
        return shown

    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    return show


def test_a_picture_is_the_same_text_whatever_was_drawn_before_it():
    panel = Panel(lambda: {"x": [0, 1]}, charts=LINE)
    first = panel.svg()
    assert 'id="clip0-0"' in first
    assert panel.svg() == first


def test_one_program_draws_all_pictures_and_goes_on_after_a_mistake():
    assert engine.ask("svg", POINT).startswith("<svg")
    (program,) = engine._programs
    with pytest.raises(ValueError, match="Unexpected end of input"):
        engine.ask("svg", BROKEN)
    assert engine.ask("svg", POINT).startswith("<svg")
    assert engine._programs == [program]


@pytest.mark.skipif(os.name == "nt", reason="there are no groups of processes")
def test_it_is_in_a_group_of_its_own():
    # A kernel that is shut down would wait for it, and an interrupt would end it.
    engine.ask("svg", POINT)
    assert os.getpgid(engine._programs[0].pid) != os.getpgid(0)


def test_it_ends_when_nobody_asks_and_starts_anew(monkeypatch):
    engine.end()
    monkeypatch.setattr(engine, "IDLE", 0.1)
    engine.ask("svg", POINT)
    (program,) = engine._programs
    assert program.wait(10) == 0
    assert engine.ask("svg", POINT).startswith("<svg")
    assert engine._programs != [program]
    engine.end()


def test_the_kernel_itself_loads_no_engine():
    code = "from scalinglab.live.vega import engine; import sys; print(len(engine.ask('svg', {'mark': 'point', 'data': "
    code += "{'values': [{}]}})) > 100, 'vl_convert' in sys.modules)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True False\n", "")


def test_a_cell_shows_the_widget_and_then_a_picture_that_a_page_with_widgets_hides(outputs):
    widget, picture = outputs(Panel(lambda: {"x": [0, 1]}, charts=LINE))
    assert widget[VIEW]["model_id"]
    assert "image/svg+xml" not in widget
    assert widget["text/plain"] == "Panel(panel: )"
    assert picture[VIEW]["model_id"] == ""
    assert picture["image/svg+xml"].startswith("<svg")
    assert "samples" in picture["image/svg+xml"]


def test_a_panel_shows_without_vl_convert(absent, outputs):
    panel = Panel(lambda: {"x": [0, 1]}, charts=LINE)
    (widget,) = outputs(panel)
    assert widget[VIEW]["model_id"]
    with pytest.raises(engine.VegaMissingError, match="vl-convert-python"):
        panel.svg()


def test_a_panel_shows_where_there_are_no_processes(monkeypatch, outputs):
    def refused(*_: object, **__: object) -> None:
        raise OSError("emscripten does not support processes")

    engine.end()
    monkeypatch.setattr(subprocess, "Popen", refused)
    assert len(outputs(Panel(lambda: {"x": [0, 1]}, charts=LINE))) == 1


def test_without_vl_convert_the_page_gets_the_newest_bundle_that_was_kept_or_a_sentence(absent, tmp_path, monkeypatch):
    def unknown(name: str) -> str:
        raise runtime.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(runtime.platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    monkeypatch.setattr(runtime.importlib.metadata, "version", unknown)
    assert 'throw new Error("its library Vega is not on this machine' in runtime.bundle()
    assert not (tmp_path / "scalinglab").exists()  # the sentence is not kept
    (tmp_path / "scalinglab").mkdir()
    for age, version in enumerate(("1.9", "1.8")):
        file = tmp_path / "scalinglab" / f"vega-embed-{version}.js"
        file.write_text(json.dumps(version))
        os.utime(file, (0, 100 - age))
    assert runtime.bundle() == '"1.9"'
