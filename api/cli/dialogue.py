"""The questions of an import, put to the person at the terminal."""

import sys
from collections.abc import Sequence
from dataclasses import replace

import typer

from api.cli.console import errors
from graph.errors import BadInput
from graph.imports import Options, Question, Reading, RegionName, plan

YES = ("y", "yes", "是")
NO = ("n", "no", "否")


def answered(reading: Reading, regions: Sequence[RegionName]) -> Reading:
    """The reading with its questions put to the person at the terminal; without one they stay open."""
    while reading.questions and sys.stdin.isatty():
        reading = with_answer(reading, reading.questions[0], regions)
    return reading


def with_answer(reading: Reading, question: Question, regions: Sequence[RegionName]) -> Reading:
    """The reading once a question is answered; an answer that cannot be used is asked for again."""
    errors.print(question.text, markup=False, highlight=False)
    while True:
        try:
            return plan(reading.path, answer(reading.options, question), regions, reading)
        except BadInput as error:
            errors.print(f"{error.message} {error.cure}", style="yellow", markup=False, highlight=False)


def answer(options: Options, question: Question) -> Options:
    """The options with what the person says to a question."""
    if question.about == "SOURCE":
        return replace(options, source=asked("来源 source"))
    if question.about == "REGION":
        return replace(options, region=asked("行政区划代码 region code"))
    if question.header is None:
        return replace(options, mapping={**options.mapping, asked("列的表头 header of the column"): "name"})
    [candidate] = question.candidates
    said = asked(f"{question.header} (y 是 yes, n 原样保留 keep it as it is, 或别的字段 or another field)", candidate)
    field = candidate if said.lower() in YES else "" if said.lower() in NO else said
    return replace(options, mapping={**options.mapping, question.header: field})


def asked(text: str, default: str | None = None) -> str:
    """What the person types; Enter alone takes the default, or is asked again where there is none."""
    return str(typer.prompt(text, default=default, err=True)).strip()
