"""Folders that files of saved exports are put into, on this machine or in an object store, by their URL (R-EXP-7)."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

CHUNK = 8 * 1024 * 1024


def put(file: Path, folder: str, name: str, attempt: int, told: Callable[[], None] = lambda: None) -> None:
    """Put a copy there under this name, in place of one that has it. Nobody finds half a file of that name.

    `attempt`: which one of the same file it is; what earlier ones left is removed. `told`: called with every portion.
    Where that cannot be done, the store's own errors.
    """
    store, path = url_to_fs(folder)
    path = path.rstrip("/")
    if isinstance(store, LocalFileSystem):  # elsewhere a name makes its folders; asked to, a store would make a bucket
        store.makedirs(path, exist_ok=True)
    aside = _aside(path, name, attempt)
    try:
        _copied(file, store, aside, told)
        store.mv(aside, f"{path}/{name}")
    except Exception:
        with suppress(Exception):  # why it could not be put there says more than why half of it stays there
            _remove(store, aside)
        raise
    for earlier in range(1, attempt):
        _remove(store, _aside(path, name, earlier))


def _copied(file: Path, store: AbstractFileSystem, to: str, told: Callable[[], None]) -> None:
    with file.open("rb") as source, store.open(to, "wb") as copy:
        while chunk := source.read(CHUNK):
            copy.write(chunk)
            told()


def _aside(path: str, name: str, attempt: int) -> str:
    return f"{path}/.{name}.{attempt}.part"


def _remove(store: AbstractFileSystem, path: str) -> None:
    if store.exists(path):
        store.rm(path)
