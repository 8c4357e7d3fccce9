"""The files with secrets: who may read them, and who may put others there."""

import os
import stat

import pytest

from api.identity import keys
from api.identity.settings import Login
from graph.errors import BadInput


def test_keys_are_made_once_and_only_for_their_owner(tmp_path):
    first = keys.token_key(tmp_path)
    assert keys.token_key(tmp_path).as_dict(private=True) == first.as_dict(private=True)
    folder = tmp_path / "identity"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]
    (folder / "token.jwk").chmod(0o640)
    with pytest.raises(BadInput, match="Others may read"):
        keys.token_key(tmp_path)
    (folder / "token.jwk").chmod(0o600)
    (folder / "token.jwk").write_text("{}")
    with pytest.raises(BadInput, match="not a key"):
        keys.token_key(tmp_path)


def test_a_folder_of_others_stays_as_it_is(tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    folder.chmod(0o755)
    keys.session_key(tmp_path, folder / "session.jwk")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    folder.chmod(0o775)
    with pytest.raises(BadInput, match="replace"):
        keys.session_key(tmp_path, folder / "session.jwk")


def test_a_key_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    keys.token_key(tmp_path)
    if os.geteuid() == 0:
        os.chown(tmp_path / "identity" / "token.jwk", 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(BadInput, match="somebody else"):
        keys.token_key(tmp_path)


def test_of_two_that_make_a_key_at_once_both_use_one(tmp_path):
    made = [keys.OctKey.generate_key(256) for _ in range(2)]
    for each in made:
        keys.create(tmp_path / "identity" / "x.jwk", each)
    assert keys.secret(tmp_path / "identity" / "x.jwk", lambda: made[1]) == made[0]
    assert len(list((tmp_path / "identity").iterdir())) == 1


def test_the_secret_of_the_client_is_not_everybodys(tmp_path):
    file = tmp_path / "secret"
    file.write_text("x\n")
    file.chmod(0o640)
    assert Login(client="web", secret_file=file).secret == file.read_text().strip()
    file.chmod(0o644)
    with pytest.raises(BadInput, match="Others may read"):
        _ = Login(client="web", secret_file=file).secret
