"""The server's jars: fetched from a Maven repository by a committed lock, trusted only by their SHA-256.

Every jar is hashed before every start (0.1-0.4 s for 175 MB, read anyway by the server): no record of what was once
verified has to be believed, and a jar that changed is found even if its size and times did not.
"""

import csv
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.engine.locks import FileLock
from graph.errors import EngineError

if TYPE_CHECKING:
    import requests

Progress = Callable[[int, int], None]
"""Called with (jars fetched, jars to fetch) while fetching; never called when all are there."""

_THREADS = 8
_ATTEMPTS = 3
_CONNECT_AND_READ = (10, 60)
_LOCK_WAIT = 1800
_ROOM_PER_JAR = 2_000_000
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_ELSEWHERE = "set YUANLIU_HOME to another folder, which moves the cache and the data"
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Jar:
    """One row of the lock."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def name(self) -> str:
        """The file name."""
        return f"{self.artifact}-{self.version}{'-' if self.classifier else ''}{self.classifier}.jar"

    def path(self, cache: Path) -> Path:
        """Where the jar lies in the cache, as in every Maven repository."""
        return cache.joinpath("jars", *self.group.split("."), self.artifact, self.version, self.name)


def read_lock(version: str) -> list[Jar]:
    """Return the jars of a version in the order of its lock file."""
    with Path(__file__).with_name(f"neo4j-{version}.lock.tsv").open(encoding="ascii", newline="") as file:
        return [Jar(*row) for row in csv.reader(file, delimiter="\t")]


def classpath(version: str, cache: Path, repository: str | None = None, on_progress: Progress | None = None) -> str:
    """Return the class path of a version with every jar verified, fetching what is missing.

    Raises EngineError: a wrong checksum (the jar is removed), no network, a full or closed cache folder.
    """
    jars = read_lock(version)
    with _plain_errors(cache):
        if _missing(jars, cache):
            _make_writable(cache)
            lock = FileLock(cache / "fetch.lock")
            if not lock.acquire(_LOCK_WAIT):
                raise EngineError("Another command has been fetching the server for half an hour.", "End it.")
            try:
                # Asked again: the holder of the lock may have fetched them.
                _fetch(_missing(jars, cache), cache, repository, on_progress)
            finally:
                lock.release()
    return os.pathsep.join(str(jar.path(cache)) for jar in jars)


def _missing(jars: list[Jar], cache: Path) -> list[Jar]:
    with ThreadPoolExecutor(_THREADS) as pool:
        verified = pool.map(_verify, jars, [cache] * len(jars))
        return [jar for jar, there in zip(jars, verified, strict=True) if not there]


def _verify(jar: Jar, cache: Path) -> bool:
    path = jar.path(cache)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return False
    if digest == jar.sha256:
        return True
    try:
        path.unlink()
    except OSError as error:
        raise EngineError(
            f"{path} was changed: its SHA-256 differs from the lock.", f"Delete it by hand ({error.strerror})."
        ) from error
    raise EngineError(
        f"{path} was changed: its SHA-256 differs from the lock. It was removed.", "Run the command again to fetch it."
    )


def _fetch(jars: list[Jar], cache: Path, repository: str | None, on_progress: Progress | None) -> None:
    if not jars:
        return
    free, needed = shutil.disk_usage(cache).free, len(jars) * _ROOM_PER_JAR
    if free < needed:
        raise _full(cache, f"{free // 1_000_000} MB free, {needed // 1_000_000} MB needed")
    staging = cache / "staging"
    shutil.rmtree(staging, ignore_errors=True)  # what a killed download left; the lock is held
    staging.mkdir()
    download = _Download(repository, staging)
    pool = ThreadPoolExecutor(_THREADS)
    try:
        jobs = [pool.submit(download.fetch, jar, jar.path(cache)) for jar in jars]
        for done, job in enumerate(as_completed(jobs), 1):
            job.result()
            if on_progress:
                on_progress(done, len(jars))
    finally:
        pool.shutdown(cancel_futures=True)
        download.close()
        shutil.rmtree(staging, ignore_errors=True)


class _Download:
    """Fetches jars into `staging` and moves them into place once their checksum is right."""

    def __init__(self, repository: str | None, staging: Path) -> None:
        # Imported here: only the very first start needs it, and it costs 0.15 s.
        from jgo.maven import MavenContext  # noqa: PLC0415

        remote = {"mirror": repository.rstrip("/")} if repository else None
        self._maven = MavenContext(repo_cache=staging, remote_repos=remote)
        self._staging = staging
        self._local = threading.local()
        self._sessions: list[requests.Session] = []

    def fetch(self, jar: Jar, target: Path) -> None:
        """Fetch one jar; raises EngineError."""
        part = self._staging / f"{jar.sha256}.part"
        address = self._address(jar)
        digest = self._try_stream(jar, address, part)
        if digest != jar.sha256:
            raise EngineError(
                f"{jar.name} as fetched from {address} is not what the lock names (SHA-256 {digest}). It was removed.",
                "Run the command again; if it stays, the mirror (YUANLIU_MAVEN_MIRROR) or a proxy alters the file: use another.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)

    def close(self) -> None:
        """Close the connections of all threads."""
        for session in self._sessions:
            session.close()

    def _try_stream(self, jar: Jar, address: str, part: Path) -> str:
        failure: ConnectionError | None = None
        for _ in range(_ATTEMPTS):
            try:
                return self._stream(address, part)
            except ConnectionError as error:
                failure = error
        raise EngineError(
            f"{jar.name} cannot be fetched: {failure}",
            "Check the network or the proxy (HTTPS_PROXY), or name a mirror of Maven Central with YUANLIU_MAVEN_MIRROR.",
        ) from failure

    def _address(self, jar: Jar) -> str:
        component = self._maven.project(jar.group, jar.artifact).at_version(jar.version)
        root = next(iter(self._maven.remote_repos.values()))
        return f"{root}/{component.path_prefix.as_posix()}/{jar.name}"

    def _stream(self, address: str, part: Path) -> str:
        """Write what `address` gives to `part`, return its SHA-256; raises ConnectionError."""
        import requests  # noqa: PLC0415 (see __init__)

        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            self._sessions.append(session)
        digest = hashlib.sha256()
        try:
            with session.get(address, stream=True, timeout=_CONNECT_AND_READ) as response, part.open("wb") as file:
                response.raise_for_status()
                chunks: Iterable[bytes] = response.iter_content(1 << 18)
                for chunk in chunks:
                    file.write(chunk)
                    digest.update(chunk)
                file.flush()
                os.fsync(file.fileno())
        except requests.RequestException as error:
            raise ConnectionError(str(error)) from error
        return digest.hexdigest()


def _make_writable(cache: Path) -> None:
    (cache / "jars").mkdir(parents=True, exist_ok=True)
    if not os.access(cache / "jars", os.W_OK):
        raise PermissionError(errno.EACCES, "it may not be written to")


@contextmanager
def _plain_errors(cache: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(cache, "no room left while writing") from error
        if error.errno in _CLOSED:
            raise EngineError(
                f"The cache folder {cache} cannot be written: {error.strerror}.",
                f"Make it writable, or {_ELSEWHERE}.",
            ) from error
        raise EngineError(f"The cache folder {cache} cannot be used: {error}.", f"Mend it, or {_ELSEWHERE}.") from error


def _full(cache: Path, detail: str) -> EngineError:
    return EngineError(f"The disk of the cache folder {cache} is full ({detail}).", f"Make room, or {_ELSEWHERE}.")
