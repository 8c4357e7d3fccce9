"""The one table: medians, ratios, and whether each goal is reached."""

import statistics
from typing import Any

from rich.table import Table

from bench.lineage import Walked
from bench.questions import QUESTIONS
from bench.reading import Reading

LINEAGE = 1.3


def number(value: float | None, digits: int = 2) -> str:
    """A number, or a dash where something was left out."""
    return "–" if value is None else f"{value:,.{digits}f}"


def verdict(*, reached: bool) -> str:
    """Whether a goal is reached."""
    return "[green]reached[/]" if reached else "[red]missed[/]"


def table(read: Reading | None, walked: Walked | None) -> Table:
    """The table of what was measured."""
    made = Table(title="requests a second (medians), and ratios within a round (medians; in brackets the goal)")
    made.add_column("question", no_wrap=True)
    ratios = [f"{over}/{under}" for under in ("apollo", "production") for over in ("ours", "floor")]
    for name in ("ours", "floor", "strawberry", "apollo", "time: ours/floor", *ratios, ""):
        made.add_column(name, justify="right", no_wrap=True)
    for question in QUESTIONS if read else ():
        assert read is not None  # noqa: S101  # the loop is empty without
        medians = [read.median(question.name, server) for server in ("ours", "floor", "strawberry", "apollo")]
        time = read.ratio(question.name, "floor", "ours") or 0.0
        gain = read.ratio(question.name, "ours", "apollo")
        reached = time <= question.to_floor and (gain is None or gain >= question.to_apollo)
        made.add_row(
            question.name,
            *(number(median, 0 if (median or 0) >= 100 else 1) for median in medians),
            f"{number(time)} (≤ {question.to_floor})",
            f"{number(gain)} (≥ {question.to_apollo})",
            number(read.ratio(question.name, "floor", "apollo")),
            number(read.ratio(question.name, "ours", "apollo, production")),
            number(read.ratio(question.name, "floor", "apollo, production")),
            verdict(reached=reached),
        )
    if walked:
        made.add_section()
        for way, floor, words in (("http", "floor", "over HTTP"), ("inside", "bare", "in process")):
            for part, name in ((0.5, "p50"), (0.95, "p95")):
                ours, bare = walked.percentile(way, part), walked.percentile(floor, part)
                made.add_row(
                    f"lineage {name}, {words}",
                    f"{ours:.1f} ms",
                    f"{bare:.1f} ms",
                    *("–", "–", f"{ours / bare:.2f} (≤ {LINEAGE})", *"––––"),
                    verdict(reached=ours / bare <= LINEAGE),
                )
        made.caption = (
            f"lineage: floor is the bare statement, over HTTP or in process; {len(walked.nodes)} starts, "
            f"{statistics.median(walked.nodes):,.0f} nodes (most {max(walked.nodes):,}), "
            f"{statistics.median(walked.edges):,.0f} flows (most {max(walked.edges):,})"
        )
    return made


def facts(read: Reading | None, walked: Walked | None) -> dict[str, Any]:
    """Every number."""
    found: dict[str, Any] = {}
    if read:
        found["requestsPerSecond"] = {question: dict(servers) for question, servers in read.rates.items()}
    if walked:
        found["lineage"] = {"milliseconds": walked.times, "nodes": walked.nodes, "edges": walked.edges}
    return found
