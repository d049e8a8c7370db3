# What a developer's day needs. `make chat` and `make test` work on a fresh clone with Python 3.11+ and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --no-compile --constraint constraints.txt
ARGS ?=
# Hundreds of programs are started by the tests: what is compiled once starts sooner, wherever the machine says not to keep
# it; and what a guard lets go of goes back to the system.
export PYTHONDONTWRITEBYTECODE :=
export MALLOC_TRIM_THRESHOLD_ ?= 131072
export MALLOC_MMAP_THRESHOLD_ ?= 131072

.DEFAULT_GOAL := help
.PHONY: help chat run test test-all lint types contracts bench licences check clean

help: ## Show what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

chat: $(VENV)/.chat ## Talk with a persona in this terminal (sets everything up first)
	@$(BIN)/talchum model install --if-missing
	@$(BIN)/talchum chat $(ARGS)

run: $(VENV)/.chat ## Serve the platforms of talchum.toml (sets everything up first)
	@$(BIN)/talchum run $(ARGS)

test: $(VENV)/.test ## Run the tests (ARGS='-k discord' goes to pytest)
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not detoxify and not presidio and not train and not model and not slow and not dated" $(ARGS)

test-all: $(VENV)/.all ## Run every test: the extras', the slow ones, those that need the embedded model
	@$(BIN)/talchum model install --if-missing
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.test ## Style, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(VENV)/.test ## Types
	@$(BIN)/mypy

bench: $(VENV)/.bench ## Speed and catch rates, in ratios where a machine's noise matters
	@$(BIN)/python -m tests.bench $(ARGS)

licences: $(VENV)/.all ## Write deploy/licences.md anew: all that Talchum is installed with, and under which licence
	@$(BIN)/python -m tests.support.licences

check: lint types test ## All that must be right before a commit

clean: ## Remove what the other targets made here
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Talchum needs Python 3.11 or newer: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make virtual environments: install its venv package." >&2; exit 1; }

$(VENV)/.chat: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up (once) …" >&2
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up what the tests need (once) …" >&2
	@$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/.chat $@

$(VENV)/.bench: $(VENV)/.test
	@$(INSTALL) --editable '.[bench]'
	@touch $@

# PyTorch comes first and by its exact version: any other would pull several gigabytes.
$(VENV)/.all: $(VENV)/.bench
	@$(INSTALL) torch==2.13.0
	@$(INSTALL) --editable '.[detoxify,export,onnx,presidio,train]'
	@touch $@
