# make run: everything from a bare clone to the web app.  make test: everything for the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= index
HOST ?= 127.0.0.1
PORT ?= 7860

.PHONY: setup run index test lint bench
.DEFAULT_GOAL := run

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml
	@echo "Setting up $(VENV): a few minutes, once"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --disable-pip-version-check --progress-bar on -q torch==2.13.0 -e '.[test]'
	@touch $@

index: setup
	@$(BIN)/python -m ingest corpus --index $(INDEX) --if-changed

run: index
	@$(BIN)/python ui.py --index $(INDEX) --host $(HOST) --port $(PORT)

test: setup
	@$(BIN)/python -m pytest

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m benchmarks
