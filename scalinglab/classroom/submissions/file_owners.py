"""Whose a file is, told by its path: Canvas, Moodle and Blackboard each have their way; else a folder for each student.

- Canvas puts all files side by side, ``nunezana_LATE_123_4567_name.ipynb``: the user, then the upload. The name is the
  sortable one without anything but letters, and ``anon_aBc12`` if the assignment is graded blindly.
- Moodle makes a folder ``Ana Núñez_123_assignsubmission_file_`` (newer versions without the last ``_``), or puts all
  files side by side with that before their names. The number counts participants of *one assignment*: in the next
  one the same person has another.
- Blackboard puts all files side by side, ``gradebook_..._anunez_attempt_2026-01-31-09-00-00_name.ipynb``, and beside
  them a receipt with the names, the same without the last part, ``.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from scalinglab.classroom.submissions.archives import Member
from scalinglab.classroom.submissions.file_assignments import Assignments, plain_stem

_CANVAS = re.compile(r"(?P<name>.+?)(?:_(?P<late>LATE))?_(?P<number>[1-9]\d*)_(?P<upload>[1-9]\d*)_(?P<file>.+)")
_CANVAS_BLIND = re.compile(r"(?:(?P<late>LATE)_)?(?P<name>anon_(?P<number>[^_]+))_(?P<upload>\d+)_(?P<file>.+)")
_CANVAS_TEXT = re.compile(r"(?P<name>.+?)(?:_(?P<late>LATE))?_(?P<number>\d+)_(?P<file>(?:text|link)\.html)")
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
_BLACKBOARD = re.compile(r"(?P<head>.+)_attempt_(?P<upload>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)")
_RECEIPT = re.compile(r"^Name:\s*(?P<name>.+?)\s*\((?P<user>[^()]+)\)\s*$", re.MULTILINE)
#: What folders around a whole class are called, never a student.
_AROUND = {"submissions", "submission", "submitted", "downloads", "download", "assignments", "students", "class"}
_WORK = (".ipynb", ".ipynb.json", ".ipynb.txt", ".json", ".zip")
#: File names that are nobody's.
_NO_NAME = re.compile(r"(?i)\W*|\(?\d{1,3}\)?|untitled\d*|copy|notebook|homework|solutions?|submission|student")


@dataclass(frozen=True)
class Owner:
    """A student as the source names him or her.

    Parameters
    ----------
    lms
        "Canvas", "Moodle", "Blackboard", or "" for a folder or a file of the student's name.
    name
        The full name (Moodle), the letters of it (Canvas), the user name (Blackboard), or the folder's.
    number
        The user's id in Canvas, the participant's in one assignment of Moodle, else "".
    full_name
        First and last name as far as the LMS tells them.
    """

    lms: str
    name: str
    number: str = ""
    full_name: str = ""


@dataclass(frozen=True)
class Place:
    """Whose a file is, and what its name and folders say beside that.

    Parameters
    ----------
    owner
        None if that is unclear.
    names
        The student's own name for the file, then names around it that may name the assignment, nearest first.
    upload
        A number that grows from one upload of a student to the next; 0 if the LMS gives none.
    written
        What it is if the LMS wrote it: "typed" by the student into a page of the LMS, or a "receipt" of an upload.
    group
        The folder in which a participant's number counts: Moodle's downloads of two assignments may lie side by side.
    reason
        Why the owner is unclear, as the end of a sentence.
    late
        Whether the LMS marked the upload as late.
    """

    owner: Owner | None
    names: tuple[str, ...]
    upload: int = 0
    written: str = ""
    group: str = ""
    reason: str = ""
    late: bool = False


def tell_owners(
    members: Sequence[Member], assignments: Assignments, *, known: Collection[str] = (), title: str = ""
) -> list[Place]:
    """Say for each file of one source whose it is.

    Parameters
    ----------
    members
        All files of the source; where files lie and what they are called says how the source is laid out.
    assignments
        The assignments: a folder with such a name is no student's.
    known
        The students of the class.
    title
        The source's own name without suffix: a folder of the same name in it is no student's.
    """
    places = _by_lms(members)
    if not any(places):
        places = _by_folder(members, assignments, known, title)
    unclear = Place(None, (), reason="has a name that does not say whose it is")
    return [place or unclear for place in places]


def _by_lms(members: Sequence[Member]) -> list[Place | None]:
    split = [member.path.split("/") for member in members]
    users = _receipts(members)
    flat = _canvas_folders(split)
    places = []
    for member, parts in zip(members, split, strict=True):
        place = _moodle(parts) or _blackboard(parts, users)
        if not place and "/".join(parts[:-1]) in flat:
            place = _canvas(parts)
        if place and member.inner:  # a file in the student's zip has its own name
            place = replace(place, names=(*_upwards(member.inner), *place.names))
        places.append(place)
    return places


def _upwards(path: str) -> tuple[str, ...]:
    """The parts of a path, the file's name first."""
    return tuple(reversed(path.split("/"))) if path else ()


def _moodle(parts: list[str]) -> Place | None:
    for depth, part in enumerate(parts):
        match = _MOODLE.fullmatch(part)
        if match:
            name = match["name"]
            owner = Owner("Moodle", name, match["number"], name)
            inside = [part for part in (match["file"], *parts[depth + 1 :]) if part]
            around = parts[:depth]
            names = (*reversed(inside or parts[-1:]), *reversed(around))
            written = "typed" if match["kind"] == "onlinetext" else ""
            return Place(owner, names, written=written, group="/".join(around))
    return None


