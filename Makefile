# Everything a contributor runs. A bare Debian 12 or 13 needs python3 (3.11 or newer) and make, nothing else.
PYTHON ?= python3
IN := .venv/bin
# Arguments for pytest and the benchmarks: make test ARGS="tests/unit -k order"
ARGS ?=

.PHONY: help env up down test check chaos fuzz bench logs backup restore format locks
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

env: ## build .venv/ (does nothing when it is up to date)
	@$(PYTHON) -m local.env

up: env ## run the whole system with a simulated city; ctrl-C stops it (HOST= and PORT= listen elsewhere, EXTRACT=FILE.osm.pbf is a real city)
	@$(IN)/python -m local up $(if $(EXTRACT),--extract "$(EXTRACT)")

down: env ## stop a running `make up`
	@$(IN)/python -m local down

logs: env ## what the programs of `make up` say
	@$(IN)/python -m local logs

backup: env ## copy the database into one file under backups/
	@$(IN)/python -m local backup

restore: env ## bring a copy back: make restore FILE=backups/... (the system must be stopped)
	@$(IN)/python -m local restore $(FILE)

check: env ## style, types, layers, interface
	@$(IN)/python -m local check

test: env ## every test, on servers of its own (ARGS= goes to pytest)
	@$(IN)/python -m local test $(ARGS)

chaos: env ## every fault at full size, one after another (SEED= repeats a run, ARGS="-k f05" takes some)
	@DAYLIGHT_CHAOS=1 DAYLIGHT_SEED="$(or $(SEED),1)" $(IN)/pytest -m fault -v -s --timeout 0 $(ARGS)

fuzz: env ## every decoder guided by coverage for MINUTES= each (10), with a library of its own
	@$(IN)/python -m pip install --quiet --require-hashes -r requirements/fuzz.lock
	@$(IN)/python -m benchmarks.fuzz --minutes "$(or $(MINUTES),10)" --seed "$(or $(SEED),1)" $(ARGS)

bench: env ## benchmarks as ratios (ARGS= goes to them)
	@$(IN)/python -m benchmarks $(ARGS)

format: env ## put Python and TypeScript into shape
	@$(IN)/ruff format . && $(IN)/ruff check --fix .
	@cd web/ui && PATH="$(CURDIR)/$(IN):$$PATH" npm run --silent format

locks: env ## make requirements/*.lock again from pyproject.toml
	@$(IN)/python -m local locks
