"""The process that holds a server: it ends the server when nobody uses it any more, whoever started it.

`main` takes the path of a Spec, as JSON, in a process of its own (see launch); it returns 0 once it has taken
`supervisor.lock` and goes on in the background, 3 if another holds that lock. It needs nothing from its users: each
holds a lock on a file of its own in `users/`, which the operating system gives back even when a user is killed. It
stops the server when there is no such lock and no `keep` file, or when there is a `stop` file. Being in nobody's
process group, it survives Ctrl-C.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from graph.engine.locks import FileLock, is_held

_STARTING_PAUSE = 0.03
_PAUSE = 0.1
_STOP_TIMEOUT = 60
_STARTING_STOP_TIMEOUT = 3
_OUTDATED = 30 * 86400
MAKING = "making.lock"
"""Held in the run folder by a supervisor whose server is to end, until it has made the ahead-of-time cache, too."""
_BOLT = bytes.fromhex("6060b017") + bytes.fromhex("00000005") + bytes.fromhex("00000004") + bytes(8)


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run. `command` may use the ahead-of-time cache; `plain` does not.

    When the cache is to be made, `command` writes `recording` as it ends, of which `create` makes the cache.
    """

    run: str
    log: str
    port: int
    timeout: float
    environment: dict[str, str]
    command: list[str]
    plain: list[str]
    aot: str
    recording: str
    create: list[str]


