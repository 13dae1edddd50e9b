"""Reading archives: nothing leaves its folder, nothing fills the memory, and what is wrong is one sentence."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile

import pytest

from scalinglab.classroom import collect
from scalinglab.classroom.submissions import archives
from scalinglab.classroom.submissions.archives import ReadingLimits, read_source
from tests.classroom.downloads import ONE, course, notebook, packed, submitted, tree, unpacked, zipped


def raw(entries):
    """A zip whose entries are ``(ZipInfo, content)``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "path",
    ["../evil.ipynb", "ana/../../evil.ipynb", "/etc/evil.ipynb", "C:/evil.ipynb", "..\\evil.ipynb", "c:\\evil.ipynb"],
)
def test_no_member_leaves_the_folder(tmp_path, path):
    place = course(tmp_path, ONE)
    info = zipfile.ZipInfo("ana/nb.ipynb")
    evil = zipfile.ZipInfo("x")
    evil.filename = path
    (tmp_path / "slip.zip").write_bytes(raw([(info, notebook()), (evil, notebook())]))
    outside = {name for name in tree(tmp_path) if not name.startswith("class/")}
    done = collect(place, [tmp_path / "slip.zip"])
    assert [one.reason for one in done.left_over] == ["has a path that leads out of the archive"]
    assert submitted(place) == ["ana/05_random_features/05_random_features.ipynb"]
    assert {name for name in tree(tmp_path) if not name.startswith("class/")} == outside


def test_links_are_not_followed(tmp_path):
    place = course(tmp_path, ONE)
    (tmp_path / "secret.ipynb").write_bytes(notebook(text="secret"))
    link = zipfile.ZipInfo("ana/link.ipynb")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "a.zip").write_bytes(raw([(link, b"../secret.ipynb"), (zipfile.ZipInfo("bob/nb.ipynb"), notebook())]))
    folder = unpacked(tmp_path / "folder", {"dan/nb.ipynb": notebook(), "eve/nb.ipynb": notebook()})
    (folder / "dan" / "file.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "dan" / "loop").symlink_to(folder)
    (folder / "fay").symlink_to(tmp_path)
    done = collect(place, [tmp_path / "a.zip", folder])
    left = {one.file: one.reason for one in done.left_over}
    assert set(left) == {"a.zip: ana/link.ipynb", "folder: dan/file.ipynb", "folder: dan/loop", "folder: fay"}
    assert {left[name] for name in list(left)[:3]} == {"is a link, and links are not followed"}
    assert b"secret" not in b"".join(tree(place).values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    folder = unpacked(tmp_path / "folder", {"ana/nb.ipynb": notebook()})
    os.mkfifo(folder / "ana" / "pipe.ipynb")
    assert [one.problem for one in read_source(folder)] == ["", "is no plain file"]


def test_what_systems_and_editors_leave_behind_is_passed_over(tmp_path):
    clutter = [
        "__MACOSX/ana/._nb.ipynb",
        "ana/.DS_Store",
        ".hidden.ipynb",
        "ana/.ipynb_checkpoints/nb-checkpoint.ipynb",
    ]
    clutter += [
        "ana/.git/x.json",
        "Thumbs.db",
        "ana/desktop.ini",
        "ana/~$nb.ipynb",
        "ana/__pycache__/x.json",
        "ana/empty/",
    ]
    files = {"ana/nb.ipynb": notebook(), **dict.fromkeys(clutter, b"")}
    assert [one.path for one in read_source(zipped(tmp_path / "a.zip", files))] == ["ana/nb.ipynb"]
    files.pop("ana/empty/")
    assert [one.path for one in read_source(unpacked(tmp_path / "a", files))] == ["ana/nb.ipynb"]


def test_names_that_are_utf8_without_saying_so_are_mended_and_true_cp437_stays(tmp_path):
    def written(name, encoding):
        """A zip whose name is in this encoding, and whose flags say nothing of UTF-8."""
        info = zipfile.ZipInfo("x" * len(name.encode(encoding)))
        return raw([(info, notebook())]).replace(info.filename.encode(), name.encode(encoding))

    for name, encoding in (("Ana Núñez/á.ipynb", "utf-8"), ("李小龙/nb.ipynb", "utf-8"), ("Müller/nb.ipynb", "cp437")):
        path = tmp_path / "a.zip"
        path.write_bytes(written(name, encoding))
        assert [one.path for one in read_source(path)] == [name]
    (tmp_path / "marked.zip").write_bytes(packed({"Nu\u0303nez/nb.ipynb": notebook()}))  # as macOS composes it
    assert [one.path for one in read_source(tmp_path / "marked.zip")] == ["Nũnez/nb.ipynb"]


def test_backslashes_of_windows_are_separators(tmp_path):
    info = zipfile.ZipInfo("x")
    info.filename = "submitted\\ana\\nb.ipynb"
    (tmp_path / "a.zip").write_bytes(raw([(info, notebook())]))
    assert [one.path for one in read_source(tmp_path / "a.zip")] == ["submitted/ana/nb.ipynb"]


def test_a_bomb_is_named_and_nothing_is_written(tmp_path, monkeypatch):
    place = course(tmp_path, ONE)
    before = tree(place)
    monkeypatch.setattr(
        archives, "LIMITS", ReadingLimits(files=5, file=2_000, total=5_000, nested_files=2, nested_total=2_500)
    )
    many = zipped(tmp_path / "many.zip", {f"s{number}/nb.ipynb": b"" for number in range(6)})
    with pytest.raises(ValueError, match=r"many\.zip holds more than 5 files; s5/nb\.ipynb is the first beyond"):
        collect(place, [many])
    much = zipped(tmp_path / "much.zip", {f"s{number}/nb.ipynb": b"0" * 1_900 for number in range(3)})
    with pytest.raises(ValueError, match=r"much\.zip unpacks to more than 0\.005 MB; it was given up at s2/nb\.ipynb"):
        collect(place, [much])
    folder = unpacked(tmp_path / "folder", {f"s{number}/nb.ipynb": b"0" * 1_900 for number in range(3)})
    with pytest.raises(ValueError, match=r"folder unpacks to more than 0\.005 MB; it was given up at s2/nb\.ipynb"):
        collect(place, [folder])
    nested = packed({"nb.ipynb": b"0" * 1_900})
    inside = zipped(tmp_path / "inside.zip", {f"doe_{number}_7_a.zip": nested for number in (1, 2, 3)})
    with pytest.raises(
        ValueError, match=r"inside\.zip unpacks to more than 0\.005 MB; it was given up at doe_3_7_a\.zip"
    ):
        collect(place, [inside])
    assert tree(place) == before


def test_what_is_too_large_is_left_and_the_others_are_filed(tmp_path, monkeypatch):
    place = course(tmp_path, ONE)
    monkeypatch.setattr(archives, "LIMITS", ReadingLimits(file=3_000, nested_files=2, nested_total=5_000))
    large = {
        "ana/large.ipynb": b"0" * 3_001,
        "bob/many.zip": packed({f"{number}.ipynb": b"" for number in range(3)}),
        "cai/much.zip": packed({f"{number}.ipynb": b"0" * 2_900 for number in range(2)}),
        "dan/nb.ipynb": notebook(),
        "eve/data.csv": b"0" * 10_000,
    }
    zip_, folder = zipped(tmp_path / "a.zip", large), unpacked(tmp_path / "a", large)
    for source in (zip_, folder):
        done = collect(place, [source])
        assert {one.student: one.reason for one in done.left_over} == {
            "ana": "is larger than 0.003 MB",
            "bob": "is a zip that was not opened: many.zip holds more than 2 files; 2.ipynb is the first beyond",
            "cai": "is a zip that was not opened: much.zip unpacks to more than 0.005 MB; it was given up at 1.ipynb",
            "eve": "is no notebook",
        }
    assert submitted(place) == ["dan/05_random_features/05_random_features.ipynb"]


def test_a_zip_that_lies_about_its_sizes_is_damaged(tmp_path):
    content = packed({"ana/nb.ipynb": b"0" * 100_000})
    size = struct.pack("<L", 100_000)
    assert content.count(size) == 2
    (tmp_path / "lie.zip").write_bytes(content.replace(size, struct.pack("<L", 10)))
    with pytest.raises(ValueError, match=r"lie\.zip is damaged"):
        read_source(tmp_path / "lie.zip")


def test_encrypted_and_damaged_zips_are_a_sentence(tmp_path):
    whole = packed({"ana/nb.ipynb": notebook() * 20})
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    locked = bytearray(whole)
    for begin, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(begin) + offset] |= 1
    other = bytearray(whole)
    for begin, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        other[other.index(begin) + offset] = 97  # a method of packing that nobody has
    for content, sentence in (
        (whole[:-30], "is damaged: its end is missing. Download it again"),
        (flipped, "is damaged"),
        (locked, "is encrypted. Pack it again, without a password"),
        (other, "cannot be unpacked"),
        (b"", "is neither"),
        (b"Rar!\x1a\x07", "is neither"),
        (notebook(), "is neither"),
    ):
        path = tmp_path / "canvas.zip"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=sentence) as problem:
            read_source(path)
        assert str(path) in str(problem.value)
        assert "\n" not in str(problem.value)
        outer = zipped(tmp_path / "outer.zip", {"ana/work.zip": bytes(content)})
        (member,) = read_source(outer)
        assert member.problem.startswith("is a ")
        assert member.content is None


