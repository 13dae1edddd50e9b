"""Where the chapters are, and how the commands read what is typed."""

from __future__ import annotations

from pathlib import Path

import scalinglab
from scalinglab._checks import fail

FIRST_CHAPTER = "00_start_here.ipynb"


def find_course(given: str | Path | None = None) -> Path:
    """The folder of the chapters.

    Parameters
    ----------
    given : path, optional
        The folder itself; it must hold a notebook. Without it these are tried: ``course`` here, this folder, and
        ``course`` beside the package (a clone that was installed with ``pip install -e``).

    Raises
    ------
    FileNotFoundError
        If there is no such folder; the sentence says what to do.
    """
    if given is not None:
        folder = Path(given).expanduser()
        if not folder.is_dir():
            raise FileNotFoundError(f"course must be a folder of notebooks, and {folder} is not a folder")
        if not any(folder.glob("*.ipynb")):
            raise FileNotFoundError(f"course must be a folder of notebooks, and {folder} holds none")
        return folder.resolve()
    here = Path.cwd()
    for folder in (here / "course", here, Path(scalinglab.__file__).parents[1] / "course"):
        if (folder / FIRST_CHAPTER).is_file():
            return folder.resolve()
    raise FileNotFoundError(
        f"no course/ was found in {here}: go to the folder of the clone first, or name the chapters with --course DIR"
    )


def whole_number(name: str, text: str) -> int:
    """A number that was typed as an option.

    Raises
    ------
    ValueError
        If the text is no whole number.
    """
    try:
        return int(text)
    except ValueError:
        fail(name, "be a whole number", text)
