"""What is done to the files of a stopped server: reset, dump, load, bulk import.

The commands are Neo4j's own. They run `AdminTool`, which is what the neo4j-admin launcher starts as a second JVM:
half the time, and no second set of JVM options to hand through.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from graph.engine import jars
from graph.engine.installation import Installation
from graph.engine.launch import use_aot
from graph.engine.sharing import stopped
from graph.errors import EngineError

_TOOL = "org.neo4j.cli.AdminTool"
_TAIL = 15
_DATA = ("data", "logs", "conf", "plugins", "import", "password")


def reset(installation: Installation) -> None:
    """Delete all data, logs and the password; a kept server starts again, empty.

    Raises EngineError while others use the server, or if a file cannot be deleted.
    """
    with stopped(installation):
        for name in _DATA:
            path = installation.directory / name
            try:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise EngineError(f"{path} cannot be deleted: {error.strerror}.", "Delete it by hand.") from error


def dump(installation: Installation, to: Path, *, replace: bool = False) -> None:
    """Write all data into the file `to`, whole or not at all; a kept server runs again afterwards.

    Raises EngineError: there are no data, `to` exists (unless `replace`), it cannot be written, the server is in use.
    """
    to = to.expanduser().absolute()
    with stopped(installation):
        if not installation.store.exists():
            raise EngineError(f"There are no data in {installation.directory}.", "Import something first.")
        if to.exists() and not replace:
            raise EngineError(f"{to} exists.", "Name another file, or say that it may be replaced.")
        installation.configure(installation.port or 0)
        part = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
        try:
            with part.open("xb") as file:
                part.chmod(0o600)
                _run(installation, "database", "dump", "neo4j", "--to-stdout", stdout=file)
                os.fsync(file.fileno())
            part.replace(to)
        except OSError as error:
            raise EngineError(
                f"{to} cannot be written: {error.strerror}.", "Make room, or name a file in another folder."
            ) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def load(installation: Installation, from_: Path, *, replace: bool = False) -> None:
    """Load a dump; a kept server runs again afterwards. A failed load leaves the earlier data as they were.

    Raises EngineError: the file cannot be read or is no dump, there are data already (unless `replace`), the server
    is in use.
    """
    with stopped(installation):
        _refuse_data(installation, replace=replace)
        installation.refuse_other_version()
        with _restored_on_failure(installation):
            try:
                with from_.expanduser().open("rb") as file:
                    _run(installation, "database", "load", "neo4j", "--from-stdin", stdin=file)
            except OSError as error:
                raise EngineError(f"{from_} cannot be read: {error.strerror}.", "Name a file of db dump.") from error


def bulk_import(
    installation: Installation,
    *,
    nodes: Sequence[str],
    relationships: Sequence[str],
    options: Sequence[str] = (),
    replace: bool = False,
) -> None:
    """Fill an empty database from CSV files, some hundred thousand rows a second.

    `nodes` and `relationships` are what follows --nodes= and --relationships= of `neo4j-admin database import full`
    ("Label=header.csv,rows.csv", absolute paths), `options` any other of its options. Raises EngineError as `load`.
    """
    with stopped(installation):
        _refuse_data(installation, replace=replace)
        installation.refuse_other_version()
        with _restored_on_failure(installation):
            _run(
                installation,
                *("database", "import", "full", "neo4j", *options),
                *(f"--nodes={item}" for item in nodes),
                *(f"--relationships={item}" for item in relationships),
            )


def _refuse_data(installation: Installation, *, replace: bool) -> None:
    installation.put_back()
    if installation.store.exists() and not replace:
        raise EngineError(
            f"{installation.directory} holds data already.", "Dump them first, then say that they may be replaced."
        )


@contextmanager
def _restored_on_failure(installation: Installation) -> Generator[None]:
    installation.configure(installation.port or 0)
    installation.set_aside()
    try:
        yield
    except BaseException:
        installation.put_back()
        raise
    installation.forget_aside()


def _run(
    installation: Installation, *arguments: str, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None
) -> None:
    """Run one admin command; raises EngineError with the end of what it said."""
    classpath = jars.classpath(installation.version, installation.cache, installation.repository)
    log = installation.log.with_name("admin.log")
    with log.open("wb") as said:
        done = subprocess.run(  # noqa: S603
            [*installation.java(classpath, *use_aot(installation.aot(classpath))), _TOOL, *arguments],
            cwd=installation.directory,
            env=installation.environment(),
            stdin=stdin or subprocess.DEVNULL,
            stdout=stdout or said,
            stderr=said,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_TAIL:])
        raise EngineError(
            f"neo4j-admin {' '.join(arguments[:3])} failed (code {done.returncode}). The end of {log}:\n{tail}\n",
            "Mend what it names; the data are as they were.",
        )
