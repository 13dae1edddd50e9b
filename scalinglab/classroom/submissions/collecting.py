"""Filing what a class handed in: each notebook byte for byte where nbgrader looks for it, the older ones kept aside.

First all sources are read and everything is decided, then the tables are written, then the files, each at once: what
is interrupted is completed by the next run, and a run without news writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scalinglab._files import write_atomically
from scalinglab.classroom.one_run import only_run
from scalinglab.classroom.submissions.archives import Member, read_source, shown
from scalinglab.classroom.submissions.file_assignments import Assignments, Kind, kind_of, number_of, read_assignments
from scalinglab.classroom.submissions.file_owners import Owner, Place, tell_owners
from scalinglab.classroom.submissions.people import Origin, People, canonical
from scalinglab.classroom.submissions.versions import Versions
from scalinglab.exercises.journal import DAMAGED_NAME, FILE_NAME


@dataclass(frozen=True)
class Filed:
    """One file of a student that has its place now.

    Parameters
    ----------
    student, assignment
        The folders below ``submitted/``.
    file
        ``05_random_features.ipynb`` or ``predictions.json``.
    origin
        The file of the source that it is.
    replaced
        The folder that holds the version that was here before, as a path from the class's; empty if there was none.
    """

    student: str
    assignment: str
    file: str
    origin: str
    replaced: str = ""


@dataclass(frozen=True)
class LeftOver:
    """A file that found no place, and why, as the end of a sentence that begins with the file."""

    file: str
    reason: str
    student: str = ""


@dataclass(frozen=True)
class Collected:
    """What a run of ``collect`` did.

    Parameters
    ----------
    filed
        Files that are new, with those that replaced an older version.
    unchanged
        Files that were there already, or had been replaced by a newer version before.
    left_over
        Files that were not filed.
    students
        Everybody who handed something in, in the order of their names.
    new_students
        Those of them who were added to ``students.csv``.
    """

    filed: tuple[Filed, ...]
    unchanged: tuple[Filed, ...]
    left_over: tuple[LeftOver, ...]
    students: tuple[str, ...]
    new_students: tuple[str, ...]

    @property
    def replaced(self) -> tuple[Filed, ...]:
        """The files that took the place of an older version."""
        return tuple(one for one in self.filed if one.replaced)


def collect(class_folder: Path, sources: Sequence[Path]) -> Collected:
    """File what students handed in below ``submitted/`` of a class.

    Parameters
    ----------
    class_folder
        The folder that ``scalinglab assign`` made.
    sources
        Zips or folders, as Canvas, Moodle or Blackboard give them, or with a folder or a file for each student.

    Raises
    ------
    FileNotFoundError
        If there is no class, or no such source.
    ValueError
        If a source is no zip, damaged, encrypted or too large, or a table of the class cannot be read. Nothing has
        been written then.
    """
    assignments = read_assignments(class_folder)
    for source in sources:
        _check_apart(class_folder, source)
    read = [(source, read_source(source)) for source in sources]
    for source, members in read:
        if not members:
            raise ValueError(f"{shown(str(source))} holds no file to collect")
    with only_run(class_folder):
        run = _Run(class_folder, assignments)
        for source, members in read:
            run.take(source, members)
        run.settle()
        run.write()
        return run.result()


def _check_apart(class_folder: Path, source: Path) -> None:
    """A class is not collected into itself: its notebooks would become a student's."""
    inside, outside = source.resolve(), class_folder.resolve()
    own = {"exercises", "source", "release", "submitted", "replaced", "autograded", "feedback", "grades"}
    if outside.is_relative_to(inside) or any(inside.is_relative_to(outside / name) for name in own):
        raise ValueError(f"ZIP must not be the class itself or one of its folders, got {shown(str(source))}")


