"""The secrets of this installation: files that only their owner may read, made when first needed."""

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey, OKPKey
from joserfc.jwk import import_key as jwk

from graph.errors import BadInput

FOLDER = "identity"


def token_key(home: Path) -> OKPKey:
    """The Ed25519 key that signs local tokens."""
    key = secret(home / FOLDER / "token.jwk", lambda: OKPKey.generate_key("Ed25519"))
    return cast("OKPKey", key)


def session_key(home: Path, path: Path | None = None) -> OctKey:
    """The AES-256 key of the session cookies, in the home or where `path` says."""
    key = secret(path or home / FOLDER / "session.jwk", lambda: OctKey.generate_key(256))
    return cast("OctKey", key)


def secret(path: Path, make: Callable[[], Key]) -> Key:
    """The key in a file, made if there is none; BadInput where others may read it or it is no key."""
    try:
        if not path.exists():
            create(path, make())
        data: dict[str, Any] = msgspec.json.decode(guarded(path, 0o077))
        return jwk(data)
    except OSError as error:
        raise BadInput(f"The key {path} cannot be used: {error.strerror}.", "Make its folder writable.") from error
    except (msgspec.DecodeError, JoseError, ValueError) as error:
        raise BadInput(f"{path} is not a key.", "Put it back from a backup, or delete it for a new one.") from error


def guarded(path: Path, closed: int) -> bytes:
    """What a file holds. BadInput if its mode has one of the bits `closed`, or others could put another file there.

    OSError if it cannot be read.
    """
    content = path.read_bytes()
    if os.name != "posix":
        return content
    file, folder = path.stat(), path.parent.stat()
    if file.st_mode & closed:
        raise BadInput(f"Others may read {path}.", f"chmod 600 {path}; replace it if they may have read it.")
    trusted = (os.geteuid(), 0)
    if file.st_uid not in trusted or folder.st_uid not in trusted:
        raise BadInput(f"{path} or its folder is somebody else's.", "Make both yours: chown.")
    if folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not folder.st_mode & stat.S_ISVTX:
        raise BadInput(f"Others may replace {path}.", f"chmod go-w {path.parent}")
    return content


def create(path: Path, key: Key) -> None:
    """Write a key where none is; of two processes that do so at once one wins, and both use its key."""
    key.ensure_kid()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(key.as_dict(private=True)))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink(missing_ok=True)
