"""File locks that the operating system gives back when their process dies, however it dies."""

import contextlib
import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    _probe = _take
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _probe(descriptor: int) -> None:
        # Shared, so that two probes at one time do not take each other for the holder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


_PAUSE = 0.03


class FileLock:
    """An exclusive lock on `path`, held by this object (two objects of one process exclude each other)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, timeout: float) -> bool:
        """Take the lock, waiting up to `timeout` seconds; returns whether it was taken."""
        deadline = time.monotonic() + timeout
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _take(descriptor)
            except OSError:
                os.close(descriptor)
            else:
                if _is_same_file(descriptor, self.path):
                    self._descriptor = descriptor
                    return True
                os.close(descriptor)
                continue
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)

    def release(self, *, delete: bool = False) -> None:
        """Give the lock back; nothing happens if it is not held.

        It is closed, not unlocked: where a child shares the file, the child goes on holding it.
        """
        if self._descriptor is None:
            return
        if delete:
            with contextlib.suppress(OSError):  # Windows does not delete an open file; the next to probe it will
                self.path.unlink()
        os.close(self._descriptor)
        self._descriptor = None


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock on `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        _probe(descriptor)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _is_same_file(descriptor: int, path: Path) -> bool:
    """Whether the locked file is still the one at `path`: it may have been deleted between opening and locking."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
