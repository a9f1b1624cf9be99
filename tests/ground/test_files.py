"""A file is written whole or not at all."""

import errno

import pytest

from dsrct_edu import InputError, files


def test_an_error_in_the_middle_leaves_what_was_there(tmp_path):
    path = tmp_path / "kept.txt"
    files.write(path, "old")

    def broken(error):
        with files.whole(path) as part:
            part.write_text("half")
            raise error

    for error in (ZeroDivisionError, KeyboardInterrupt):
        with pytest.raises(error):
            broken(error)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_written_over(tmp_path):
    path = tmp_path / "new.txt"
    (tmp_path / ".part-new.txt").write_text("half")
    files.write(path, "whole\n")
    assert path.read_bytes() == b"whole\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_and_a_place_that_is_none_are_named(tmp_path):
    with (
        pytest.raises(InputError, match=r"expected room on the disk; found .*new"),
        files.whole(tmp_path / "new.txt"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"a place that can be written; found .*Not a dir|exists"):
        files.write(tmp_path / "file" / "new.txt", "")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="a place that can be written"):
        files.write(tmp_path / "folder", "")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder"}
