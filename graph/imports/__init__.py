"""Import of catalogs: files as portals and departments have them, into the graph.

`plan` reads a file and decides its columns; `apply` writes it, all of it at one instant, or says what that would do.
"""

from graph.imports.apply import Allow, Progress, apply, known_regions
from graph.imports.headers import Column
from graph.imports.limits import Limits
from graph.imports.places import RegionName
from graph.imports.reading import Options, Reading, plan
from graph.imports.report import Question, Rejection, Report, Tally

__all__ = [
    "Allow",
    "Column",
    "Limits",
    "Options",
    "Progress",
    "Question",
    "Reading",
    "RegionName",
    "Rejection",
    "Report",
    "Tally",
    "apply",
    "known_regions",
    "plan",
]
