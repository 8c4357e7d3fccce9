"""What a regime says about a fact: pure rules over the regime's parameters. Silence is never filled with another's value."""

import json
from dataclasses import dataclass
from typing import Any

from graph.words import Regulated

SILENT = "本办法未规定。"
NO_REGIME = "没有适用的办法。"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said, and how it was read."""

    regulated: Regulated
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as a regime sets it: whether a regime applies at all, the value (None: silent) and the reading."""

    applies: bool
    value: Any
    note: str | None

    @classmethod
    def of(cls, row: list[Any] | None) -> "Parameter":
        """From `[value as JSON, note]`; None where no regime applies."""
        if row is None:
            return cls(applies=False, value=None, note=None)
        return cls(applies=True, value=None if row[0] is None else json.loads(row[0]), note=row[1])

    @property
    def silence(self) -> Verdict | None:
        """The verdict where nothing is regulated, or None where something is."""
        if not self.applies:
            return Verdict(Regulated.NOT_REGULATED, NO_REGIME)
        return Verdict(Regulated.NOT_REGULATED, self.note or SILENT) if self.value is None else None


def collecting(parameter: Parameter, collectors: list[tuple[str, str | None]], source: str | None) -> Verdict:
    """Several departments collect the same datum (`collection.duplicate`: KF-SHARE-16b, LN-15a, XY-SHARE-12a).

    `collectors` are (department, legal basis); `source` is the department with the authority. One department may collect:
    the source, or the only one without a basis. Where the regime excepts what law or regulation provides, every other one
    needs a basis.
    """
    if parameter.silence:
        return parameter.silence
    if not parameter.value["prohibited"]:
        return Verdict(Regulated.ALLOWED, parameter.note)
    without = {department for department, basis in collectors if not basis} - {source}
    is_source_collecting = any(department == source for department, _ in collectors)
    if parameter.value["exceptLegalBasis"] and len(without) <= (0 if is_source_collecting else 1):
        return Verdict(Regulated.EXCEPTED, parameter.note)
    return Verdict(Regulated.FORBIDDEN, parameter.note)


def providing(parameter: Parameter, source: str | None) -> Verdict:
    """Several departments provide the same datum (`provision.oneSource`: KF-SHARE-5(3), LN-6, XY-SHARE-4(1)).

    One datum has one source: where that is named the others hold copies, where it is not the principle is not kept.
    """
    if parameter.silence:
        return parameter.silence
    if source is not None:
        return Verdict(Regulated.ALLOWED, "已明确数源部门，其他部门所提供的视为副本。")
    return Verdict(Regulated.FORBIDDEN, "一数一源是原则性规定，本办法未设罚则；尚未明确数源部门。")


def standing_alone(parameter: Parameter, bases: list[str | None]) -> Verdict:
    """Systems stand alone (`exchange.joinPlatform`: LH-17b, KF-SHARE-9b, LN-14d, TY-25, XY-SHARE-7).

    `bases` are the systems' recorded bases for standing alone; all of them need one where the regime excepts such systems.
    """
    if parameter.silence:
        return parameter.silence
    if not parameter.value["required"]:
        return Verdict(Regulated.NOT_REGULATED, parameter.note)
    if parameter.value["exceptNationalRequirement"] and all(bases):
        return Verdict(Regulated.EXCEPTED, parameter.note)
    return Verdict(Regulated.FORBIDDEN, parameter.note)