def _blackboard(parts: list[str], users: dict[str, tuple[str, str]]) -> Place | None:
    match = _BLACKBOARD.fullmatch(parts[-1])
    if not match:
        return None
    head, upload = match["head"], match["upload"]
    title, _, last = head.rpartition("_")
    user, full_name = users.get(head, (last, ""))
    names = (match["file"] or parts[-1], title, *reversed(parts[:-1]))
    owner = Owner("Blackboard", user, full_name=full_name)
    return Place(owner, names, int(upload.replace("-", "")), written="" if match["file"] else "receipt")


def _receipts(members: Sequence[Member]) -> dict[str, tuple[str, str]]:
    """User name and full name by what stands before ``_attempt_``, from Blackboard's receipts.

    A user name may hold ``_``: only a receipt says for certain where it begins.
    """
    found = {}
    for member in members:
        match = _BLACKBOARD.fullmatch(member.path.rpartition("/")[2])
        if match and not match["file"] and member.content is not None:
            line = _RECEIPT.search(member.content[:10_000].decode("utf-8-sig", "replace").replace("\r", ""))
            if line and f"_{match['head']}".casefold().endswith(f"_{line['user']}".casefold()):
                found[match["head"]] = (line["user"], line["name"])
    return found


def _canvas(parts: list[str]) -> Place | None:
    match = _canvas_name(parts[-1])
    if not match:
        return None
    owner = Owner("Canvas", match["name"].replace("anon_", "anon "), match["number"])
    upload = match.groupdict().get("upload")
    names = (match["file"], *reversed(parts[:-1]))
    return Place(owner, names, int(upload or 0), written="" if upload else "typed", late=bool(match["late"]))


def _canvas_name(name: str) -> re.Match[str] | None:
    return _CANVAS_BLIND.fullmatch(name) or _CANVAS.fullmatch(name) or _CANVAS_TEXT.fullmatch(name)


def _canvas_folders(split: list[list[str]]) -> set[str]:
    """The folders whose files Canvas named: the outermost one, and those in which all names agree, of two students."""
    files: dict[str, list[str]] = {}
    for parts in split:
        files.setdefault("/".join(parts[:-1]), []).append(parts[-1])
    found = set()
    for folder, names in files.items():
        matches = [_canvas_name(name) for name in names]
        owners = {match["number"] for match in matches if match}
        around = len(files) == 1 and folder.casefold() in _AROUND
        if owners and (not folder or (all(matches) and (len(owners) > 1 or around))):
            found.add(folder)
    return found


def _by_folder(
    members: Sequence[Member], assignments: Assignments, known: Collection[str], title: str
) -> list[Place | None]:
    """A folder for each student, or a file that bears the name; folders around the whole class are taken off first."""
    split = [member.path.split("/") for member in members]
    around: list[list[str]] = [[] for _ in split]
    while split and all(len(parts) > 1 for parts in split):
        tops = {parts[0] for parts in split}
        by_assignment = all(map(assignments.is_name, tops)) and all(len(parts) > 2 for parts in split)
        if not by_assignment and len(tops) > 1:
            break
        if not by_assignment:
            student = _is_student(next(iter(tops)), [parts[1:] for parts in split], assignments, known, title)
            if student is None:
                reason = "lies in one folder in another, and either may be a student's"
                return [Place(None, (), reason=reason) for _ in split]
            if student:
                break
        for outside, parts in zip(around, split, strict=True):
            outside.insert(0, parts.pop(0))
    places: list[Place | None] = []
    whole = {_whole(parts[0]) for parts in split if len(parts) == 1}
    for member, parts, outside in zip(members, split, around, strict=True):
        inner = _upwards(member.inner)
        if len(parts) > 1:
            places.append(Place(Owner("", parts[0]), (*inner, *reversed(parts[1:]), *outside)))
        else:
            places.append(_by_file(member, parts[0], (*inner, parts[0], *outside), assignments, whole))
    return places


def _is_student(
    top: str, below: list[list[str]], assignments: Assignments, known: Collection[str], title: str
) -> bool | None:
    """Whether the one folder that holds everything is a student's; None if that is unclear."""
    if assignments.is_name(top) or top.casefold() in _AROUND or top == title:
        return False
    folders = {parts[0] for parts in below if len(parts) > 1}
    stems = [plain_stem(parts[0]) for parts in below if len(parts) == 1 and parts[0].lower().endswith(_WORK)]
    own = [*stems, *(parts[0] for parts in below if len(parts) == 2)]
    if any(assignments.is_name(name) or name == "predictions" for name in own):
        return True
    if len(folders) + len(set(stems)) > 1 or any(name.casefold() in _AROUND for name in folders):
        return False
    if top in known or folders & set(known):
        return top in known
    return None if folders else True


def _by_file(
    member: Member, name: str, names: tuple[str, ...], assignments: Assignments, whole: Collection[str]
) -> Place | None:
    """The student after whom a file is named: what is left of its name without that of an assignment."""
    if not name.lower().endswith(_WORK):
        return None
    if member.inner and (_moodle(member.inner.split("/")) or _CANVAS.fullmatch(member.name)):
        return Place(None, names, reason="is in a zip that an LMS seems to have made: name that zip itself")
    left, stem = _whole(name), plain_stem(name)
    if left != stem and stem in whole:
        return Place(None, names, reason=f"may be a second copy of {stem}, or another student's")
    for assignment in [*assignments.ids, "predictions"]:
        pattern = r"[\W_]+".join(map(re.escape, re.split(r"[\W_]+", assignment)))
        left = re.sub(rf"(?i)(^|[\W_]+){pattern}(?=$|[\W_])", " ", left)
    left = left.strip(" _-.")
    return None if _NO_NAME.fullmatch(left) else Place(Owner("", left), names)


def _whole(name: str) -> str:
    """A file's name without its suffix."""
    return re.sub(r"(?i)((\.ipynb)?(\.json|\.txt)?|\.zip)$", "", name)
