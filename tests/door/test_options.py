"""How the door is set: what is wrong in the environment is said, and by which variable."""

import pytest

from api.door.options import Door
from graph.errors import BadInput


@pytest.mark.parametrize(("name", "value"), [
    ("YUANLIU_METRICS", "127.0.0.1:94640"), ("YUANLIU_METRICS", "9464a"), ("YUANLIU_LOG", "ALL"),
    ("YUANLIU_PUBLIC_INTROSPECTION", "true"), ("YUANLIU_REQUEST_SECONDS", "0"), ("YUANLIU_REQUEST_SECONDS", "nan"),
    ("YUANLIU_RATE", "-1"), ("YUANLIU_STATEMENTS", "64,16"), ("YUANLIU_STATEMENTS", "0,1,1"),
    ("YUANLIU_PROXIES", "0.0.0.0/0"), ("YUANLIU_DOCUMENTS_ONLY", "public"),
])  # fmt: skip
def test_what_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(BadInput, match=name) as refused:
        Door.read({name: value})
    assert refused.value.cure


def test_what_is_said_is_taken():
    door = Door.read({"YUANLIU_METRICS": "[::1]:9464", "YUANLIU_LOG": "all", "YUANLIU_PUBLIC_INTROSPECTION": "1"})
    assert (door.metrics, door.logs_all, door.tells_schema) == (("::1", 9464), True, True)
    assert (Door.read({}).logs_all, Door.read({}).tells_schema) == (False, False)
