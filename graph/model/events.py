"""The trail: what was done, by whom, when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from graph import words
from graph.model.named import BY_ID, Named
from graph.record import Given, Id, Order, Value, answer, node

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
    inclusionProof: Annotated[
        InclusionProof | None,
        Given(
            "包含证明 Proof that it stands under the checkpoint; null: none covers it yet. Only where one event is asked for."
        ),
    ]
    checkpoint: Annotated[
        Checkpoint | None,
        Given("检查点 The last checkpoint, where it covers this event. Only where one event is asked for."),
    ]


@answer("InclusionProof")
class InclusionProof:
    """包含证明 Two audit paths (RFC 6962): from the event to the root of its log, and from there to the signed root."""

    index: Annotated[int, Given("叶序号 Number of the leaf in the log, from 0.")]
    size: Annotated[int, Given("日志大小 How many events of the log the checkpoint covers.")]
    root: Annotated[str, Given("日志根 Root of those events, in hexadecimal.")]
    path: Annotated[list[str], Given("路径 Hashes beside the way from the leaf to that root, nearest first.")]
    line: Annotated[int, Given("行号 Number of the line (log, size, root) in the checkpoint's list, from 0.")]
    lines: Annotated[int, Given("行数 How many lines the list has.")]
    listPath: Annotated[list[str], Given("名单路径 Hashes beside the way from the line to the root that is signed.")]


@answer("Checkpoint")
class Checkpoint:
    """检查点 A signed statement about all logs at one moment."""

    number: Annotated[int, Given("编号 Its place among the checkpoints, from 1.")]
    at: Annotated[datetime, Given("时间 When it was written.")]
    note: Annotated[str, Given("签名声明 The signed note (C2SP): its text, and the signature under it.")]
