"""What a regime says, by table: every parameter value against every kind of fact."""

import json

import pytest

from graph.verdicts import NO_REGIME, SILENT, Parameter, collecting, providing, standing_alone
from graph.words import Regulated

F, E, A, N = Regulated.FORBIDDEN, Regulated.EXCEPTED, Regulated.ALLOWED, Regulated.NOT_REGULATED


def sets(**value):
    return Parameter.of([json.dumps(value), "how it was read"])


NONE, QUIET, QUIET_WITH_NOTE = Parameter.of(None), Parameter.of([None, None]), Parameter.of([None, "why"])
STRICT = sets(prohibited=True, exceptLegalBasis=False)
LENIENT = sets(prohibited=True, exceptLegalBasis=True)
FREE = sets(prohibited=False, exceptLegalBasis=False)
JOIN = sets(required=True, exceptNationalRequirement=False)
JOIN_UNLESS = sets(required=True, exceptNationalRequirement=True)
NEED_NOT = sets(required=False, exceptNationalRequirement=False)


@pytest.mark.parametrize(
    ("parameter", "collectors", "source", "regulated"),
    [
        (NONE, "ab", None, N), (QUIET, "ab", None, N), (FREE, "ab", None, A),
        # Small letters have no legal basis, capitals have one.
        (STRICT, "ab", None, F), (STRICT, "aB", "a", F), (STRICT, "AB", None, F),
        (LENIENT, "ab", None, F), (LENIENT, "aB", None, E), (LENIENT, "AB", None, E), (LENIENT, "aB", "a", E),
        (LENIENT, "ab", "a", F),
        (LENIENT, "aBc", "a", F), (LENIENT, "aBC", "a", E), (LENIENT, "ABC", "z", E), (LENIENT, "aBC", "z", E),
        (LENIENT, "abC", "z", F),
        # The source has a basis of its own; the one without is one too many beside it.
        (LENIENT, "Ab", "A", F), (LENIENT, "aa", None, E),
    ],
)  # fmt: skip
def test_collecting(parameter, collectors, source, regulated):
    facts = [(each, "law" if each.isupper() else None) for each in collectors]
    assert collecting(parameter, facts, source).regulated is regulated


@pytest.mark.parametrize(
    ("parameter", "source", "regulated"),
    [(NONE, None, N), (NONE, "a", N), (QUIET, None, N), (QUIET, "a", N), (sets(x=1), "a", A), (sets(x=1), None, F)],
)
def test_providing(parameter, source, regulated):
    assert providing(parameter, source).regulated is regulated


@pytest.mark.parametrize(
    ("parameter", "bases", "regulated"),
    [
        (NONE, [None], N), (QUIET, [None], N), (NEED_NOT, [None], N), (NEED_NOT, ["law"], N),
        (JOIN, [None], F), (JOIN, ["law"], F), (JOIN_UNLESS, [None], F), (JOIN_UNLESS, ["law"], E),
        (JOIN_UNLESS, ["law", None], F), (JOIN_UNLESS, ["law", "law"], E), (JOIN_UNLESS, [""], F),
    ],
)  # fmt: skip
def test_standing_alone(parameter, bases, regulated):
    assert standing_alone(parameter, bases).regulated is regulated


def test_silence_is_said_and_never_filled():
    assert collecting(NONE, [], None).note == NO_REGIME
    assert providing(QUIET, None).note == standing_alone(QUIET, [None]).note == SILENT
    assert collecting(QUIET_WITH_NOTE, [], None).note == "why"
    assert standing_alone(JOIN, [None]).note == "how it was read"
