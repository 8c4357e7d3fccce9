"""What the docs show is what the service says."""

import json
import re
from pathlib import Path

import pytest

from api.answer import Request
from api.identity.settings import read as read_providers
from graph.permissions import LOCAL

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```graphql\n(.*?)```(?:\s*```json\n(.*?)```)?", re.DOTALL)
EXAMPLES = [(page.name, *found) for page in PAGES for found in BLOCK.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "document", "answer"), EXAMPLES)
async def test_an_example_is_answered_as_shown(answerer, page, document, answer):
    body = json.loads((await answerer.answer(Request(document), LOCAL)).body)
    assert "errors" not in body
    assert all(body["data"].values()), f"an example of {page} finds nothing"
    if answer:
        assert body == json.loads(answer)


def test_the_examples_are_found():
    assert {page for page, _, _ in EXAMPLES} >= {"README.md", "questions.md"}


def test_readme_names_commands_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", "".join(page.read_text(encoding="utf-8") for page in PAGES)))
    assert named <= targets


def test_every_variable_of_the_settings_is_documented():
    sources = [ROOT / "api" / "settings.py", ROOT / "api" / "door" / "options.py"]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    read = set(re.findall(r"\"((?:YUANLIU|NEO4J)_[A-Z0-9_]+)\"", text))
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert read
    assert all(name in documented for name in read)


def test_the_provider_file_that_is_shown_is_read(tmp_path):
    [shown] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "identity.md").read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "identity.toml"
    file.write_text(shown, encoding="utf-8")
    assert read_providers(file).issuers["gov"].login.secret_file == Path("/etc/yuanliu/secret")


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
