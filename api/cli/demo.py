"""`yuanliu demo`: from nothing to the answers, in a home of its own; leaves nothing running."""

import asyncio
import json
import socket
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import uvicorn
from rich.panel import Panel

from api.app import create_app
from api.cli.console import errors, output, running
from api.cli.documents import ASK_DUPLICATES, ASK_HOLDERS, ASK_ISLANDS, ASK_LINEAGE, Document
from api.cli.serving import prepared
from api.door.server import listening
from api.identity.local import issued, person
from api.settings import Settings
from graph import engine
from graph.database import Address
from graph.errors import EngineError

LOCAL = build_opener(ProxyHandler({}))
MADE_UP = "[magenta]虚构数据 made-up data[/]"
REAL = "[cyan]真实数据 real data[/]"


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the demo: what is asked, of which data, and how."""

    title: str
    about: str
    document: Document
    variables: dict[str, Any]


STEPS = (
    Step(
        "从哪里来 Where does this come from?",
        f"{MADE_UP}: 示例县 a made-up county",
        ASK_LINEAGE,
        {"of": "Resource:410299/DS003", "direction": "UPSTREAM", "hops": 3},
    ),
    Step(
        "从哪里来 Where does this come from?",
        f"{REAL}: NYC city planning, dbt lineage (MIT)",
        ASK_LINEAGE,
        {"of": "Resource:US-NYC/historic_landmarks", "direction": "BOTH", "hops": 2},
    ),
    Step("谁持有 Who holds it?", f"{MADE_UP}: 示例县", ASK_HOLDERS, {"of": "Resource:410299/MZ001"}),
    Step(
        "谁在重复采集 What do several departments collect or provide?",
        f"{MADE_UP}: 示例县, under the regime of Kaifeng",
        ASK_DUPLICATES,
        {"region": "Region:410299", "first": 8},
    ),
    Step(
        "谁在重复提供 What do several departments provide?",
        f"{REAL}: Hainan's open catalog (CNPDS, Apache-2.0); no seeded regime applies there",
        ASK_DUPLICATES,
        {"region": "Region:460000", "first": 5},
    ),
    Step(
        "哪些系统是孤岛 Which systems stand alone?",
        f"{MADE_UP}: 示例县, under the regime of Kaifeng",
        ASK_ISLANDS,
        {"region": "Region:410299", "first": 10},
    ),
    Step(
        "哪些系统是孤岛 Which systems stand alone?",
        f"{REAL}: Estonia's register RIHA (CC BY-SA 3.0 EE); where it does not say that a system joined X-Road, it may have",
        ASK_ISLANDS,
        {"region": "Region:EE", "first": 5},
    ),
)
NEXT = """yuanliu serve --sample          GraphiQL in the browser, with the same data
yuanliu ask search 人口          find things and their ids
yuanliu import YOUR.xlsx --dry-run   what an import of your catalog would do
make test                        the whole suite on a real Neo4j"""


def demo() -> None:
    """Load seeds and real catalogs into a database of its own and answer the three questions over HTTP."""
    settings = Settings.read()
    settings = replace(settings, home=settings.home / "demo", address=None)
    with running(settings.installation) as address:
        with errors.status("装载 loading the seeds and importing real catalogs…"):
            asyncio.run(prepared(settings, address, "127.0.0.1", 0, sample=True))
        # Two at a time: a database that has just started spends its time on planning, which it can do side by side.
        token = issued(settings.home, person())
        with served(settings, address) as url, ThreadPoolExecutor(2) as pool:
            for step, data in zip(STEPS, pool.map(partial(ask, url=url, token=token), STEPS), strict=True):
                show(step, url, data)
    with errors.status("为下次启动做准备 making the next start faster…"):
        engine.finish(settings.installation)
    output.print(Panel(NEXT, title="接下来 What to try next", title_align="left", expand=False))


@contextmanager
def served(settings: Settings, address: Address) -> Generator[str]:
    """The service on a free port while the block runs; EngineError if it does not come up."""
    bound = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(settings, address), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    try:
        wait(bound)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/graphql"
    finally:
        server.should_exit = True
        thread.join(10)


def wait(bound: socket.socket) -> None:
    """Until the service says that it is ready."""
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/ready"
    with LOCAL.open(url, timeout=30) as response:
        if response.status != 200:  # noqa: PLR2004
            raise EngineError("The service did not get ready.", "Run `yuanliu serve` to see why.")


def ask(step: Step, url: str, token: str) -> Any:
    """The data of the answer to one question, over HTTP; EngineError if it failed."""
    body = json.dumps({"query": step.document.text, "variables": step.variables}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = Request(url, body, headers)  # noqa: S310  # our own loopback address
    with LOCAL.open(request, timeout=60) as response:
        answer = json.load(response)
    if "errors" in answer:
        raise EngineError(f"The question failed: {answer['errors'][0]['message']}")
    return answer["data"]


def show(step: Step, url: str, data: Any) -> None:
    """Print what was sent and what came back."""
    output.rule(f"[bold]{step.title}[/]", align="left")
    output.print(f"来自 from {step.about}")
    output.print(f"POST {url}", style="dim", highlight=False)
    output.print(step.document.text, style="dim", highlight=False)
    output.print(f"variables {json.dumps(step.variables, ensure_ascii=False)}", style="dim", highlight=False)
    output.print(step.document.table(data))
