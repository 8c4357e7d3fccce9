"""How much one import may be: one file is one transaction, and both must fit into memory."""

from dataclasses import dataclass

from graph.errors import ImportRefused


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file; beyond them it is refused before anything is written."""

    file_bytes: int = 512 * 2**20
    unpacked_bytes: int = 256 * 2**20
    rows: int = 50_000
    columns: int = 500
    cell_characters: int = 131_072
    cells: int = 5_000_000
    lines: int = 1_048_576
    """Lines of a text or rows of a sheet, blank ones too: as many as Excel has."""
    header_characters: int = 1_000


def too_large(name: str, what: str, limit: str) -> ImportRefused:
    """The refusal of a file beyond a limit."""
    return ImportRefused(
        f"{name}: {what} 超过上限 is more than {limit}.", "拆成几个文件分别导入 Split the file and import the parts."
    )
