"""One server for all commands of a home: who starts it, who joins, who ends it.

`gate.lock` is held while a server is started, joined or stopped, so two commands at once start one server.
`supervisor.lock` is held by the server's supervisor as long as it lives: a run file left by a crash means nothing
without it, and no process number is ever trusted. `users/*.lock`: one for each use.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph.engine import jars
from graph.engine.installation import USER, Installation
from graph.engine.launch import is_supervised, launch, wait_ready
from graph.engine.locks import FileLock, is_held
from graph.engine.supervisor import MAKING, State, users
from graph.errors import EngineError

_PAUSE = 0.03
_GATE_WAIT = 1800
_STOP_WAIT = 90


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and how to log in; the password is not shown by repr."""

    uri: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Server(uri={self.uri!r}, user={self.user!r})"


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a server: `users` are the processes using it, `pid` is the server's own."""

    isRunning: bool
    isKept: bool
    version: str
    data: str
    uri: str | None
    pid: int | None
    users: tuple[int, ...]


@contextmanager
def use(installation: Installation, on_progress: jars.Progress | None = None) -> Generator[Server]:
    """Give a running server, started if need be; the last one out stops it, unless it was started with `start`.

    Raises EngineError if it cannot be started; the causes are in jars.classpath, Installation and launch.
    """
    with _gate(installation):
        ticket = _ticket(installation)
        try:
            server = _join_or_start(installation, on_progress)
        except BaseException:
            ticket.release(delete=True)
            raise
    try:
        yield server
    finally:
        ticket.release(delete=True)
        _wait_quiet(installation)


def finish(installation: Installation, seconds: float = 120) -> None:
    """Wait until a server that has ended leaves nothing running: its first stop makes the ahead-of-time cache."""
    deadline = time.monotonic() + seconds
    while is_held(installation.run / MAKING) and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def start(installation: Installation, on_progress: jars.Progress | None = None) -> Server:
    """Start the server, or join the running one, and leave it running until `stop`. Raises EngineError."""
    with _gate(installation):
        return _start_kept(installation, on_progress)


def stop(installation: Installation, *, force: bool = False) -> bool:
    """Stop the server; return whether it was running.

    Raises EngineError while others use it (nothing is changed then), unless `force`.
    """
    if not installation.run.exists():
        return False
    with _gate(installation):
        return _stop(installation, force=force)


def status(installation: Installation) -> Status:
    """Return what is known of the server; starts and changes nothing."""
    state = State.read(installation.run) if is_supervised(installation) else None
    ready = state if state is not None and state.state == "ready" else None
    return Status(
        isRunning=ready is not None,
        isKept=ready is not None and (installation.run / "keep").exists(),
        version=installation.version,
        data=str(installation.directory),
        uri=None if ready is None else _uri(ready.port),
        pid=None if ready is None else ready.pid,
        users=tuple(users(installation.run)),
    )


@contextmanager
def stopped(installation: Installation) -> Generator[None]:
    """Hold the server stopped, for work on its files; a kept one runs again afterwards.

    Raises EngineError while others use it.
    """
    with _gate(installation):
        was_running = _stop(installation, force=False)
        try:
            yield
        finally:
            if was_running:
                _start_kept(installation, None)


@contextmanager
def _gate(installation: Installation) -> Generator[None]:
    installation.make_private()
    gate = FileLock(installation.run / "gate.lock")
    if not gate.acquire(_GATE_WAIT):
        raise EngineError("Another command has been starting the server for half an hour.", "End that command.")
    try:
        yield
    finally:
        gate.release()


def _ticket(installation: Installation) -> FileLock:
    ticket = FileLock(installation.run / "users" / f"{os.getpid()}-{secrets.token_hex(4)}.lock")
    ticket.acquire(1)
    return ticket


def _start_kept(installation: Installation, on_progress: jars.Progress | None) -> Server:
    ticket = _ticket(installation)
    try:
        server = _join_or_start(installation, on_progress)
        (installation.run / "keep").touch()
        return server
    finally:
        ticket.release(delete=True)


def _join_or_start(installation: Installation, on_progress: jars.Progress | None) -> Server:
    """Return the server; the gate and a ticket are held."""
    if (installation.run / "stop").exists():
        _wait_gone(installation)  # its asker died before it was gone
    if not is_supervised(installation):
        installation.refuse_other_version()
        classpath = jars.classpath(installation.version, installation.cache, installation.repository, on_progress)
        _end_orphan(installation)
        launch(installation, classpath)
    port = wait_ready(installation)
    if installation.port not in (None, port):
        raise EngineError(
            f"The server is already running on port {port}, not {installation.port}.",
            "Stop it first (yuanliu db stop), or leave the port out.",
        )
    return Server(_uri(port), USER, installation.password())


def _stop(installation: Installation, *, force: bool) -> bool:
    """Stop the server; the gate is held."""
    others = users(installation.run)
    if others and not force:
        raise EngineError(
            f"The server is in use by process {', '.join(map(str, sorted(set(others))))}.", "End it first."
        )
    if not is_supervised(installation):
        _end_orphan(installation)
        return False
    (installation.run / "stop").touch()
    _wait_gone(installation)
    return True


def _wait_gone(installation: Installation) -> None:
    deadline = time.monotonic() + _STOP_WAIT
    while is_supervised(installation):
        if time.monotonic() > deadline:
            raise EngineError("The server does not stop.", f"Look into {installation.log}.")
        time.sleep(_PAUSE)
    (installation.run / "stop").unlink(missing_ok=True)


def _wait_quiet(installation: Installation) -> None:
    """Wait until the server is gone or somebody else needs it: a command has ended when its data are closed."""
    deadline = time.monotonic() + _STOP_WAIT
    run = installation.run
    while is_supervised(installation) and time.monotonic() < deadline:
        state = State.read(run)
        if (state is None or state.state != "stopping") and (users(run) or (run / "keep").exists()):
            return
        time.sleep(_PAUSE)


def _end_orphan(installation: Installation) -> None:
    """End a server whose supervisor was killed (on Linux the kernel has done so).

    The process number alone says nothing after a crash: only a process whose command line names our folder is ended.
    """
    state = State.read(installation.run)
    if state is None or not _is_ours(installation, state.pid):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_WAIT
    while _is_ours(installation, state.pid) and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _is_ours(installation: Installation, pid: int) -> bool:
    """Whether a process is a server of this folder, by the end of its command line as one text.

    `ps` joins the words by blanks, and a home may hold blanks itself (`Application Support`).
    """
    return " ".join(installation.server()) in _command_line(pid)


def _command_line(pid: int) -> str:
    """The words of a process's command line, joined by blanks; empty where there is none or it cannot be known."""
    if sys.platform == "darwin":
        listed = subprocess.run(  # noqa: S603
            ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        )
        return os.fsdecode(listed.stdout)
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).replace("\0", " ")
    except OSError:
        return ""


def _uri(port: int) -> str:
    return f"bolt://127.0.0.1:{port}"
