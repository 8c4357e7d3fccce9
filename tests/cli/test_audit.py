"""`yuanliu audit` through the life of a catalog: signed, exported, witnessed, restored from an old copy, rotated."""

import json

from graph.trail.files import EVENTS
from graph.trail.notes import text_of

from .conftest import ROWS, catalog_file


def test_an_old_copy_that_is_restored_is_found_and_gone_on_from(yuanliu, home, tmp_path):
    def told(*words, code=0):
        done = yuanliu("audit", *words)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def imported(rows):
        words = ("--source", "测试", "--region", "410300")
        assert yuanliu("import", str(catalog_file(tmp_path, rows)), *words).returncode == 0

    imported(ROWS[:1])
    first = told("checkpoint")
    assert "number 1\n" in text_of(first)
    [key] = (home / "trail" / "public").read_text().split()
    assert yuanliu("db", "dump", str(tmp_path / "copy")).returncode == 0

    imported(ROWS)
    told("checkpoint")
    told("export", str(tmp_path / "one"))
    (tmp_path / "one" / "public").write_text("")
    sound = json.loads(told("verify", str(tmp_path / "one"), "--key", key, "--json"))
    assert (sound["sound"], sound["checkpoints"], sound["logs"]) == (True, 2, 1)
    assert sound["covered"] == sound["events"] - 1, "the event of the export itself came after the checkpoint"
    state = str(tmp_path / "seen.ndjson")
    told("witness", str(tmp_path / "one"), "--state", state, "--key", key)
    assert "--key" in yuanliu("audit", "verify", str(tmp_path / "one")).stderr

    assert yuanliu("db", "load", str(tmp_path / "copy"), "--replace").returncode == 0
    found = json.loads(told("verify", "--json", code=1))
    assert any("an older copy of it was restored" in fault for fault in found["faults"])
    assert any("but checkpoint 2 covers" in fault for fault in found["faults"])
    refused = yuanliu("audit", "checkpoint")
    assert refused.returncode == 1
    assert "--restored" in refused.stderr
    told("export", str(tmp_path / "two"))
    told("witness", str(tmp_path / "two"), "--state", state, "--key", key, code=1)
    events = (tmp_path / "two" / EVENTS).read_text()
    assert "db load" in events
    assert "db dump" in (tmp_path / "one" / EVENTS).read_text()
    assert r"\"request\":\"\"" not in events

    gone_on = told("checkpoint", "--restored", "--yes")
    assert "number 3\n" in gone_on
    assert "restored 1\n" in gone_on
    told("checkpoint", "--rotate")
    assert len((home / "trail" / "public").read_text().split()) == 2
    imported(ROWS)
    told("checkpoint")
    told("export", str(tmp_path / "three"))
    told("verify", str(tmp_path / "three"), "--key", key, "--witnessed", state, code=1)
    words = ("--key", key, "--witnessed", state, "--lost", "2", "--json")
    found = json.loads(told("verify", str(tmp_path / "three"), *words))
    assert found["sound"], found
    assert found["remarks"] == ["Checkpoint 2 covers events that were lost when an older copy was restored."]
    assert found["lastCheckpoint"]["number"] == 5
    text = told("verify")
    assert "nothing is wrong" in text


def test_a_key_that_is_none_is_refused(yuanliu, tmp_path):
    done = yuanliu("audit", "verify", str(tmp_path), "--key", "abc")
    assert (done.returncode, "is no Ed25519 key" in done.stderr) == (1, True)
    done = yuanliu("audit", "checkpoint", "--rotate", "--lost")
    assert "Only one of" in done.stderr