@dataclass(frozen=True)
class _Item:
    """A file of a source with all that is known of it."""

    label: str
    member: Member
    place: Place
    kind: Kind
    assignment: str = ""
    #: How surely it belongs there: 2 by its cells or its own name, 1 by a name around it, else 0.
    surely: int = 0

    @property
    def order(self) -> tuple[object, ...]:
        """Grows from one version to the next."""
        return self.place.upload, number_of(self.place.names[0]), self.member.modified, self.label


def _moment(item: _Item) -> datetime | None:
    """When an LMS took the file, by its own clock: Moodle tells it in its zip, Blackboard in the name."""
    owner, modified = item.place.owner, item.member.modified
    try:
        if owner and owner.lms == "Blackboard":
            return datetime.strptime(f"{item.place.upload:014}", "%Y%m%d%H%M%S")
        if owner and owner.lms == "Moodle" and not item.member.inner and modified[0] > 1980:
            year, month, day, hour, minute, second = modified
            return datetime(year, month, day, hour, minute, second)
    except ValueError:  # of a zip that some other program wrote
        pass
    return None


def _time(item: _Item) -> str:
    """That moment in words; empty if nobody tells."""
    moment = _moment(item)
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _for_nbgrader(item: _Item, *, unpacked: bool) -> bytes | None:
    """That moment as nbgrader reads it, in UTC: the LMS's clock is taken to show the time of this machine.

    In a folder, the times of files are no evidence: whoever copies them changes them.
    """
    moment = None if unpacked and item.place.owner and item.place.owner.lms == "Moodle" else _moment(item)
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode() if moment else None


def _default(item: _Item, assignment: str) -> _Item:
    """The item, of this assignment if it is a notebook that nothing assigns."""
    return replace(item, assignment=assignment) if item.kind.notebook and not item.assignment else item


