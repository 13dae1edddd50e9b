"""``scalinglab site``: the course as web pages with live panels, for any web server, an LMS or a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scalinglab.cli.folder import find_course, whole_number
from scalinglab.cli.solutions import find_chapter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "chapters", nargs="*", metavar="CHAPTER", help="a number, such as 05, or the name of a notebook (all)"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="where the site is written, a new folder or a site")
    parser.add_argument("--course", metavar="DIR", help="the folder of the chapters, if it is not found by itself")
    parser.add_argument("--repository", default="", metavar="OWNER/REPO", help="on GitHub, for links to Binder")
    parser.add_argument("--jobs", default="2", metavar="N", help="chapters that run at the same time (2)")
    parser.add_argument("--cache", metavar="DIR", help="where what was computed is kept for the next build")


def run(arguments: argparse.Namespace) -> int:
    """Build the site and say where it is; nothing is written if a chapter fails."""
    course, out = find_course(arguments.course), Path(arguments.out).expanduser()
    chapters = [find_chapter(course, given) for given in arguments.chapters] or every_chapter(course)
    jobs = whole_number("--jobs", arguments.jobs)

    from tqdm import tqdm

    from scalinglab.site.building import build_site

    done: dict[str, tuple[int, int]] = {}
    with tqdm(
        total=1.0, bar_format="{desc} {percentage:3.0f} % |{bar}| {elapsed}", file=sys.stderr, leave=False, disable=None
    ) as bar:

        def step(chapter: str, count: int, total: int) -> None:
            done[chapter] = (count, total)
            bar.n = sum(count / total for count, total in done.values()) / len(chapters)
            bar.set_description_str(" ".join(f"{stem[:2]}: {n}/{of}" for stem, (n, of) in done.items() if n < of))

        try:
            built = build_site(
                course, list(dict.fromkeys(chapters)), out, repository=arguments.repository, jobs=jobs,
                kept=Path(arguments.cache).expanduser() if arguments.cache else None, say=bar.write, step=step,
            )  # fmt: skip
        except KeyboardInterrupt:
            bar.close()
            print("Stopped. What was computed is kept; run it again to go on.")
            return 130
    count = f"{len(chapters)} chapter{'s' * (len(chapters) > 1)}"
    changed = f"{len(built.written)} files written" if built.written else "nothing has changed"
    print(f"Built: {count}, {len(built.ran)} of them run; {changed}, {built.size / 1e6:.1f} MB in all.")
    print(f"Open {(out / 'index.html').resolve()}")
    return 0


def every_chapter(course: Path) -> list[Path]:
    """All chapters of a folder, in order."""
    numbers = sorted({path.stem[:2] for path in course.glob("[0-9][0-9]_*.ipynb")})
    return [find_chapter(course, number) for number in numbers]
