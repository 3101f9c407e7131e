"""A disk that fills up while a file is overwritten: the old file stays as it was, everywhere."""

from __future__ import annotations

import contextlib
import errno
import gc
import inspect
import os

import pytest

import salesfunnel as sf
from test_result_protocol import CLASSES, MADE

resource = pytest.importorskip("resource", reason="needs a limit of file sizes")

OLD = "old and whole\n" * 40


def takes_a_path(method):
    """Return whether a method writes the file that it is given first."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return bool(parameters) and parameters[0].name == "path"


def writers_of(one):
    """Return the names of all public methods of a class that write a file."""
    return [
        name
        for name, method in inspect.getmembers(one, inspect.isfunction)
        if not name.startswith("_") and takes_a_path(method)
    ]


BY_CLASS = {type(value): value for value in reversed(MADE.values())}
WRITERS = sorted(
    (one.__name__, name) for one in BY_CLASS if one in CLASSES for name in writers_of(one)
)


@contextlib.contextmanager
def full_disk(size=100):
    """Let no file grow beyond so many bytes: what is written then fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_every_method_that_takes_a_path_is_in_the_list():
    everywhere = {(one.__name__, name) for one in CLASSES for name in writers_of(one)}
    assert everywhere == set(WRITERS)
    kinds = {name for _, name in WRITERS}
    assert kinds >= {"to_csv", "to_html", "to_icalendar", "to_markdown", "to_png", "to_svg"}
    assert ("Analysis", "to_xlsx") in WRITERS


def test_no_public_function_writes_a_file_in_another_way():
    """A function with an argument for a file to write is a method `to_*`, or a reader."""
    for name in sf.__all__:
        value = getattr(sf, name)
        if inspect.isfunction(value) and "path" in inspect.signature(value).parameters:
            assert name.startswith("read_"), name


def value_of(kind):
    return next(value for one, value in BY_CLASS.items() if one.__name__ == kind)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "file"
    path.write_text(OLD)
    yield path
    assert path.read_text() == OLD
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


# What makes the bytes of a workbook leaves files of its own half open where they do not fit.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("kind", "method"), WRITERS)
def test_a_disk_that_fills_up_leaves_the_old_file_as_it_was(kind, method, old):
    # a workbook is made by a library that fails in its own words
    error = Exception if method == "to_xlsx" else OSError
    with full_disk(), pytest.raises(error) as caught:
        getattr(value_of(kind), method)(old)
    assert method == "to_xlsx" or caught.value.errno == errno.EFBIG
    del caught
    if method == "to_xlsx":
        gc.collect()  # what is left half open is found here, not in a test that runs later


@pytest.mark.parametrize(("kind", "method"), WRITERS)
def test_a_disk_that_is_found_full_at_the_end_leaves_it_too(kind, method, old, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        getattr(value_of(kind), method)(old)


@pytest.mark.parametrize(("kind", "method"), [one for one in WRITERS if one[1] != "to_html"])
def test_with_room_the_old_file_is_replaced(kind, method, tmp_path):
    path = tmp_path / "file"
    path.write_text(OLD)
    getattr(value_of(kind), method)(path)
    assert path.read_bytes()
    assert path.read_bytes() != OLD.encode()
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
