"""The students of a class: what their folders are called, and who of them an LMS means.

``students.csv`` is the list that nbgrader imports; its lines are only ever added to. ``collected.csv`` says of each
submission where it came from: which file of which source, and by which number the LMS knew the student then. Moodle
numbers the participants of each assignment anew, so that only this table knows which number was whose.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from itertools import chain, count
from pathlib import Path

from scalinglab.classroom.results import Student
from scalinglab.classroom.submissions.file_owners import Owner

STUDENTS = "students.csv"
ORIGINS = "collected.csv"
_COLUMNS = [field.name for field in fields(Student)]
#: What Windows keeps for itself, with any ending.
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?")
#: Nothing that a path, a pattern of ``glob``, a format string or a table's formula could read as its own.
_UNFIT = re.compile(r"[\[\]*?/\\:+\"<>|{}%]")
_LONGEST = 120
_APOSTROPHES = re.compile("['`\u00b4\u2018\u02bc]")
#: How Moodle calls everybody where an assignment is graded blindly, in English.
_NOBODY = "participant"


def canonical(name: str) -> str:
    """A name as it counts: its letters composed, one kind of apostrophe, single blanks."""
    text = _APOSTROPHES.sub("\N{RIGHT SINGLE QUOTATION MARK}", unicodedata.normalize("NFC", name))
    return " ".join(text.split())


def folder_name(name: str) -> str:
    """The name of a student's folder: the name itself, as far as it can be the name of a folder everywhere.

    Letters of any script and blanks stay. What cannot be in a path or in nbgrader's patterns becomes ``_``, and then a
    few digits that depend on the whole name follow, so that two names that differ never become one.

    >>> folder_name("Ana  Núñez")
    'Ana Núñez'
    >>> folder_name("a/b") != folder_name("a:b")
    True
    """
    wanted = canonical(name)
    fit = "".join(one if _is_fit(one) else "_" for one in _UNFIT.sub("_", wanted))
    fit = re.sub(r"^[.\-~=@\s]+", lambda found: "_" * len(found[0]), fit)
    fit = re.sub(r"[.\s]+$", lambda found: "_" * len(found[0]), fit)
    if _RESERVED.fullmatch(fit):
        fit = f"_{fit}"
    whole = fit == wanted and 0 < len(fit.encode()) <= _LONGEST
    return fit if whole else _with_tag(fit or "student", _digits(wanted))


def _with_tag(name: str, tag: str) -> str:
    """A name with something behind it, cut to the length that a folder's name may have."""
    while len(f"{name} {tag}".encode()) > _LONGEST:
        name = name[:-1]
    return f"{name.rstrip(' .')} {tag}"


def _is_fit(character: str) -> bool:
    # Joiners belong to words of some scripts; other invisible characters only hide what a name is.
    return character in "\u200c\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _same_folder(name: str) -> str:
    """What two names share if they would be one folder on a disk that does not tell capitals apart."""
    return unicodedata.normalize("NFC", name.casefold())


@dataclass(frozen=True, order=True)
class Origin:
    """A line of ``collected.csv``: where the current notebook of a submission came from.

    Without an assignment it only says by which number an LMS knows a student of whom nothing could be filed. ``late``
    says that the LMS marked it so, ``time`` when it took it, by its own clock; both are empty if it does not tell.
    """

    student: str
    assignment: str
    lms: str
    number: str
    source: str
    file: str
    late: str = ""
    time: str = ""


