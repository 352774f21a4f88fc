# The only door: every target makes the virtual environment it needs.
# Arguments: make test k=smt_setup    make testnet args="--block-time 0"
#            make testnet args=--fresh    make testnet args=--ephemeral

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

# A testnet goes on where it was stopped: each network's chain is kept, unless the arguments name
# another place, a chain of one's own, or one that is to be the same every time.
KEEP = $(if $(filter --ephemeral --data-dir% --genesis% --seed%,$(args)),,--data-dir \
    testnet-data/$(if $(filter testnet --network=testnet,$(args)),testnet,dev))

.DEFAULT_GOAL := help
.PHONY: help testnet demo test test-clients lint types conformance bench vectors docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

$(RUNTIME): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "error: Python 3.11 or newer is needed (set PYTHON=...)"; exit 1; }
	@echo "setting up $(VENV), which takes about a minute ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) .
	@touch $@

$(DEV): pyproject.toml $(RUNTIME)
	@echo "installing the development tools ..."
	@$(INSTALL) ".[dev]"
	@touch $@

testnet: $(RUNTIME) ## a funded local chain, kept in testnet-data; args=--fresh begins anew
	@exec $(BIN)/smtchain testnet $(KEEP) $(args)

demo: $(RUNTIME) ## one token's whole life in under a minute
	@$(BIN)/smtchain demo $(args)

conformance: $(RUNTIME) ## the whitepaper's examples, to the satoshi
	@$(BIN)/smtchain conformance $(args)

test: lint types ## everything that must pass: lint, types, layers, tests, conformance
	$(BIN)/python -m pytest -q -n auto $(if $(k),-k "$(k)") $(args)
	$(BIN)/smtchain conformance --quiet

lint: $(DEV) ## ruff and the import contracts
	$(BIN)/ruff check protocol smtchain tests tools
	$(BIN)/ruff format --check protocol smtchain tests tools
	$(BIN)/lint-imports

types: $(DEV) ## mypy --strict on both packages
	$(BIN)/mypy

test-clients: $(DEV) ## real third-party clients against a live testnet
	$(BIN)/python -m tests.clients.run $(args)

bench: $(DEV) ## speed, as ratios measured in one run
	$(BIN)/python tools/bench.py $(args)

vectors: $(RUNTIME) ## write the vectors for other implementations (tests/vectors/published)
	$(BIN)/python tools/write_vectors.py $(args)

docs: $(RUNTIME) ## write the generated reference pages of docs/
	$(BIN)/python tools/reference_pages.py

clean: ## remove everything that was made, the kept testnet too
	rm -rf $(VENV) .venv-beem .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
	    testnet-data dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