class _Run:
    """All decisions of one run; only ``write`` changes anything."""

    def __init__(self, class_folder: Path, assignments: Assignments) -> None:
        self.class_folder = class_folder
        self.assignments = assignments
        self.people = People(class_folder)
        self.filed: list[Filed] = []
        self.unchanged: list[Filed] = []
        self.left: list[LeftOver] = []
        self.students: set[str] = set()
        self.new_students: tuple[str, ...] = ()
        self._journals: list[tuple[str, list[str], list[_Item]]] = []
        self._versions = Versions(class_folder)

    def take(self, source: Path, members: Sequence[Member]) -> None:
        """Decide about all files of one source."""
        name = shown(source.resolve().name)
        for stray in (one for one in members if one.strays):
            self._leave(f"{name}: {stray.label}", stray.problem)
        members = [one for one in members if not one.strays]
        places = tell_owners(members, self.assignments, known=self.people.students, title=source.stem)
        groups: dict[str, dict[tuple[str, ...], list[_Item]]] = {}
        for member, place in zip(members, places, strict=True):
            label = f"{name}: {member.label}"
            if place.owner is None:
                self._leave(label, member.problem or place.reason)
                continue
            key = (place.owner.lms, canonical(place.owner.name), place.owner.number)
            groups.setdefault(place.group, {}).setdefault(key, []).append(self._item(label, member, place))
        for group in groups.values():
            uploads: dict[Owner, list[_Item]] = {}
            for key, items in group.items():
                told = {one.place.owner.full_name for one in items if one.place.owner}
                uploads[Owner(*key, full_name=max(told, key=len))] = items
            # A download is of one assignment as a rule: where all that say so agree, the rest is of that one too.
            sure = {one.assignment for items in uploads.values() for one in items if one.surely}
            if len(sure) == 1:
                for owner, items in uploads.items():
                    uploads[owner] = [_default(one, *sure) for one in items]
            found = self.people.find({owner: {one.assignment for one in items} for owner, items in uploads.items()})
            for owner, items in uploads.items():
                self._take_upload(found[owner], owner, name, items, unpacked=source.is_dir())

    def _item(self, label: str, member: Member, place: Place) -> _Item:
        kind = Kind(reason=member.problem) if member.problem else kind_of(member.name, member.content)
        item = _Item(label, member, place, kind)
        if not kind.notebook:
            return item
        own, *around = map(self.assignments.by_name, place.names)
        sure = self.assignments.by_cells(kind.ids) or own
        near = next(filter(None, around), "")
        return replace(item, assignment=sure or near or self.assignments.only, surely=2 if sure else 1 if near else 0)

    def _take_upload(self, student: str, owner: Owner, source: str, items: list[_Item], *, unpacked: bool) -> None:
        """File what one student handed in by one source."""
        self.students.add(student)
        surest = {item.assignment: item.surely for item in sorted(items, key=lambda one: one.surely)}
        versions: dict[str, list[_Item]] = {}
        for item in items:
            if item.kind.notebook and not item.assignment:
                self._leave(item.label, "belongs to none of the assignments", student)
            elif item.kind.notebook and item.surely < surest[item.assignment]:
                self._leave(item.label, f"is another notebook than that of {item.assignment}, which is here", student)
            elif item.kind.notebook:
                versions.setdefault(item.assignment, []).append(item)
        for assignment, notebooks in versions.items():
            last = self._file(student, assignment, f"{assignment}.ipynb", notebooks)
            if last:
                names = (student, assignment, owner.lms, owner.number, source, last.member.label)
                self.people.note(Origin(*names, late="late" if last.place.late else "", time=_time(last)))
                self._versions.set_time(student, assignment, _for_nbgrader(last, unpacked=unpacked))
        journals = [item for item in items if item.kind.journal]
        if journals:
            self._journals.append((student, list(versions), journals))
        for item in items:
            if item.place.written == "typed":
                self._leave(item.label, "was typed into the LMS and is no notebook", student)
            elif item.place.written and not versions and not journals:
                self._leave(item.label, "is the receipt of an upload without a notebook", student)
            elif item.kind.reason and not item.place.written:
                self._leave(item.label, item.kind.reason, student)

    def settle(self) -> None:
        """Put each journal beside the notebooks that came with it, else beside all that its student handed in."""
        for student, with_it, journals in self._journals:
            beside = with_it or sorted(self._versions.assignments_of(student) & set(self.assignments.ids))
            whole = [one for one in journals if not one.kind.damaged]
            damaged = [one for one in journals if one.kind.damaged]
            for assignment in beside:
                for name, files in ((FILE_NAME, whole), (DAMAGED_NAME, damaged)):
                    if files:
                        self._file(student, assignment, name, files)
            if not beside:
                for item in journals:
                    reason = item.kind.damaged or "is a journal, and no notebook of its student is here"
                    self._leave(item.label, reason, student)

    def _leave(self, label: str, reason: str, student: str = "") -> None:
        self.left.append(LeftOver(label, shown(reason), student))

    def _file(self, student: str, assignment: str, name: str, items: Iterable[_Item]) -> _Item | None:
        """Give the last version its place; return it if it is new there."""
        *earlier, last = sorted(items, key=lambda item: item.order)
        contents = [one.member.content or b"" for one in (*earlier, last)]
        kept = self._versions.put(student, assignment, name, contents)
        record = Filed(student, assignment, name, last.label, kept or "")
        (self.unchanged if kept is None else self.filed).append(record)
        return None if kept is None else last

    def write(self) -> None:
        """Write the tables, then the files: a student of whom nothing could be written yet is in the list at least."""
        self.new_students = tuple(name for name in self.people.new() if name in self.students)
        for path, content in self.people.changed_tables().items():
            write_atomically(path, content)
        self._versions.write()

    def result(self) -> Collected:
        """What was done."""
        return Collected(
            tuple(self.filed),
            tuple(self.unchanged),
            tuple(sorted(self.left, key=lambda one: one.file)),
            tuple(sorted(self.students)),
            self.new_students,
        )
