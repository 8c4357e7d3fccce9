"""The regime that applies in a region, what it sets on one point, and the basis that every verdict carries."""

from datetime import date
from typing import LiteralString

from graph.computed import Nodes
from graph.questions import Put, one
from graph.sight import Sight
from graph.statement import Composer
from graph.verdicts import Verdict

# The nearest regime at or above the region `r`, and its parameter; `parameter` is null where no regime applies.
APPLYING: LiteralString = """
WITH *, head(COLLECT { MATCH p = (r)-[:WITHIN*0..6]->(:Region)<-[:APPLIES_IN]-(g:Regime)
  WHERE <visible g> RETURN g ORDER BY length(p), g.id LIMIT 1 }) AS regime
WITH *, head(COLLECT { MATCH (regime)-[:SETS]->(p:Parameter {name: <name>}) WHERE <visible p> RETURN p }) AS point
WITH *, CASE WHEN regime IS NULL THEN null ELSE [point.value, point.note] END AS parameter,
  COLLECT { MATCH (point)-[:UNDER]->(u:Rule) WHERE <visible u> RETURN u ORDER BY u.id } AS rules
"""

SOURCES = {
    "Basis.regime": Nodes("CASE WHEN regime IS NULL THEN [] ELSE [regime] END", ("Regime",)),
    "Basis.rules": Nodes("rules", ("Rule",), is_one=False),
}


def applying(composer: Composer, name: LiteralString) -> LiteralString:
    """The clauses that find, for the region `r`, `regime`, `parameter` and `rules`; `name` is the parameter's, as Cypher."""
    found = APPLYING.replace("<name>", name).replace("<visible g>", composer.visible("Regime", "g"))
    found = found.replace("<visible p>", composer.visible("Parameter", "p"))
    return found.replace("<visible u>", composer.visible("Rule", "u"))


def basis(verdict: Verdict, facts: list[str], node: Put, on: date, known_at: str, sight: Sight) -> Put:
    """The basis of a verdict for one who has this sight; `node` holds the regime and the rules."""
    row = {
        "regulated": verdict.regulated,
        "regime": node,
        "rules": node,
        "facts": facts,
        "note": verdict.note,
        "on": on.isoformat(),
        "knownAt": known_at,
        "scope": sight.scope,
    }
    return one("Basis", row)
