# Everything installs itself: Python 3.11+, git and make are enough.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup demo serve test test-keycloak test-lts soak check bench schema

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/installed ## Install into .venv, from the lock file

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## From nothing to the answers to the three questions
	$(BIN)/yuanliu demo

serve: setup ## The service with GraphiQL at /graphql
	$(BIN)/yuanliu serve

test: setup ## The whole suite against a real Neo4j
	$(BIN)/python -m pytest

test-keycloak: setup ## Identity against Keycloak, on the same JRE (175 MB, a minute)
	YUANLIU_TEST_KEYCLOAK=1 $(BIN)/python -m pytest tests/identity/test_keycloak.py

test-lts: setup ## The same suite against Neo4j 5.26 LTS, with a tenth of the random catalogs
	YUANLIU_TEST_NEO4J_VERSION=5.26.28 YUANLIU_PROOF=20 $(BIN)/python -m pytest

soak: setup ## Changes under faults for half an hour: SECONDS=1800 SEED=…
	cd tests && PYTHONNEO4JDEBUG=1 PYTHONPATH=..:. ../$(BIN)/python -m faults.soak $(or $(SECONDS),1800) $(SEED)

check: setup ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache

bench: setup ## Ratios to the raw driver and to @neo4j/graphql
	$(BIN)/python -m bench

schema: setup ## Write schema.graphql
	$(BIN)/python -m api.schema > schema.graphql
