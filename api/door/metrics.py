"""What the service counts, for Prometheus, on a listener of its own; no label names a thing, a person or a question.

Requests are counted by hand: the library's own counters cost a point read ten times as much.
"""

import time
from bisect import bisect_left
from collections.abc import Iterator
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from graph.lanes import Lanes  # noqa: TC001
from graph.trail.sealing import Sealed  # noqa: TC001

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Tally(Collector):
    """Requests by status or by route and status, how long they took, and how full the lanes of the databases are."""

    def __init__(self) -> None:
        self.statuses: dict[int, int] = {}
        self.routes: dict[tuple[str, int], int] = {}
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.lanes: list[Lanes] = []
        self.sealed: Sealed | None = None

    def count(self, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def count_route(self, route: str, status: int) -> None:
        """Count one answered request that is not for GraphQL."""
        self.routes[route, status] = self.routes.get((route, status), 0) + 1

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        requests = CounterMetricFamily("yuanliu_requests", "GraphQL requests by status", labels=["status"])
        for status, number in sorted(self.statuses.copy().items()):
            requests.add_metric([str(status)], number)
        yield requests
        others = CounterMetricFamily(
            "yuanliu_other_requests", "Requests of other routes by status", labels=["route", "status"]
        )
        for (route, status), number in sorted(self.routes.copy().items()):
            others.add_metric([route, str(status)], number)
        yield others
        below: list[tuple[str, float]] = []
        total = 0
        for bound, number in zip((*map(str, BOUNDS), "+Inf"), self.buckets, strict=True):
            total += number
            below.append((bound, float(total)))
        yield HistogramMetricFamily(
            "yuanliu_request_seconds", "Time to answer a GraphQL request", list(below), self.seconds
        )
        running = GaugeMetricFamily("yuanliu_statements_running", "Statements under way by lane", labels=["lane"])
        waiting = GaugeMetricFamily("yuanliu_statements_waiting", "Questions that wait for a turn", labels=["lane"])
        refused = CounterMetricFamily("yuanliu_statements_refused", "Questions that got no turn", labels=["lane"])
        for lane in [lane for lanes in self.lanes for lane in lanes.by_name.values()]:
            running.add_metric([lane.name], lane.running)
            waiting.add_metric([lane.name], len(lane.waiting))
            refused.add_metric([lane.name], lane.refused)
        yield from (running, waiting, refused)
        if self.sealed is not None:
            age = time.monotonic() - self.sealed.at
            yield GaugeMetricFamily("yuanliu_unsealed_seconds", "Since a checkpoint covered every event", age)


TALLY = Tally()
REGISTRY.register(TALLY)
count = TALLY.count


def listen(host: str, port: int) -> WSGIServer:
    """Serve the metrics in a thread; OSError if the address cannot be used. `shutdown` ends it."""
    server, _ = start_http_server(port, host)
    return server
