#!/usr/bin/env bash
# Guess: a widget that shows the frames of a kernel costs what the frames cost; a reply of a few bytes to each of them
# costs next to nothing.
#
# Seen (jupyterlab 4.6.6, ipykernel 7.4.0, anywidget 0.11.0, playwright 1.65.2 with Debian's Chromium, Python 3.11,
# Linux): the reply costs more than the frame. With each message from a page the kernel says that it is busy, and then
# that it is idle; JupyterLab shows both on the toolbar, on the tab and in the status bar, and lays the page out anew.
# Twelve frames a second of 5,000 numbers, drawn as a line: in ten seconds 1.4 to 1.6 seconds of processor time for
# browser, server and kernel together; with a reply of a few bytes to each of them 2.4 to 3.4 seconds more. (What ten
# idle seconds take is subtracted.) So a widget that streams should not confirm what it has drawn frame by frame.
#
# Fails if the replies cost no more than the frames.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jupyterlab==4.6.6 ipykernel==7.4.0 anywidget==0.11.0 ipywidgets==8.1.9 playwright==1.65.2 psutil

cat > "$folder/make.py" <<'PYTHON'
import sys
import nbformat

cell = '''
import threading, time
import anywidget, traitlets

class Frames(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      const canvas = document.createElement("canvas");
      canvas.width = 500; canvas.height = 220; el.append(canvas);
      const pen = canvas.getContext("2d");
      model.on("change:frame", () => requestAnimationFrame(() => {
        const values = new Float32Array(model.get("frame").buffer);
        pen.clearRect(0, 0, 500, 220); pen.beginPath();
        for (let i = 0; i < values.length; i++) pen.lineTo(i / 10, 220 * values[i]);
        pen.stroke();
        if (model.get("reply")) model.send({ drawn: true });
      }));
      model.on("change:done", () => { document.body.dataset.done = model.get("done"); });
    } };
    """
    frame = traitlets.Bytes().tag(sync=True)
    reply = traitlets.Bool().tag(sync=True)
    done = traitlets.Int().tag(sync=True)

heard = []
shown = Frames()
shown.on_msg(lambda *_: heard.append(1))

def run(reply):
    shown.reply = reply
    import array, random
    for _ in range(120):
        shown.frame = array.array("f", [random.random() for _ in range(5000)]).tobytes()
        time.sleep(1 / 12)
    shown.done = shown.done + 1

def later(reply):
    threading.Thread(target=run, args=[reply]).start()

shown
'''
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in (cell, "later(False)", "later(True)", "print(len(heard))")])
book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
nbformat.write(book, sys.argv[1])
PYTHON

cat > "$folder/watch.py" <<'PYTHON'
import os, sys, time, subprocess, urllib.request
import psutil
from playwright.sync_api import sync_playwright

folder = sys.argv[1]
port = 8899
server = subprocess.Popen(
    [f"{folder}/venv/bin/jupyter", "lab", "--allow-root", "--no-browser", f"--port={port}", f"--notebook-dir={folder}/work",
     "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)

def used():
    tree = [psutil.Process()] + psutil.Process().children(recursive=True)
    total = 0.0
    for process in tree:
        try:
            times = process.cpu_times()
            total += times.user + times.system
        except psutil.Error:
            pass
    return total

def active(index):
    return f"(() => {{ const w = jupyterapp.shell.currentWidget.content; w.activeCellIndex = {index}; }})()"

try:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=1)
            break
        except OSError:
            time.sleep(0.3)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/lab/tree/book.ipynb")
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel", timeout=120_000)
        page.evaluate(active(0)); page.evaluate("void jupyterapp.commands.execute('notebook:run-cell')")
        page.wait_for_selector("canvas[width='500']", timeout=60_000)
        time.sleep(5)
        found = {}
        for name, index in (("idle", None), ("frames", 1), ("frames and replies", 2)):
            before, began = used(), time.time()
            if index is None:
                time.sleep(11)
            else:
                page.evaluate(active(index)); page.evaluate("void jupyterapp.commands.execute('notebook:run-cell')")
                page.wait_for_function(f"document.body.dataset.done == '{index}'", timeout=60_000)
                time.sleep(1)
            found[name] = (used() - before) / (time.time() - began) * 10
        browser.close()
    frames, both = (found[name] - found["idle"] for name in ("frames", "frames and replies"))
    print(f"processor seconds in ten: {frames:.2f} for 12 frames a second, {both - frames:.2f} more with a reply to each")
    assert both - frames > frames, "the replies cost less than the frames"
finally:
    server.terminate()
PYTHON

mkdir "$folder/work"
"$folder/venv/bin/python" "$folder/make.py" "$folder/work/book.ipynb"
"$folder/venv/bin/python" "$folder/watch.py" "$folder"
