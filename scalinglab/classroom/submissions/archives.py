"""Reading what an LMS gives, a zip or a folder, without trusting a name, a size or a link in it.

Nothing is unpacked on disk: the files that matter come back as bytes, and no path from an archive is ever written to.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import os
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

#: Only files that end like this are read; of all others the name is enough.
READ = (".ipynb", ".json", ".txt", ".zip")
_CLUTTER = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", "timestamp.txt"}  # the last is nbgrader's
_PACKED = {".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"}
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, UnicodeError)


@dataclass(frozen=True)
class ReadingLimits:
    """How much is read of one source, so that no zip fills the memory. Sizes are in bytes, unpacked."""

    files: int = 20_000
    file: int = 100_000_000
    total: int = 1_000_000_000
    nested_files: int = 2_000
    nested_total: int = 200_000_000


LIMITS = ReadingLimits()


@dataclass(frozen=True)
class Member:
    """One file of a source.

    Parameters
    ----------
    path
        Where it lies in the source, with ``/`` between the parts and its letters composed (NFC).
    content
        Its bytes; None if the file is of a kind that is not read, or there is a problem.
    modified
        Year, month, day, hour, minute and second of its last change, as the archive or the disk has it.
    problem
        Why it cannot be taken, as the end of a sentence; empty if it can.
    inner
        If ``path`` is a zip that the student handed in: where the file lies in that.
    """

    path: str
    content: bytes | None = None
    modified: tuple[int, ...] = (1980, 1, 1, 0, 0, 0)
    problem: str = ""
    inner: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.inner or self.path).name

    @property
    def strays(self) -> bool:
        """Whether the path leads out of the archive."""
        return _strays(self.path)

    @property
    def label(self) -> str:
        """How a message names it."""
        return shown(f"{self.path}/{self.inner}" if self.inner else self.path)


def shown(text: str) -> str:
    """Text from outside, without characters that could steer a terminal or break a line."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def read_source(source: Path) -> list[Member]:
    """All files of a zip or a folder, in the order of their paths; the zips in it are opened, one level deep.

    Hidden files and what operating systems leave behind are passed over. A file that is a link, leads out of the
    archive or is too large is a member with a ``problem``.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ValueError
        If it is no zip, damaged, encrypted or beyond ``LIMITS``; one sentence.
    """
    if source.is_dir():
        members = list(_folder(source, LIMITS))
    elif source.is_file():
        members = _archive(source)
    else:
        raise FileNotFoundError(f"ZIP must be a zip or a folder, and there is no {shown(str(source))}")
    opened, total = [], sum(len(member.content or b"") for member in members)
    for member in sorted(members, key=lambda one: one.path):
        inside = _nested(member) if member.content is not None and _ends(member.path, ".zip") else [member]
        total += sum(len(one.content or b"") for one in inside if one is not member)
        if total > LIMITS.total:
            raise _too_much(source, member.label, LIMITS.total)
        opened += inside
    return opened


def _folder(source: Path, limits: ReadingLimits) -> Iterator[Member]:
    count = total = 0
    for folder, folders, files in os.walk(source):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and not _is_clutter(name))
        for name in sorted(files + links):
            path = Path(folder) / name
            if _is_clutter(name):
                continue
            inside = unicodedata.normalize("NFC", path.relative_to(source).as_posix())
            count += 1
            if count > limits.files:
                raise _too_many(source, inside, limits.files)
            member = _from_disk(path, inside, limits)
            total += len(member.content or b"")
            if total > limits.total:
                raise _too_much(source, inside, limits.total)
            yield member


def _from_disk(path: Path, inside: str, limits: ReadingLimits) -> Member:
    try:
        state = path.lstat()
        member = Member(inside, modified=tuple(time.localtime(state.st_mtime)[:6]))
        if not stat.S_ISREG(state.st_mode):
            link = stat.S_ISLNK(state.st_mode)
            return replace(member, problem="is a link, and links are not followed" if link else "is no plain file")
        if not _ends(inside, *READ):
            return member
        if state.st_size > limits.file:
            return replace(member, problem=_larger(limits.file))
        with path.open("rb") as stream:
            content = stream.read(limits.file + 1)
    except OSError as problem:
        return Member(inside, problem=f"cannot be read ({problem.strerror or problem})")
    if len(content) > limits.file:  # it has grown since
        return replace(member, problem=_larger(limits.file))
    return replace(member, content=content)