class People:
    """Who is in a class, and who comes newly into it.

    Raises
    ------
    ValueError
        If one of the two tables cannot be read.
    """

    def __init__(self, class_folder: Path) -> None:
        self._class_folder = class_folder
        self._header, _ = _table(class_folder / STUDENTS, _COLUMNS, "id")
        self.students: dict[str, Student] = {}
        known = listed(class_folder)
        for student in known:
            if student.id == folder_name(student.id):  # else it is the name of no folder
                self.students.setdefault(student.id, student)
        for folder in sorted(class_folder.glob("submitted/*/")):
            name = unicodedata.normalize("NFC", folder.name)
            if name == folder_name(name):
                self.students.setdefault(name, Student(name))
        self._listed = {student.id for student in known}
        self._origins: dict[tuple[str, str], Origin] = {}
        self._numbers: dict[tuple[str, str], str] = {}
        for one in origins_in(class_folder):
            if one.assignment:
                self._origins[one.student, one.assignment] = one
            if one.number:
                self._numbers[one.lms, one.number] = one.student
        self._at_first = self._lines()

    def find(self, uploads: Mapping[Owner, Iterable[str]]) -> dict[Owner, str]:
        """The folder of each owner of one source; new ones are taken into the list.

        Parameters
        ----------
        uploads
            The owners of the source, each with the assignments of which something was handed in.
        """
        many = Counter(_same_folder(canonical(owner.name)) for owner in uploads if owner.lms == "Moodle")
        numbered = {
            owner for owner in uploads if owner.lms == "Moodle" and many[_same_folder(canonical(owner.name))] > 1
        }
        found = {owner: self._known(owner, set(uploads[owner]), owner in numbered) for owner in uploads}
        taken = Counter(folder for folder in found.values() if folder)
        # Where two would be one, a number says more than a name.
        sure = {owner for owner in uploads if found[owner] and self._by_number(owner) == found[owner]}
        new = [owner for owner in uploads if owner not in sure and (not found[owner] or taken[found[owner]] > 1)]
        settled = [folder for owner, folder in found.items() if owner not in new]
        wanted = Counter(_same_folder(folder_name(owner.name)) for owner in new)
        for owner in new:
            base = folder_name(owner.name)
            alone = (
                wanted[_same_folder(base)] == 1
                and owner not in numbered
                and canonical(owner.name).casefold() != _NOBODY
            )
            tag = owner.number or _digits(canonical(owner.name))
            wishes = [base, _with_tag(base, tag)] if alone else [_with_tag(base, tag)]
            candidates = chain(wishes, (_with_tag(base, _digits(f"{tag} {place}")) for place in count(2)))
            used = {_same_folder(name) for name in [*self.students, *settled]}
            folder = next(name for name in candidates if _same_folder(name) not in used)
            found[owner] = folder
            settled.append(folder)
        for owner, folder in found.items():
            # A spreadsheet takes what begins like this for a formula.
            first, _, last = re.sub(r"^[=+@\-\s]+", "", canonical(owner.full_name)).partition(" ")
            self.students.setdefault(folder, Student(folder, first, last, "", owner.number))
            if owner.number:
                self._numbers[owner.lms, owner.number] = folder
        return found

    def _known(self, owner: Owner, assignments: set[str], numbered: bool) -> str:
        """The student whom an owner is, if the class has him or her; else ""."""
        by_number = self._by_number(owner)
        if by_number:
            return by_number
        base = folder_name(owner.name)
        if not owner.number:
            tagged = _with_tag(base, _digits(canonical(owner.name)))
            return next((name for name in (tagged, base) if name in self.students), "")
        if owner.lms == "Canvas":
            free = base in self.students and base not in self._numbers.values() and not self.students[base].lms_user_id
            return base if free else ""
        if numbered or canonical(owner.name).casefold() == _NOBODY:
            tagged = _with_tag(base, owner.number)
            return tagged if tagged in self.students else ""
        # Moodle: the number is another one in each assignment, the name the same.
        wanted = _same_folder(canonical(owner.name))
        namesakes = [
            one.id
            for one in self.students.values()
            if wanted in (_same_folder(canonical(f"{one.first_name} {one.last_name}")), _same_folder(one.id))
        ]
        other = {self._origins[key].number for key in self._origins if key[0] in namesakes and key[1] in assignments}
        return namesakes[0] if len(namesakes) == 1 and not other - {owner.number, ""} else ""

    def _by_number(self, owner: Owner) -> str:
        """The student who has this number in this LMS: met before, or with Canvas' number in the list."""
        met = self._numbers.get((owner.lms, owner.number), "")
        if met in self.students or owner.lms != "Canvas":  # Moodle has no number for a user
            return met if met in self.students else ""
        others = {student for (lms, _), student in self._numbers.items() if lms != "Canvas"}
        listed = [one.id for one in self.students.values() if one.lms_user_id == owner.number and one.id not in others]
        return listed[0] if len(listed) == 1 else ""

    def note(self, origin: Origin) -> None:
        """Remember where the current notebook of a submission came from."""
        self._origins[origin.student, origin.assignment] = origin

    def new(self) -> list[str]:
        """The students who have no line in ``students.csv`` yet."""
        return sorted(name for name in self.students if name not in self._listed)

    def _lines(self) -> list[Origin]:
        """The lines of ``collected.csv``."""
        filed = {(one.lms, one.number) for one in self._origins.values()}
        met = [Origin(who, "", *key, "", "") for key, who in self._numbers.items() if key not in filed]
        return sorted([*self._origins.values(), *met])

    def changed_tables(self) -> dict[Path, bytes]:
        """The new content of the two tables, if there is any; the lines of ``students.csv`` stay as they are."""
        changed = {}
        path = self._class_folder / STUDENTS
        if self.new():
            old = path.read_bytes() if path.exists() else b""
            ending = "\r\n" if b"\r\n" in old else "\n"
            text = io.StringIO()
            table = csv.writer(text, lineterminator=ending)
            if not old.strip():
                old = b""
                table.writerow(_COLUMNS)
            for name in self.new():
                row = dict(zip(_COLUMNS, astuple(self.students[name]), strict=True))
                table.writerow([row.get(column, "") for column in self._header])
            if old and not old.endswith(b"\n"):
                old += ending.encode()
            changed[path] = old + text.getvalue().encode("utf-8", "replace")
        if self._lines() != self._at_first:
            text = io.StringIO()
            table = csv.writer(text, lineterminator="\n")
            table.writerow([field.name for field in fields(Origin)])
            table.writerows(astuple(one) for one in self._lines())
            changed[self._class_folder / ORIGINS] = text.getvalue().encode("utf-8", "replace")
        return changed


def origins_in(class_folder: Path) -> list[Origin]:
    """The lines of ``collected.csv``; none if there is no such table.

    Raises
    ------
    ValueError
        If the table cannot be read.
    """
    names = [field.name for field in fields(Origin)]
    _, lines = _table(class_folder / ORIGINS, names, "student")
    return [Origin(**{name: line.get(name) or "" for name in names}) for line in lines]


def listed(class_folder: Path) -> list[Student]:
    """The students of ``students.csv`` who have an id; columns that it has besides are left alone.

    Raises
    ------
    ValueError
        If the table cannot be read.
    """
    _, lines = _table(class_folder / STUDENTS, _COLUMNS, "id")
    found = [Student(**{name: (line.get(name) or "").strip() for name in _COLUMNS}) for line in lines]
    return [student for student in found if student.id]


def _table(path: Path, columns: list[str], key: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the lines of a table; the columns and no line if there is none."""
    if not path.exists():
        return columns, []
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        lines = list(reader)
    except (UnicodeError, csv.Error) as problem:
        raise ValueError(f"{path} must be a table in UTF-8 with commas between its columns ({problem})") from problem
    header = [(name or "").strip() for name in reader.fieldnames or []]
    if header and key not in header:
        raise ValueError(f"{path} must have a column {key}, got {', '.join(header)[:80]}")
    return header or columns, lines
