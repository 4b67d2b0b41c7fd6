# Everything a fresh machine needs is python3 (>= 3.11, with pip and venv) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
PORT ?= 8000
FAULT_SEEDS ?= all
PYTEST_ARGS ?=
# Tests that stand alone share the cores: one database each on one server. WORKERS=0 runs them in one process.
WORKERS ?= auto
IN_PARALLEL := -n $(WORKERS) --maxprocesses 8 --dist worksteal

.PHONY: help run setup setup-dev test test-browser test-services test-faults lint types check format lock screenshots clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: setup ## set up, then start everything with demo data; Ctrl-C stops it all
	@exec $(BIN)/python manage.py up --demo --port $(PORT)

setup: $(RUN_READY) ## only the setting up, into .venv/

setup-dev: $(DEV_READY)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 15)))' || \
		{ echo "Python 3.11 to 3.14 is needed; set PYTHON=python3.x to choose one." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python3 cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUN_READY): requirements.lock | $(BIN)/python
	@echo "Setting up (once): installing what requirements.lock lists ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV_READY): requirements-dev.lock | $(BIN)/python
	@echo "Setting up for development (once): installing what requirements-dev.lock lists ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(RUN_READY) $@

test: setup-dev ## all tests that need no extra system package
	$(BIN)/python -m pytest $(IN_PARALLEL) $(PYTEST_ARGS)

test-browser: setup-dev ## the tests in Chromium
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		{ echo "The browser tests need Chromium; on Debian: apt-get install chromium" >&2; exit 1; }
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "browser and not screenshots" $(PYTEST_ARGS)

screenshots: setup-dev ## pictures of every page, into docs/screenshots/
	$(BIN)/python -m pytest -m screenshots $(PYTEST_ARGS)

test-services: setup-dev ## the tests against real Redis and RabbitMQ servers
	@command -v redis-server >/dev/null || \
		{ echo "The service tests need Redis; on Debian or Ubuntu: apt-get install redis-server" >&2; exit 1; }
	@command -v rabbitmq-server >/dev/null || test -x /usr/sbin/rabbitmq-server || \
		{ echo "The service tests need RabbitMQ; on Debian or Ubuntu: apt-get install rabbitmq-server" >&2; exit 1; }
	$(BIN)/python -m pytest -m services $(PYTEST_ARGS)

test-faults: export FAULT_SEEDS := $(FAULT_SEEDS)
test-faults: setup-dev ## every fault scenario with every seed (FAULT_SEEDS=small: the long ones, a few seeds)
	$(BIN)/python -m pytest $(IN_PARALLEL) tests/faults -m "$(if $(filter small,$(FAULT_SEEDS)),faults,not bench) and not alone" $(PYTEST_ARGS)
	$(BIN)/python -m pytest tests/faults -m alone $(PYTEST_ARGS)

lint: setup-dev ## style and walls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup-dev ## mypy, strict
	$(BIN)/mypy

format: setup-dev ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup-dev ## make the two lock files anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock

clean: ## remove the virtual environment (not the data in var/)
	rm -rf $(VENV)
