"""A bot's file is written whole or not at all, in its place and through no link."""

import errno
import os
from pathlib import Path

import pytest

from registry.writing import stage
from warren.errors import Conflict, Unavailable


def write_file(path: Path, content: bytes) -> None:
    staged = stage(path, content)
    try:
        staged.put()
    finally:
        staged.discard()


def test_what_is_staged_and_not_put_changes_nothing(folder: Path):
    (folder / "echo.yaml").write_text("old")

    staged = stage(folder / "echo.yaml", b"new")
    beside = staged.fresh.read_text()
    staged.discard()

    assert ((folder / "echo.yaml").read_text(), beside) == ("old", "new")
    assert [one.name for one in folder.iterdir() if one.is_file()] == ["echo.yaml"]


def test_a_file_is_replaced_and_keeps_its_mode(folder: Path):
    file = folder / "echo.yaml"
    file.write_text("old")
    file.chmod(0o640)
    before = file.stat().st_ino

    write_file(file, b"new")

    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o640)
    assert file.stat().st_ino != before, "renamed over, never written in place"
    assert [one.name for one in folder.glob(".*")] == []


def test_two_texts_for_one_place_lie_apart_until_one_is_put(folder: Path):
    one, other = stage(folder / "echo.yaml", b"one"), stage(folder / "echo.yaml", b"other")

    one.put()
    other.discard()

    assert (folder / "echo.yaml").read_text() == "one"
    assert [each.name for each in folder.glob(".*")] == []


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_neither_followed_nor_replaced(folder: Path, tmp_path: Path, there: bool):
    outside = tmp_path / "outside"
    if there:
        outside.write_text("untouched")
    (folder / "echo.yaml").symlink_to(outside)

    with pytest.raises(Conflict, match="is a link to"):
        write_file(folder / "echo.yaml", b"text")

    assert (folder / "echo.yaml").is_symlink()
    assert outside.exists() == there
    assert not there or outside.read_text() == "untouched"


@pytest.mark.parametrize(
    ("number", "refusal", "words"),
    [
        (errno.EROFS, Conflict, "read-only for the registry .Read-only file system."),
        (errno.EACCES, Conflict, "read-only for the registry .Permission denied."),
        (errno.EPERM, Conflict, "read-only for the registry"),
        (errno.ENOSPC, Unavailable, "No space left"),
    ],
)
@pytest.mark.parametrize("at", ["open", "replace"])
def test_a_folder_that_takes_nothing_leaves_the_old_text(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    number: int,
    refusal: type[Exception],
    words: str,
):
    (folder / "echo.yaml").write_text("old")

    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(f"registry.writing.os.{at}", refuse)
    with pytest.raises(refusal, match=words):
        write_file(folder / "echo.yaml", b"new")

    assert [(one.name, one.read_text()) for one in folder.glob("*.yaml")] == [("echo.yaml", "old")]
    assert [one.name for one in folder.glob(".*")] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_without_leave_to_write_is_told_as_such(folder: Path):
    folder.chmod(0o555)
    try:
        with pytest.raises(Conflict, match="read-only for the registry"):
            write_file(folder / "echo.yaml", b"new")
    finally:
        folder.chmod(0o755)


def test_a_folder_that_is_away_is_told(folder: Path):
    with pytest.raises(Unavailable, match="No such file"):
        write_file(folder / "away" / "echo.yaml", b"new")