def _archive(source: Path) -> list[Member]:
    name = shown(str(source))
    if not zipfile.is_zipfile(source):
        with source.open("rb") as stream:
            begins_well = stream.read(4) == b"PK\x03\x04"
        if begins_well:
            raise ValueError(f"{name} is damaged: its end is missing. Download it again")
        packed = "; unpack it, and name the folder" if source.suffix.lower() in _PACKED else ""
        raise ValueError(f"ZIP must be a zip or a folder, and {name} is neither{packed}")
    try:
        with zipfile.ZipFile(source) as archive:
            return list(_members(archive, source, LIMITS))
    except _RefusedError as reason:
        raise ValueError(str(reason)) from None
    except (RuntimeError, NotImplementedError) as problem:  # a password, or a method of packing that Python lacks
        raise ValueError(f"{name} cannot be unpacked ({problem}). Pack it again, without a password") from problem
    except _DAMAGED as problem:
        raise ValueError(f"{name} is damaged ({shown(str(problem))}). Download it again") from problem


def _nested(member: Member) -> list[Member]:
    """What is in the zip of a student; the zip itself, with the problem, if it cannot be opened."""
    limits = ReadingLimits(LIMITS.nested_files, LIMITS.file, LIMITS.nested_total)
    try:
        with zipfile.ZipFile(io.BytesIO(member.content or b"")) as archive:
            inside = list(_members(archive, Path(member.name), limits))
    except _RefusedError as reason:
        return [replace(member, content=None, problem=f"is a zip that was not opened: {reason}")]
    except (RuntimeError, NotImplementedError) as problem:
        return [replace(member, content=None, problem=f"is a zip that cannot be unpacked ({shown(str(problem))})")]
    except _DAMAGED:
        return [replace(member, content=None, problem="is a damaged zip, or none")]
    if not inside:
        return [replace(member, content=None, problem="is a zip with nothing in it")]
    deeper = "is a zip in a zip in a zip, and only one in the other is opened"
    return [
        replace(member, content=None, inner=one.path, modified=one.modified, problem=one.problem or deeper)
        if _ends(one.path, ".zip")
        else replace(one, path=member.path, inner=one.path)
        for one in inside
    ]


class _RefusedError(Exception):
    """A zip that is whole but not read; the message is a sentence."""


def _members(archive: zipfile.ZipFile, source: Path, limits: ReadingLimits) -> Iterator[Member]:
    """The files of an open zip. Sizes are those that come out, not those that the zip says it has."""
    count = total = 0
    for info in archive.infolist():
        path = _mended(info)
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.endswith("/") or not parts or any(map(_is_clutter, parts)):
            continue
        inside = "/".join(parts)
        count += 1
        if count > limits.files:
            raise _RefusedError(str(_too_many(source, inside, limits.files)))
        member = Member(inside, modified=info.date_time)
        if _strays(path):
            yield replace(member, path=path, problem="has a path that leads out of the archive")
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield replace(member, problem="is a link, and links are not followed")
        elif info.flag_bits & 0x1:
            raise _RefusedError(f"{shown(str(source))} is encrypted. Pack it again, without a password")
        elif not _ends(inside, *READ):
            yield member
        elif info.file_size > limits.file:
            yield replace(member, problem=_larger(limits.file))
        else:
            with archive.open(info) as stream:
                content = stream.read(limits.file + 1)
            total += len(content)
            if total > limits.total:
                raise _RefusedError(str(_too_much(source, inside, limits.total)))
            yield replace(member, content=content)


def _mended(info: zipfile.ZipInfo) -> str:
    """The name of a file in a zip: UTF-8 that nobody marked as such is read as that, and a backslash as a slash."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _strays(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/") or bool(re.match(r"[A-Za-z]:", path))


def _is_clutter(part: str) -> bool:
    return part in _CLUTTER or (part.startswith((".", "~$")) and part not in (".", ".."))


def _ends(path: str, *suffixes: str) -> bool:
    return path.lower().endswith(suffixes)


def _larger(limit: int) -> str:
    return f"is larger than {limit / 1e6:g} MB"


def _too_many(source: Path, path: str, limit: int) -> ValueError:
    return ValueError(f"{shown(str(source))} holds more than {limit} files; {shown(path)} is the first beyond")


def _too_much(source: Path, path: str, limit: int) -> ValueError:
    return ValueError(f"{shown(str(source))} unpacks to more than {limit / 1e6:g} MB; it was given up at {shown(path)}")