def test_other_archives_and_missing_ones(tmp_path):
    (tmp_path / "a.rar").write_bytes(b"Rar!")
    with pytest.raises(ValueError, match=r"a\.rar is neither; unpack it, and name the folder"):
        read_source(tmp_path / "a.rar")
    with pytest.raises(FileNotFoundError, match=r"there is no .*b\.zip"):
        read_source(tmp_path / "b.zip")


def test_messages_hold_no_characters_that_steer_a_terminal(tmp_path):
    place = course(tmp_path, ONE)
    files = {"ana/\x1b[2Jred\u202ebpyni.pdf": b"", "b\x1b]0;b/nb.ipynb": notebook(), "cai/nb\n.pdf": b""}
    done = collect(place, [zipped(tmp_path / "a.zip", files)])
    texts = [*(one.file + one.reason for one in done.left_over), *(one.origin for one in done.filed), *done.students]
    assert all(text.isprintable() for text in texts)
    assert len(done.left_over) == 2


def test_a_file_that_may_not_be_read_is_left(tmp_path, monkeypatch):
    folder = unpacked(tmp_path / "folder", {"ana/nb.ipynb": notebook(), "bob/nb.ipynb": notebook()})
    opened = archives.Path.open

    def refused(path, *arguments):
        if path.parent.name == "ana":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    monkeypatch.setattr(archives.Path, "open", refused)
    assert [one.problem for one in read_source(folder)] == ["cannot be read (Permission denied)", ""]
