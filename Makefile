# Everything starts here. `make help` lists the targets; each can be run again at no cost.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
VENDOR := src/countermark/web/static/vendor
FONTS := src/countermark/tracing/papers/fonts
CATALOGUES := $(wildcard src/countermark/locale/*/LC_MESSAGES/django.po src/countermark/stockpile/papers/words/*/LC_MESSAGES/django.po)
STAMPS := build/stamps
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-emit-options --strip-extras --allow-unsafe

# The type checker imports the settings, which make a secret beside the store: keep that out of the user's own store.
CHECK_STORE := COUNTERMARK_DATABASE_URL=sqlite://$(CURDIR)/build/check/store.db

.DEFAULT_GOAL := help
.PHONY: help install run test soak check lint types contract tests sqlite postgres system develop format docs messages lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMPS)/install $(STAMPS)/vendor $(STAMPS)/catalogues ## Set everything up; then .venv/bin/countermark works
	@echo "Ready: $(BIN)/countermark"

run: install ## Make the demonstration States XA and XB, trace the sample readings, serve XA (PORT=8000)
	@exec $(BIN)/countermark demo run --port $(PORT)

test: system ## Run every test on both databases, with system packages fetched on Debian (COUNTERMARK_TEST_SCALE=1)
	@$(MAKE) --no-print-directory check COUNTERMARK_TEST_SCALE=$(or $(COUNTERMARK_TEST_SCALE),1)

soak: system ## The same tests at the full numbers (COUNTERMARK_TEST_SCALE=25)
	@$(MAKE) --no-print-directory check COUNTERMARK_TEST_SCALE=$(or $(COUNTERMARK_TEST_SCALE),25)

check:
	@$(MAKE) --no-print-directory --jobs=2 develop
	@$(MAKE) --no-print-directory --jobs=2 --output-sync lint types
	@$(MAKE) --no-print-directory tests FIRST=contract

lint: develop ## Style, formatting and the direction of imports
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache

types: develop ## mypy --strict over the program and its tests
	@mkdir -p build/check
	$(CHECK_STORE) $(BIN)/mypy src tests

contract: install ## The black-box check of the names and formats others rely on, where it is at hand
	@bin/check-contract $(BIN)/countermark

# Two runs of about the same length side by side: one after the other they would take longer than a gate may. FIRST is what PostgreSQL's
# begins with; what that run said is printed when SQLite's is done.
tests: develop ## pytest: all tests with SQLite, and beside it those that use a store with PostgreSQL
	@mkdir -p build
	@$(MAKE) --no-print-directory --keep-going $(FIRST) postgres > build/postgres.log 2>&1 & \
	beside=$$!; $(MAKE) --no-print-directory sqlite; here=$$?; \
	wait $$beside; beside=$$?; cat build/postgres.log; test $$here -eq 0 -a $$beside -eq 0

sqlite: develop
	@$(BIN)/python -m pytest --database sqlite

postgres: develop
	@$(BIN)/python -m pytest --database postgres -m "storage and not browser"

system:
	@bin/system-packages

develop: $(STAMPS)/develop $(STAMPS)/vendor $(STAMPS)/catalogues

format: develop ## Rewrite the sources in the house's format
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

docs: install ## Write the reference of the command line again
	$(BIN)/python bin/command-reference > docs/commands.md

messages: install ## Collect what the pages say into the message catalogues, name what is not translated, compile
	$(BIN)/python bin/catalogues collect
	$(BIN)/python bin/catalogues compile

lock: develop ## Pin the dependencies again, with hashes and without addresses
	$(COMPILE) --upgrade --build-deps-for editable --extra bench --output-file requirements.lock pyproject.toml
	$(COMPILE) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	bin/strip-addresses package-lock.json

clean: ## Remove what was built, not the stores
	rm -rf build $(VENV) node_modules $(VENDOR) $(FONTS) $(CATALOGUES:.po=.mo) src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(STAMPS)/venv:
	@command -v npm >/dev/null || { echo "npm is needed to fetch the front-end files" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, sys; assert sys.version_info >= (3, 11)' 2>/dev/null \
		|| { echo "Python 3.11 or newer with venv is needed (PYTHON= names one)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/install: $(STAMPS)/venv requirements.lock pyproject.toml
	@echo "Installing the pinned Python packages"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/develop: $(STAMPS)/install requirements-dev.lock
	@echo "Installing the pinned packages of the tests"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

$(STAMPS)/catalogues: $(STAMPS)/install bin/catalogues $(CATALOGUES)
	@echo "Compiling the message catalogues"
	@$(BIN)/python bin/catalogues compile
	@touch $@

$(STAMPS)/vendor: $(STAMPS)/venv package.json package-lock.json bin/fetch-vendor
	@echo "Fetching the pinned front-end files"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@bin/fetch-vendor node_modules $(VENDOR) $(FONTS)
	@touch $@
