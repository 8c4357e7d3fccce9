"""The command `yuanliu`.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 an import asks something, 4 rows were rejected, 5 their file cannot be written.
"""

import sys

import typer
from rich.markup import escape

from api.cli import asking, auditing, demo, engine, importing, serving, token
from api.cli.console import errors
from api.request import begin_request
from api.schema import sdl
from graph.errors import GraphError

app = typer.Typer(
    help="源流 A catalog of what a government knows: who holds what, where it came from, what repeats, what stands alone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(asking.app, name="ask")
app.add_typer(auditing.app, name="audit")
app.add_typer(engine.app, name="db")
app.command("import")(importing.import_files)
app.command("serve")(serving.serve)
app.command("token")(token.token)
app.command("revoke")(token.revoke_subject)
app.command("demo")(demo.demo)


@app.command("schema")
def schema() -> None:
    """Print the GraphQL schema."""
    sys.stdout.write(sdl())


def main() -> None:
    """Run the command, which is one request to the trail; an error is one message with its cure."""
    begin_request()
    try:
        app()
    except GraphError as error:
        errors.print(f"[bold red]错误[/] {escape(error.message)}", highlight=False)
        if error.cure:
            errors.print(f"[green]→[/] {escape(error.cure)}", highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
