"""Starting a server: its port, its command line, its supervisor, and what to say when it does not come up."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from json import dumps
from pathlib import Path

from graph.engine.installation import Installation
from graph.engine.locks import is_held
from graph.engine.supervisor import Spec, State
from graph.errors import EngineError

_PAUSE = 0.03
_TAIL = 15
_ANOTHER = 3
_ROOM = 200_000_000
_SUPERVISE = "import sys; from graph.engine.supervisor import main; sys.exit(main(sys.argv[1]))"
_QUIET = ("-Xlog:disable", "-Xlog:all=error")
_RECORDING_TAKES = 3600


def launch(installation: Installation, classpath: str) -> None:
    """Start a supervisor; when this returns, it holds its lock. Raises EngineError."""
    run = installation.run
    port = _port(installation.port)
    free = shutil.disk_usage(run).free
    if free < _ROOM:
        raise EngineError(
            f"The disk of {installation.home} is full ({free // 1_000_000} MB free, {_ROOM // 1_000_000} MB needed).",
            "Make room, or set YUANLIU_HOME to a folder on another disk.",
        )
    for name in ("run.json", "keep", "stop"):
        (run / name).unlink(missing_ok=True)
    try:
        installation.configure(port)
        spec = run / "spec.json"
        spec.write_text(dumps(asdict(_spec(installation, classpath, port))), encoding="utf-8")
        with (installation.log.with_name("supervisor.log")).open("wb") as log:
            code = _run_supervisor(spec, log.fileno())
    except OSError as error:
        raise EngineError(
            f"The data folder {installation.directory} cannot be written: {error.strerror}.",
            "Make room or make it writable, or set YUANLIU_HOME to another folder.",
        ) from error
    if code not in (0, _ANOTHER):
        raise _failure(installation, f"its supervisor ended with code {code}", "supervisor.log")


def _run_supervisor(spec: Path, log: int) -> int:
    # Not -m, which warns that graph.engine imports the module itself. The package is found through the working
    # directory, whether it is installed or not.
    command, root = [sys.executable, "-c", _SUPERVISE, str(spec)], Path(__file__).parents[2]
    if sys.platform != "win32":
        return subprocess.run(  # noqa: S603
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, start_new_session=True
        ).returncode
    process = subprocess.Popen(  # noqa: S603
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, creationflags=subprocess.DETACHED_PROCESS
    )
    lock = spec.with_name("supervisor.lock")
    while process.poll() is None and not is_held(lock):
        time.sleep(_PAUSE)
    return process.poll() or 0


def _spec(installation: Installation, classpath: str, port: int) -> Spec:
    """Use the ahead-of-time cache if it is there; else record for it, if it can be written."""
    aot = installation.aot(classpath)
    recording = aot.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.recording")
    plain = [*installation.java(classpath), *installation.server()]
    create: list[str] = []
    if aot.exists():
        flags = use_aot(aot)
    elif _can_record(aot.parent):
        flags = ("-XX:AOTMode=record", f"-XX:AOTConfiguration={recording}", *_QUIET)
        part = recording.with_suffix(".part")
        create = installation.java(
            classpath, "-XX:AOTMode=create", f"-XX:AOTConfiguration={recording}", f"-XX:AOTCache={part}", *_QUIET
        )
    else:
        flags = ()
    return Spec(
        run=str(installation.run),
        log=str(installation.log),
        port=port,
        timeout=installation.start_timeout,
        environment=installation.environment(),
        command=[*installation.java(classpath, *flags), *installation.server()],
        plain=plain,
        aot=str(aot),
        recording=str(recording),
        create=create,
    )


def use_aot(aot: Path) -> tuple[str, ...]:
    """The JVM flags that use the ahead-of-time cache, none if there is no cache.

    VerifySharedSpaces finds a damaged cache, which is then left unused; it costs nothing measurable.
    """
    return (f"-XX:AOTCache={aot}", "-XX:+VerifySharedSpaces", *_QUIET) if aot.exists() else ()


def _can_record(folder: Path) -> bool:
    """Whether a cache can be made in the folder; what killed recordings left there is removed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.suffix in {".recording", ".part"} and path.stat().st_mtime < time.time() - _RECORDING_TAKES:
                path.unlink()
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def wait_ready(installation: Installation) -> int:
    """Return the port once the server answers; raises EngineError with the tail of its log if it ends before."""
    while True:
        state = State.read(installation.run)
        if state is not None and state.state == "failed":
            raise _failure(installation, state.reason, installation.log.name)
        if state is not None and state.state == "ready":
            return state.port
        if not is_supervised(installation):
            raise _failure(installation, "its supervisor ended", "supervisor.log")
        time.sleep(_PAUSE)


def _failure(installation: Installation, reason: str, log: str) -> EngineError:
    path = installation.log.with_name(log)
    with contextlib.suppress(OSError):
        tail = "\n".join(path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_TAIL:])
        return EngineError(
            f"The database server did not come up: {reason}. The end of {path}:\n{tail}\n",
            "Mend what it names and run the command again; with damaged data: yuanliu db reset.",
        )
    return EngineError(f"The database server did not come up: {reason}.", f"Look into {path.parent}.")


def _port(wanted: int | None) -> int:
    """Return the wanted port or a free one; raises EngineError if it is taken."""
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except OSError as error:
            raise EngineError(
                f"Port {wanted} cannot be used: {error.strerror}.",
                "Give the Installation another port, or None to take a free one.",
            ) from error
        return probe.getsockname()[1]


def is_supervised(installation: Installation) -> bool:
    """Whether a server of this installation runs, starts or stops."""
    return is_held(installation.run / "supervisor.lock")
