"""What is true: the graph, its Cypher and its rules. Knows no GraphQL, no HTTP, no tokens.

Read `model` (the vocabulary), then a question (`lineage`, `holders`, `duplicates`, `islands`, `search`, `catalog`, `events`): its
Cypher stands right above the function that asks it, as that of a mutation does in `changes`. `statement` joins selections and
fragments into one statement, `database` runs it, `permissions` says who may see what (`audience` stamps it on nodes, `sight`
works it out for a viewer), `verdicts` what a regime says. `imports`, `load`, `changes` and `revocation` write, each write with
its event in the `trail`; `engine` is the embedded Neo4j.
"""
