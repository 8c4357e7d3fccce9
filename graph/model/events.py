"""The trail: what was done, by whom, when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from graph import words
from graph.model.named import BY_ID, Named
from graph.record import Id, Order, Value, node

BY_TIME = {
    "AT_DESC": Order("最近在前 Latest first.", "sortAt", descending=True),
    "AT_ASC": Order("最早在前 Earliest first.", "sortAt"),
}


@node("Event", BY_TIME | BY_ID)
class Event(Named):
    """留痕 An event: something that was done, in a log that nobody can alter unseen (docs/trail.md)."""

    name: Annotated[str, Value("名称 What was done.", "{n}.action")]
    action: Annotated[words.Action, Value("操作 What was done.", "{n}.action")]
    at: Annotated[datetime, Value("时间 When it became known to the catalog.", "toString({n}.at)")]
    actor: Annotated[str, Value("操作人 Who did it: issuer and subject, empty for the public.", "{n}.actor")]
    department: Annotated[str, Value("操作部门 Id of the actor's department; empty: none.", "{n}.department")]
    onBehalfOf: Annotated[str, Value("代表 On whose behalf a machine did it; empty: its own.", "{n}.onBehalfOf")]
    request: Annotated[str, Value("请求标识 Id of the request.", "{n}.request")]
    targets: Annotated[list[str], Value("对象 Ids of what it was done to.", "{n}.targets")]
    log: Annotated[Id, Value("日志 The log in which it stands: its department's, or the system's.", "{n}.log")]
    seq: Annotated[int, Value("序号 Its place in the log, from 0.", "{n}.seq")]
    hash: Annotated[str, Value("哈希 Leaf hash of the payload (RFC 6962), in hexadecimal.", "{n}.hash")]
    previous: Annotated[str, Value("前一哈希 Hash of the event before it; empty for the first.", "{n}.previous")]
    payload: Annotated[
        str, Value("原文 All that it says, before and after included: canonical JSON (RFC 8785).", "{n}.payload")
    ]
