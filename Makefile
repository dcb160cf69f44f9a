# Everything a person or CI calls. `make` alone lists it.

PYTHON ?= python3
WORKERS ?= 2
PORT ?= 3000
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
# More options of `make lock`, for instance LOCK_ARGS=--upgrade
LOCK_ARGS ?=
COMPILE = $(VENV)/lock/bin/uv pip compile pyproject.toml --group build $(LOCK_ARGS) \
	--universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-strip-extras \
	--quiet --no-emit-index-url --no-emit-find-links --no-annotate --no-header
export GX_ANALYTICS_ENABLED := false
# Dagster's folders stand in .env, which `dagster dev` reads too.
DAGSTER_ENV = set -a && . ./.env && set +a &&
RUN_FROM := 2026-03-01
RUN_TO := 2026-04-01

.DEFAULT_GOAL := help
.PHONY: help demo test check bench ui docs lock clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The emulated Power BI forgets everything at its end, so what was noted as sent to it is forgotten too.
demo: $(VENV)/.installed .env ## run the pipeline over the sample exports of March 2026, emulated Power BI included
	@rm -f .insight/state/powerbi.db*
	@unset INSIGHT_DAGSTER_DIR; $(DAGSTER_ENV) $(BIN)/insight --config insight.toml emulator --port 0 --approve -- sh -c \
	  '$(BIN)/insight login && $(BIN)/insight run --from $(RUN_FROM) --to $(RUN_TO) && $(BIN)/insight powerbi status'
	@printf '%s\n' '' \
	  'Fertig. Wo es steht / Done. Where to look:' \
	  '  Parquet                  .insight/lake' \
	  '  Datenbank / database     .insight/insight.db (SQLite)' \
	  '  Ein Anruf / one call     $(BIN)/insight explain demo:10002' \
	  '  Abgleich / balance       $(BIN)/insight reconcile --from $(RUN_FROM) --to $(RUN_TO)' \
	  '  Oberfläche / UI          make ui   (http://127.0.0.1:3000)' \
	  '  Power BI war nachgestellt und lief nur während der Demo. Zum Ansehen und Ausprobieren:' \
	  '  Power BI was emulated, during the demo only. To look at it and try it:' \
	  '                           $(BIN)/insight emulator'

test: $(VENV)/.installed ## all tests (WORKERS=2)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests

check: $(VENV)/.installed .env ## formatting, lint, types, rooms, dead code, definitions, then all tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy insight_pipeline tests docsite
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(DAGSTER_ENV) $(BIN)/dagster definitions validate
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests

bench: $(VENV)/.installed ## measure
	$(BIN)/python -m benchmarks

# Dagster treats SIGTERM as it does SIGINT, which a shell makes a command in the background ignore.
ui: $(VENV)/.installed .env ## Dagster's UI at http://127.0.0.1:3000 (PORT=3000)
	$(DAGSTER_ENV) exec env --default-signal=INT $(BIN)/dagster dev --host 127.0.0.1 --port $(PORT)

docs: $(VENV)/.installed ## build the documentation site into build/site
	$(BIN)/zensical build --strict --clean

# What a server installs: the program, and the driver for Dagster's storage in PostgreSQL.
lock: $(VENV)/lock/.installed ## write the lock files anew from pyproject.toml (LOCK_ARGS=--upgrade)
	$(COMPILE) --extra dev --output-file requirements-dev.lock
	$(COMPILE) --extra postgres --constraints requirements-dev.lock --output-file requirements.lock
	@for file in requirements.lock requirements-dev.lock; do \
	  { echo '# Written by `make lock` from pyproject.toml; not to be edited.'; grep -v '^#' $$file; } > $$file.new \
	  && mv $$file.new $$file || exit 1; done

clean: ## remove the environment, caches and everything the pipeline wrote
	rm -rf $(VENV) .insight .env logs .logs_queue build *.egg-info .hypothesis .import_linter_cache .mypy_cache \
	  .pytest_cache .ruff_cache .cache

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo 'Python 3.11 or newer is needed; $(PYTHON) is not there. Name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Installed anew only when the lock or pyproject.toml has changed.
$(VENV)/.installed: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The tool that writes the lock files, in an environment of its own.
$(VENV)/lock/.installed: Makefile | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check $(UV)
	@touch $@

# Dagster wants an absolute DAGSTER_HOME, and puts what stands here over the shell's variables: so the shell's own folder
# for Dagster is asked for. A file that is there stays as it is.
.env:
	@printf "DAGSTER_HOME='%s'\nINSIGHT_DAGSTER_DIR=\"\$${INSIGHT_DAGSTER_DIR:-%s}\"\n" \
	  "$(CURDIR)" "$(CURDIR)/.insight/dagster" > $@
	@mkdir -p "$(CURDIR)/.insight/dagster"