@dataclass(frozen=True, slots=True)
class State:
    """The run file."""

    state: Literal["starting", "ready", "stopping", "failed"]
    port: int
    pid: int
    reason: str = ""

    def write(self, run: Path) -> None:
        """Replace the run file."""
        part = run / "run.json.part"
        part.write_text(json.dumps(asdict(self)), encoding="utf-8")
        part.replace(run / "run.json")

    @classmethod
    def read(cls, run: Path) -> "State | None":
        """Return what the run file says, None if there is none or it cannot be understood."""
        try:
            return cls(**json.loads((run / "run.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def users(run: Path) -> list[int]:
    """The processes that use the server, one entry a use; what crashed users left is removed."""
    found: list[int] = []
    for path in sorted((run / "users").glob("*.lock")):
        if is_held(path):
            found.append(int(path.name.split("-")[0]))
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return found


def answers(port: int) -> bool:
    """Whether a Bolt server shakes hands on the port. Neo4j opens it only when its databases are up."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(1)
            connection.sendall(_BOLT)
            return len(connection.recv(4)) == 4  # noqa: PLR2004
    except OSError:
        return False


class Supervisor:
    """Starts the server of a spec, watches over it, ends it."""

    def __init__(self, spec: Spec) -> None:
        self._recorder = FileLock(Path(spec.aot).with_suffix(".lock"))
        # One recording at a time: it costs 6 s of both processors and 300 MB.
        self._spec = _without_aot(spec) if spec.create and not self._recorder.acquire(0) else spec
        self._run = Path(spec.run)
        self._gate = FileLock(self._run / "gate.lock")
        self._over = False
        self._server = self._spawn(self._spec.command)

    def ask(self, _signal: int, _frame: object) -> None:
        """End as soon as possible."""
        self._over = True

    def watch(self) -> None:
        """Return when the server has ended or is to end; on a failed start the run file says why."""
        reason = self._until_ready()
        if reason:
            self._note("failed", reason)
            return
        while self._server.poll() is None and not self._is_over():
            time.sleep(_PAUSE)

    def stop(self) -> None:
        """End the server and clear what is no longer true; waits for its last word, not for the recording."""
        before = State.read(self._run)
        failed = before is not None and before.state == "failed"
        # A server stopped while it starts may wait for itself for ever; it has nothing to save.
        is_up = before is not None and before.state == "ready"
        if self._server.poll() is None:
            if not failed:
                self._note("stopping")
            self._server.terminate()
            deadline = time.monotonic() + (_STOP_TIMEOUT if is_up else _STARTING_STOP_TIMEOUT)
            while self._server.poll() is None and not self._has_said_stopped():
                if time.monotonic() > deadline:
                    self._server.kill()
                    self._server.wait()
                    break
                time.sleep(_STARTING_PAUSE)
        for name in ("keep", "stop") if failed else ("keep", "stop", "run.json"):
            (self._run / name).unlink(missing_ok=True)

    def open_gate(self) -> None:
        """Let others start."""
        self._gate.release()

    def make_aot(self) -> None:
        """Make the ahead-of-time cache from the recording, in the background and once."""
        recording = Path(self._spec.recording)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(_STOP_TIMEOUT)
        self._server.kill()
        self._server.wait()
        part = recording.with_suffix(".part")
        try:
            if self._spec.create and recording.exists():
                self._create_aot(part)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"no ahead-of-time cache: {error}", file=sys.stderr)  # noqa: T201 (goes to supervisor.log)
        finally:
            for path in (recording, part):
                path.unlink(missing_ok=True)

    def _create_aot(self, part: Path) -> None:
        with contextlib.suppress(AttributeError):  # no os.nice on Windows
            os.nice(15)
        done = subprocess.run(  # noqa: S603
            self._spec.create,
            env=self._spec.environment,
            timeout=300,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent(),
        )
        if done.returncode or not part.exists():
            return
        aot = Path(self._spec.aot)
        part.replace(aot)
        for other in aot.parent.glob(f"{aot.stem.rpartition('-')[0]}-*.aot"):
            if other.stat().st_mtime < time.time() - _OUTDATED:  # of an earlier JRE or class path
                other.unlink()

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        log = Path(self._spec.log)
        with contextlib.suppress(OSError):
            log.unlink()  # a server still writing its recording keeps its own
        with log.open("wb") as file:
            server = subprocess.Popen(  # noqa: S603
                command,
                env=self._spec.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 (this process has one thread)
            )
        State("starting", self._spec.port, server.pid).write(self._run)
        return server

    def _until_ready(self) -> str:
        """Wait for the handshake; return why it did not come, empty if it came or is no longer wanted."""
        deadline, tried_plain = time.monotonic() + self._spec.timeout, False
        while not self._is_over():
            if self._server.poll() is not None:
                if self._spec.command != self._spec.plain:
                    # The JVM checks the cache, but it is our extra: nothing may fail for it.
                    tried_plain = True
                    self._spec = replace(self._spec, command=self._spec.plain, create=[])
                    self._server = self._spawn(self._spec.plain)
                    continue
                return f"it ended with code {self._server.returncode}"
            if answers(self._spec.port):
                self._note("ready")
                if tried_plain:
                    Path(self._spec.aot).unlink(missing_ok=True)
                return ""
            if time.monotonic() > deadline:
                return f"it did not answer within {self._spec.timeout:g} s"
            time.sleep(_STARTING_PAUSE)
        return ""

    def _is_over(self) -> bool:
        """Whether the server is to end; if nobody uses it, with the gate held so that nobody joins a dying server."""
        if self._over or (self._run / "stop").exists():
            return True
        if self._is_wanted() or not self._gate.acquire(0):
            return False
        if self._is_wanted():
            self._gate.release()
            return False
        self._over = True
        return True

    def _is_wanted(self) -> bool:
        return bool(users(self._run)) or (self._run / "keep").exists()

    def _note(self, state: Literal["ready", "stopping", "failed"], reason: str = "") -> None:
        State(state, self._spec.port, self._server.pid, reason).write(self._run)

    def _has_said_stopped(self) -> bool:
        """Whether a recording server has closed its databases; it goes on for 6 s to write the recording."""
        if not self._spec.create:
            return False
        with Path(self._spec.log).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            return b" Stopped." in file.read()


def _without_aot(spec: Spec) -> Spec:
    return replace(spec, command=spec.plain, create=[])


def _die_with_parent() -> Callable[[], None] | None:
    """Let Linux end the server when this process is killed; elsewhere the next start ends it (see sharing)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)


def _detach() -> None:
    """Go on in the background while the caller gets its exit code (and no zombie to look after)."""
    if sys.platform != "win32":
        if os.fork():
            os._exit(0)
        os.setsid()


def main(path: str) -> int:
    """Run the spec at `path`; see the module."""
    spec = Spec(**json.loads(Path(path).read_text(encoding="utf-8")))
    run = Path(spec.run)
    lock = FileLock(run / "supervisor.lock")
    if not lock.acquire(1):
        return 3
    _detach()
    supervisor = Supervisor(spec)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), supervisor.ask)
    supervisor.watch()
    making = FileLock(run / MAKING)
    making.acquire(0)  # until this process ends
    supervisor.stop()
    lock.release()
    supervisor.open_gate()
    supervisor.make_aot()
    return 0
