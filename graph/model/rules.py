"""Regimes, their parameters and their rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from graph import words
from graph.model.named import BY_ID, BY_NAME, Named
from graph.record import Many, One, Value, node

if TYPE_CHECKING:
    from graph.model.places import Region


@node("Regime", BY_ID | BY_NAME)
class Regime(Named):
    """适用办法 A regime: the measures that one place has made about its data."""

    documentNumber: Annotated[str | None, Value("文号 Document number.", "{s}.documentNumber")]
    documents: Annotated[list[str], Value("文件 The documents it consists of.", "coalesce({s}.documents, [])")]
    issuedOn: Annotated[date | None, Value("发布日期 Day of issue.", "toString({s}.issuedOn)")]
    effectiveOn: Annotated[date | None, Value("施行日期 Day from which it is in force.", "toString({s}.effectiveOn)")]
    expiresOn: Annotated[date | None, Value("失效日期 Day on which it ends.", "toString({s}.expiresOn)")]
    status: Annotated[str | None, Value("状态 Whether it is in force.", "{s}.status")]
    sourceNote: Annotated[str | None, Value("来源说明 Defects of the source.", "{s}.sourceNote")]
    # (:Regime)-[:APPLIES_IN]->(:Region)
    region: Annotated[
        Region | None, One("适用地区 Where it applies, with what lies below.", "({n})-[:APPLIES_IN]->({m}:Region)")
    ]
    # (:Regime)-[:CONTAINS]->(:Rule)
    rules: Annotated[Rule, Many("条款 Its rules.", "({n})-[:CONTAINS]->({m}:Rule)")]
    # (:Regime)-[:SETS]->(:Parameter)
    parameters: Annotated[
        Parameter, Many("参数 What it sets, and where it is silent.", "({n})-[:SETS]->({m}:Parameter)")
    ]


@node("Parameter", BY_ID | BY_NAME)
class Parameter(Named):
    """参数 One point on which regimes differ: a deadline, a decider, a threshold, with the rule it rests on."""

    value: Annotated[str | None, Value("取值 The value as JSON; null: 本办法未规定, not regulated.", "{s}.value")]
    note: Annotated[str | None, Value("说明 How the text was read.", "{s}.note")]
    isInterpretation: Annotated[
        bool, Value("是否解释 Whether the value is an interpretation.", "coalesce({s}.isInterpretation, false)")
    ]
    # (:Parameter)-[:UNDER]->(:Rule)
    rules: Annotated[Rule, Many("依据条款 The rules that it rests on.", "({n})-[:UNDER]->({m}:Rule)")]


@node("Rule", BY_ID | BY_NAME)
class Rule(Named):
    """条款 A rule: one duty, permission, prohibition, definition or consequence of a regime."""

    document: Annotated[str, Value("文件 Short name of its document.", "{s}.document")]
    article: Annotated[str | None, Value("条 Its article.", "{s}.article")]
    topic: Annotated[str, Value("主题 Its topic code.", "{s}.topic")]
    modality: Annotated[words.Modality, Value("规范性质 What it does.", "{s}.modality")]
    actor: Annotated[str | None, Value("主体 Whom it binds.", "{s}.actor")]
    summary: Annotated[str | None, Value("要点 A reading of it; where it disagrees, the text is right.", "{s}.summary")]
    limit: Annotated[str | None, Value("期限或阈值 Deadline or threshold.", "{s}.limit")]
    evidence: Annotated[str | None, Value("佐证材料 What proves that it was kept.", "{s}.evidence")]
    consequence: Annotated[str | None, Value("后果 What follows if it is broken.", "{s}.consequence")]
    quote: Annotated[str | None, Value("引文 A phrase of the article.", "{s}.quote")]
    isQuoteRepaired: Annotated[
        bool, Value("修复读法 Whether the quote repairs a damaged source.", "coalesce({s}.isQuoteRepaired, false)")
    ]
    text: Annotated[str | None, Value("原文 Text of its article as received; null: cut off.", "{s}.text")]
    isCitable: Annotated[bool, Value("可引用 Whether a verdict may cite it.", "coalesce({s}.isCitable, true)")]
    sourceNote: Annotated[str | None, Value("来源说明 Defects of the source.", "{s}.sourceNote")]
    # (:Regime)-[:CONTAINS]->(:Rule)
    regime: Annotated[Regime | None, One("适用办法 Its regime.", "({n})<-[:CONTAINS]-({m}:Regime)")]
