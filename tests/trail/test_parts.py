"""The pure parts against definitions written elsewhere: RFC 8785 by its own library, RFC 6962 by its recursion."""

import base64
import hashlib
from datetime import UTC, date, datetime

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadInput
from graph.trail import merkle
from graph.trail.canonical import EXACT, canonical
from graph.trail.notes import PrivateKey, PublicKey, signer, text_of
from graph.words import Action

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-EXACT, EXACT) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_what_json_has_no_exact_form_for_becomes_text():
    when = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    value = {"big": 2**53, "share": 0.1, "day": date(2026, 1, 2), "at": when, "word": Action.LOGIN, "pair": (1, True)}
    assert canonical(value) == (
        b'{"at":"2026-11-22T08:30:00+00:00","big":"9007199254740992","day":"2026-01-02","pair":[1,true],"share":"0.1",'
        b'"word":"LOGIN"}'
    )
    with pytest.raises(TypeError):
        canonical({"raw": b"bytes"})


def tree(leaves):
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), tree(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree(leaves[:k])]


def test_roots_and_audit_paths_are_those_of_rfc_6962():
    leaves = [bytes([number]) for number in range(66)]
    frontier, subtrees = [], {}
    for size, data in enumerate(leaves):
        assert merkle.root(frontier) == tree(leaves[:size])
        hashed = merkle.leaf(data)
        for height, completed in enumerate([hashed, *merkle.append(frontier, size, hashed)]):
            subtrees[height, size] = completed
    for size in range(1, len(leaves)):
        root = tree(leaves[:size])
        for index in range(size):
            steps = merkle.siblings(index, size)
            found = [merkle.root([subtrees[place] for place in merkle.complete(*step)]) for step in steps]
            assert found == path(index, leaves[:size])
            assert merkle.root_from(found, index, size, merkle.leaf(leaves[index])) == root
            assert merkle.root_from(found, index, size, merkle.leaf(b"other")) != root
            assert merkle.root_from([*found, root], index, size, merkle.leaf(leaves[index])) is None
    assert merkle.root_from([], 1, 1, merkle.leaf(b"")) is None


def test_a_note_is_signed_as_c2sp_says():
    key = PrivateKey.new("yuanliu/abc")
    note = key.sign("yuanliu/abc\n3\nroot\n")
    text, _, signature = note.partition("\n\n")
    assert text == "yuanliu/abc\n3\nroot"
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    assert (dash, name) == ("—", "yuanliu/abc")
    raw = base64.b64decode(encoded)
    public = Ed25519PublicKey.from_public_bytes(key.public.raw)
    assert raw[:4] == hashlib.sha256(b"yuanliu/abc\n\x01" + key.public.raw).digest()[:4]
    public.verify(raw[4:], (text + "\n").encode())
    assert text_of(note) == text + "\n"
    assert signer(note, [PrivateKey.new("yuanliu/abc").public, key.public]) == key.public
    for altered in (
        note.replace("3", "4", 1),
        note.replace("— yuanliu/abc", "— yuanliu/abd"),
        text + "\n",
        "",
        "\n\n— x",
    ):
        assert signer(altered, [key.public]) is None


def test_keys_are_read_as_they_are_written():
    key = PrivateKey.new("yuanliu/abc")
    assert PrivateKey.read(key.written()) == key
    assert PublicKey.read(str(key.public)) == key.public
    assert key.seed.hex() not in repr(key)
    name, identity, rest = str(key.public).split("+", 2)
    for damaged in ("", "x", f"{name}+{identity}+AAAA", f"{name}+00000000+{rest}", f"other+{identity}+{rest}"):
        with pytest.raises(BadInput):
            PublicKey.read(damaged)
    with pytest.raises(BadInput):
        PrivateKey.read(str(key.public))
