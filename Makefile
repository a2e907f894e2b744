# Two commands on a fresh machine with Python 3.11–3.13 and make: `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first Python on this machine that fits.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
REGION ?= norrbotten
FROM ?= 2011-01
TO ?= 2011-12

.PHONY: help run test test-fast check format lock bench fuzz schemas up chromium clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk 'BEGIN {FS = ":.*## "}; {printf "  make %-11s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Set up, make the demo region's deliveries, and run the main job over a year
	@$(BIN)/hemvard demo $(REGION) --from $(FROM) --to $(TO)
	@$(BIN)/hemvard run $(REGION) --from $(FROM) --to $(TO) --wait
	@echo; echo "Next:"
	@echo "  $(CURDIR)/$(BIN)/hemvard query $(REGION) \"SELECT care_form, planned, visits, patients FROM volumes.region_totals WHERE place = 'home' AND age_group = 'all'\""
	@echo "  $(CURDIR)/$(BIN)/hemvard demo $(REGION) --from $(FROM) --to $(TO) --deliver late && $(CURDIR)/$(BIN)/hemvard run $(REGION)"
	@echo "  $(CURDIR)/$(BIN)/hemvard up"

test: $(VENV)/.test chromium ## Set up and run all tests, the browser's included
	@$(BIN)/python -m pytest

test-fast: $(VENV)/.test ## Leave out the slow tests
	@$(BIN)/python -m pytest -m "not slow"

check: $(VENV)/.test ## Format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.test ## Format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: ## Make the locks anew from pyproject.toml (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

bench: $(VENV)/.test ## Run the benchmarks, one after the other
	@for b in benchmarks/*.py; do echo "== $$b"; $(BIN)/python $$b; done

fuzz: $(VENV)/.test ## Take in 10 000 mutated deliveries; writes docs/fuzz.md
	@$(BIN)/python tests/guarantees/fuzz.py

schemas: $(VENV)/.run ## Write JSON Schemas for editors of the shipped regions' YAML
	@$(BIN)/hemvard check $(REGION) --schemas regions/.schema

up: $(VENV)/.run ## Prefect's server, a worker and the deployments on this machine
	@$(BIN)/hemvard up

chromium: # The browser's tests need Chromium; installed through apt where that may be done
	@command -v chromium >/dev/null || { \
	  echo "Chromium is not on this machine; installing it through apt."; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium >/dev/null || { \
	    echo "That did not work. Install Chromium by hand (it must be on PATH as 'chromium'), or use: make test-fast"; exit 1; }; }

clean: ## Remove the virtual environment and what the demo made
	@rm -rf $(VENV) var

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "hemvard needs Python 3.11, 3.12 or 3.13 on PATH (or: make PYTHON=/path/to/python …)"; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); the first time takes a minute or two."
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 2; }

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes --no-deps -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml | $(VENV)/bin/python
	@$(PIP) --require-hashes --no-deps -r requirements-test.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run
