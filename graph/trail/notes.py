"""Signed notes, as C2SP writes them: a text, and under it Ed25519 signatures that anybody can check with a public key.

https://c2sp.org/signed-note; a public key is written `<name>+<key id>+<base64>` ("vkey").
"""

import base64
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from graph.errors import BadInput

ED25519 = b"\x01"
KEY_BYTES = 32
ID_BYTES = 4
SECRET = "PRIVATE+KEY+"  # noqa: S105  # how the text of a private key begins


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who signs: a name without blanks and pluses, and 32 bytes."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """The key as it is given to others."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key in a text; BadInput if it is none."""
        name, identity, raw = parted(text.strip())
        key = cls(name, raw)
        if identity != key.id.hex():
            raise BadInput(f"The key {text[:40]!r} is damaged.", "Copy it again.")
        return key


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs; the secret shows in no representation."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        """Without the secret."""
        return f"PrivateKey({self.name!r})"

    @classmethod
    def new(cls, name: str) -> Self:
        """A random key."""
        return cls(name, os.urandom(KEY_BYTES))

    @classmethod
    def read(cls, text: str) -> Self:
        """The key in a text of `written`; BadInput if it is none."""
        if not text.startswith(SECRET):
            raise BadInput("The file holds no private key.", "Put the right one back.")
        name, _, raw = parted(text.strip().removeprefix(SECRET))
        return cls(name, raw)

    def written(self) -> str:
        """The key as its file holds it."""
        return f"{SECRET}{self.name}+{self.public.id.hex()}+{base64.b64encode(ED25519 + self.seed).decode()}\n"

    @property
    def public(self) -> PublicKey:
        """What others need to check its signatures."""
        return PublicKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The text as a note with this key's signature."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(self.public.id + signature).decode()}\n"


def parted(text: str) -> tuple[str, str, bytes]:
    """Name, key id and bytes of a key's text; BadInput if it is none."""
    name, _, rest = text.partition("+")
    identity, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    if not name or raw[:1] != ED25519 or len(raw) != 1 + KEY_BYTES:
        raise BadInput(f"{text[:40]!r} is no Ed25519 key.", "It has the form name+id+base64.")
    return name, identity, raw[1:]


def text_of(note: str) -> str:
    """What a note says, without the signatures."""
    return note.rpartition("\n\n")[0] + "\n"


def signer(note: str, keys: Iterable[PublicKey]) -> PublicKey | None:
    """The first of the keys that signed the note, or None."""
    text = text_of(note).encode()
    signatures = [line.removeprefix("— ").split(" ") for line in note.rpartition("\n\n")[2].splitlines()]
    for key in keys:
        for name, *encoded in signatures:
            if name == key.name and encoded and is_signature(key, encoded[0], text):
                return key
    return None


def is_signature(key: PublicKey, encoded: str, text: bytes) -> bool:
    """Whether a line of signatures is this key's over the text."""
    try:
        raw = base64.b64decode(encoded, validate=True)
        if raw[:ID_BYTES] != key.id:
            return False
        Ed25519PublicKey.from_public_bytes(key.raw).verify(raw[ID_BYTES:], text)
    except (InvalidSignature, ValueError):
        return False
    return True
