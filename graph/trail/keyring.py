"""The folder outside the database: the key that signs checkpoints, the public keys so far, and every checkpoint written.

`key` (mode 0600) signs; `next` is a key that is about to; `public` has a line for each key, oldest first;
`checkpoints.ndjson` a line for each checkpoint. What is signed here cannot be altered in the database unseen.
"""

import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from graph.engine.locks import FileLock
from graph.errors import TrailError
from graph.trail.checkpoint import Checkpoint
from graph.trail.notes import PrivateKey, PublicKey

BLOCK = 1 << 16
WAIT_SECONDS = 10.0


class Keyring:
    """One such folder; it need not exist yet. TrailError where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkpoints = folder / "checkpoints.ndjson"
        self._public = folder / "public"

    def key(self) -> PrivateKey | None:
        """The key that signs, or None where there is none yet."""
        return self._read("key")

    def successor(self) -> PrivateKey | None:
        """The key that is about to sign."""
        return self._read("next")

    def public(self) -> list[PublicKey]:
        """The public keys so far, oldest first."""
        if not self._public.exists():
            return []
        return [PublicKey.read(line) for line in self._public.read_text(encoding="utf-8").splitlines() if line]

    def prepare(self) -> PrivateKey:
        """A new key, kept beside the one that signs; of the same name, so that notes keep their origin."""
        present = self.key()
        made = PrivateKey.new(present.name if present else f"yuanliu/{secrets.token_hex(8)}")
        with writing(self.folder):
            # Whole or not at all: half a key would keep everybody from signing.
            draft = self.folder / f"next-{secrets.token_hex(8)}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(made.written())
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self.folder / "next")
            finally:
                draft.unlink(missing_ok=True)
        return made

    def adopt(self, key: PublicKey) -> None:
        """Let this one sign from now on, if it is still the prepared one; the one before it is gone.

        Where another process of this folder has adopted it meanwhile, nothing is left to do.
        """
        with self._alone():
            made = self.successor()
            if made is None or made.public != key:
                return
            if key not in self.public():
                append(self._public, [str(key)])
            (self.folder / "next").replace(self.folder / "key")

    def last(self) -> Checkpoint | None:
        """The last checkpoint written here, or None; TrailError if the file holds something else."""
        line, _ = last_line(self.checkpoints)
        try:
            return Checkpoint.read(line) if line else None
        except ValueError as error:
            raise TrailError(f"{self.checkpoints} was altered.", "Put it back from a copy.") from error

    def all(self) -> list[Checkpoint]:
        """Every checkpoint written here, oldest first; TrailError if the file holds something else."""
        try:
            return [Checkpoint.read(line) for line in whole(self.checkpoints).splitlines()]
        except ValueError as error:
            raise TrailError(f"{self.checkpoints} was altered.", "Put it back from a copy.") from error

    def write(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Append those of the checkpoints that are later than the last one here."""
        with self._alone():
            last = self.last()
            done = last.number if last else 0
            append(self.checkpoints, [each.line() for each in checkpoints if each.number > done])

    def set_aside(self) -> Path | None:
        """Rename the folder, because a new catalog begins in its place; what it is called now, None if there is none."""
        if not self.folder.exists():
            return None
        with writing(self.folder.parent):
            return self.folder.rename(self.folder.with_name(f"{self.folder.name}-{secrets.token_hex(4)}"))

    @contextmanager
    def _alone(self) -> Generator[None]:
        """No other process adopts a key or writes checkpoints while the block runs; TrailError where that cannot be done."""
        with writing(self.folder):
            lock = FileLock(self.folder / "lock")
            if not lock.acquire(WAIT_SECONDS):
                raise TrailError(f"{self.folder} is in use.", "Try again.")
            try:
                yield
            finally:
                lock.release()

    def _read(self, name: str) -> PrivateKey | None:
        path = self.folder / name
        try:
            return PrivateKey.read(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TrailError(f"{path} cannot be read: {error.strerror}.", "Run this as its owner.") from error


def append(path: Path, lines: list[str]) -> None:
    """Append lines durably; what a crash left of a torn line is dropped first."""
    if not lines:
        return
    _, end = last_line(path)
    with path.open("ab") as file:
        file.truncate(end)
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def whole(path: Path) -> bytes:
    """The whole lines of a file, without what a crash left of a torn one; nothing where there is no file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise TrailError(f"{path} cannot be read: {error.strerror}.", "Run this as its owner.") from error
    return content[: content.rfind(b"\n") + 1]


def last_line(path: Path) -> tuple[bytes, int]:
    """The last whole line of a file and where it ends; nothing where there is none."""
    if not path.exists():
        return b"", 0
    with path.open("rb") as file:
        start = end = file.seek(0, os.SEEK_END)
        read = b""
        while start and read.count(b"\n") < 2:  # noqa: PLR2004  # the end of the line before it, and its own
            start = max(0, start - BLOCK)
            file.seek(start)
            read = file.read(end - start)
    lines, found, _ = read.rpartition(b"\n")
    if not found:
        return b"", 0
    return lines.rpartition(b"\n")[2], start + len(lines) + 1


@contextmanager
def writing(folder: Path) -> Generator[None]:
    """The folder, made if need be; TrailError where the block cannot write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise TrailError(
            f"{folder} cannot be written: {error.strerror}.", "Make room, or let this user write there."
        ) from error
