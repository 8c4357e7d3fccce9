"""Persisted documents: those that a client may ask by the hash of their text alone."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from graph.errors import BadInput

PREFIX = "sha256:"
EVERYONE = "everyone"
ONLY = ("", "public", EVERYONE)
"""Who may ask nothing but persisted documents."""


def read_documents(path: Path) -> Mapping[str, str]:
    """The documents of a file, a JSON object of texts by `sha256:<hex>` (the prefix may be missing), as code generators write.

    BadInput if it cannot be read, or if a text is not that of its hash.
    """
    try:
        given = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError) as error:
        raise BadInput(
            f"The persisted documents {path} cannot be read: {error}.", "Write a JSON object of texts by their SHA-256."
        ) from error
    documents: dict[str, str] = {}
    for key, text in given.items():
        id = PREFIX + hashlib.sha256(text.encode()).hexdigest()
        if key.removeprefix(PREFIX).lower() != id.removeprefix(PREFIX):
            raise BadInput(f"The persisted document {key} is not the text of this hash.", f"Its id is {id}.")
        documents[id] = text
    return documents
