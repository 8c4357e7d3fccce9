"""oidc-provider on the Node of a wheel."""

import json
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from joserfc.jwk import ECKey, RSAKey
from npm import NODE, installed

HERE = Path(__file__).with_name("provider")


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
        installed(HERE)
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.given = {
            "port": self.port, "jwks": keys(), "accounts": accounts, "seconds": 300, "alg": "RS256", "redirects": [redirect],
        }  # fmt: skip
        self.process = None

    def start(self, **given):
        self.given |= given
        self.process = subprocess.Popen(
            [NODE, HERE / "server.mjs", json.dumps(self.given)], stdout=subprocess.PIPE, text=True,
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
