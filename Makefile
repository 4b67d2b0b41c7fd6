# Everything a fresh machine needs is python3 (>= 3.11, with venv) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
FAULT_SEEDS ?= all
PYTEST_ARGS ?=
DEBIANS ?= bookworm trixie
# Tests that stand alone share the cores: one database each on one server. WORKERS=0 runs them in one process.
WORKERS ?= auto
IN_PARALLEL := -n $(WORKERS) --maxprocesses 8 --dist worksteal
TEMPLATES = $(shell find templates -name '*.html')
# Another project's packages, and places to install to, have no say here.
unexport PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX

.PHONY: help run setup setup-dev test test-deep test-programs test-browser test-looks test-services test-timing test-deploy test-hosts test-postgresql dump test-folders test-newcomer test-faults test-faults-together test-faults-alone lint types audit bundle migration format lock screenshots handbook clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: setup ## set up, then start everything with demo data; Ctrl-C stops it all
	@exec "$(BIN)/python" manage.py up --demo --port "$(or $(PORT),8000)"

# The environment's own Python looks after it, unless it is missing or broken, or PYTHON names another one.
CHOSEN := $(filter command environment,$(origin PYTHON))
define set_up
@python="$(BIN)/python"; $(if $(CHOSEN),false,"$$python" -c "import pip" 2>/dev/null) || python="$(PYTHON)"; \
command -v "$$python" >/dev/null || \
	{ echo "$(PYTHON) is missing; on Debian or Ubuntu: apt-get install python3 python3-venv" >&2; exit 1; }; \
"$$python" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 15)))' || \
	{ echo "Python 3.11 to 3.14 is needed; set PYTHON=python3.x to choose one." >&2; exit 1; }; \
"$$python" set_up.py --venv "$(VENV)" $(if $(CHOSEN),--this-python)
endef

setup: ## only the setting up, into .venv/
	$(set_up)

setup-dev:
	$(set_up) --dev

test: setup-dev ## all tests that need no extra system package
	"$(BIN)/python" -m pytest $(IN_PARALLEL) $(PYTEST_ARGS)

test-deep: setup-dev ## what takes longer: whole stories, every death, every address asked by everybody
	"$(BIN)/python" -m pytest $(IN_PARALLEL) -m deep $(PYTEST_ARGS)

test-programs: setup-dev ## the programs as a user starts, kills and misconfigures them
	"$(BIN)/python" -m pytest $(IN_PARALLEL) -m programs $(PYTEST_ARGS)

test-browser: setup-dev ## the tests in Chromium
	@which chromium-headless-shell chromium chromium-browser google-chrome 2>/dev/null | grep -q . || \
		{ echo "The browser tests need Chromium; on Debian: apt-get install chromium-headless-shell" >&2; exit 1; }
	"$(BIN)/python" -m pytest $(IN_PARALLEL) -m "browser and not screenshots and not looks" $(PYTEST_ARGS)

test-looks: setup-dev ## every page at every width, in every theme, with axe-core: ten minutes
	"$(BIN)/python" -m pytest $(IN_PARALLEL) -m looks $(PYTEST_ARGS)

screenshots: setup-dev ## pictures of every page, into docs/screenshots/
	"$(BIN)/python" -m pytest -m screenshots $(PYTEST_ARGS)

dump: setup-dev ## a database of this version, for later ones to be tried with: once, at its release
	"$(BIN)/python" -m pytest -q -s -n 0 -m dump tests/flows/test_former_versions.py $(PYTEST_ARGS)

handbook: setup-dev ## the handbook as a site, into var/handbook/; a link that leads nowhere stops it
	"$(BIN)/sphinx-build" --quiet --fail-on-warning --keep-going -c .ci/handbook -d var/handbook-kept docs var/handbook

test-services: setup-dev ## the tests against real Redis and RabbitMQ servers
	@command -v redis-server >/dev/null || \
		{ echo "The service tests need Redis; on Debian or Ubuntu: apt-get install redis-server" >&2; exit 1; }
	@command -v rabbitmq-server >/dev/null || test -x /usr/sbin/rabbitmq-server || \
		{ echo "The service tests need RabbitMQ; on Debian or Ubuntu: apt-get install rabbitmq-server" >&2; exit 1; }
	"$(BIN)/python" -m pytest -m services $(PYTEST_ARGS)

test-timing: setup-dev ## how long single functions take: on a quiet machine
	"$(BIN)/python" -m pytest -n 0 -m bench --ignore tests/bench $(PYTEST_ARGS)

test-deploy: setup-dev ## installing for real on this machine's copies of Debian: as root, ten minutes and more
	"$(BIN)/python" -m pytest -m deploy $(PYTEST_ARGS)
	@"$(PYTHON)" .ci/bare_debian.py

test-hosts: setup-dev ## two and three hosts, killed and cut off: as root, ten minutes on a quiet machine (HOSTS_TEXTS=20000)
	"$(BIN)/python" -m pytest -n 0 -m hosts tests/hosts $(PYTEST_ARGS)

test-postgresql: setup-dev ## the tests on another PostgreSQL: POSTGRESQL_BIN=/usr/lib/postgresql/15/bin
	"$(BIN)/python" .ci/postgresql.py "$(or $(POSTGRESQL_BIN),$(error say where its programs are, as in: make test-postgresql POSTGRESQL_BIN=/usr/lib/postgresql/15/bin))" -- $(IN_PARALLEL) $(PYTEST_ARGS)

test-folders: ## make run and make test as root and as a user, in closed folders and odd paths (FOLDERS=--few)
	@"$(PYTHON)" .ci/folders.py $(FOLDERS)

test-newcomer: ## both in bare Debians (as root, by debootstrap): DEBIANS="bookworm trixie", PYTEST_ARGS
	@"$(PYTHON)" .ci/newcomer.py --debians="$(DEBIANS)" --pytest-args="$(PYTEST_ARGS)"

test-faults: test-faults-together test-faults-alone ## every fault scenario with every seed (FAULT_SEEDS=small: the long ones, a few seeds)

test-faults-together test-faults-alone: export FAULT_SEEDS := $(FAULT_SEEDS)
test-faults-together: setup-dev
	"$(BIN)/python" -m pytest $(IN_PARALLEL) tests/faults -m "$(if $(filter small,$(FAULT_SEEDS)),faults,not bench) and not alone" $(PYTEST_ARGS)

# These stop servers and fill disks: none beside another.
test-faults-alone: setup-dev
	"$(BIN)/python" -m pytest -n 0 tests/faults -m alone $(PYTEST_ARGS)

lint: setup-dev ## style, walls, and what nobody uses
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/djade" --target-version 5.2 --check $(TEMPLATES)
	"$(BIN)/python" .ci/assets.py --check
	"$(BIN)/lint-imports"
	"$(BIN)/python" .ci/unused.py

types: setup-dev ## mypy, strict
	"$(BIN)/mypy"

audit: setup-dev ## known holes, licences, and the parts as a list (var/sbom.json, CycloneDX)
	"$(BIN)/python" .ci/audit.py

bundle: setup ## all that an installation without a network needs, for this Python and processor, in one file of var/
	@rm -rf var/bundle && mkdir -p var/bundle
	git archive --prefix=till-then/ HEAD | tar -x -C var/bundle
	"$(BIN)/python" -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements.lock -d var/bundle/till-then/wheels
	tar -czf "var/till-then-$$("$(BIN)/python" manage.py --version).tar.gz" -C var/bundle till-then
	@rm -rf var/bundle && ls -sh var/till-then-*.tar.gz

migration: setup-dev ## write the migration for changed models: NAME=what_changed
	"$(BIN)/python" manage.py makemigrations reminders -n "$(or $(NAME),$(error give it a name, as in: make migration NAME=what_changed))"

format: setup-dev ## put the code in order
	"$(BIN)/ruff" check --fix .
	"$(BIN)/ruff" format .
	"$(BIN)/djade" --target-version 5.2 $(TEMPLATES)
	"$(BIN)/python" .ci/assets.py

lock: setup-dev ## make the two lock files again
	"$(BIN)/uv" pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	"$(BIN)/uv" pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock

clean: ## remove the virtual environment (not the data in var/)
	rm -rf "$(VENV)"
