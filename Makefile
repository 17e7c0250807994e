# Learning Contracts: `make` alone lists what there is to do. It needs Python 3.11 or newer, and nothing else.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
PYTHON := $(or $(PYTHON),$(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done))
WORKERS ?= 3
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal
SLOW := races seat_machine pages who readme demo cli access_matrix usage usage_page usage_behind copy remembered \
	view_exports my_learning bench exports_reading exports_files exports_workbooks exports_cli bulk_inviting \
	invite_kills code_limits worker worker_kills outbox_page place_pages log_pages manage_contracts_page \
	contract_parts_page deal_machine deals_page letters_page copy_by_changes copy_under_load ask seat_questions \
	people_questions forecast digest_letters usage_report usage_report_files exports_page exports_made \
	drop_folder_races purchase_races buyers report_kills report_runs report_once report_failures report_folders \
	export_links saved_exports saved_exports_page report_times export_days api_schema api_repeats api_kills \
	api_matrix api_calls api_feeds api_traps tokens metrics token_page readme_api cli_tokens exports_asked \
	exports_purging asked_alike headline changes api_addresses old_keys

.DEFAULT_GOAL := help
.PHONY: help run test coverage check oulad soak words lock clean chromium curl exim calc

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## serve the product with a demo year at http://localhost:8501
	$(BIN)/lc init
	$(BIN)/lc demo --if-empty
	$(BIN)/lc run

test: $(READY) chromium curl ## the whole suite: SQLite, PostgreSQL, browser
	$(PYTEST) -m "not soak" $(ARGS)

coverage: ## the same, slower, and which branches it took
	$(MAKE) test ARGS="--cov --cov-report=term"

check: $(READY) ## style, types, layers, fast tests: under two minutes
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -m "not browser and not soak" -k "not postgresql" $(addprefix --ignore tests/test_,$(addsuffix .py,$(SLOW)))

oulad: $(READY) ## compare totals with the raw files of the OULAD data set: make oulad DATA=DIR
	@test -n "$(DATA)" || { echo "usage: make oulad DATA=DIR" >&2; exit 2; }
	$(BIN)/python tests/oulad.py "$(DATA)"

soak: $(READY) chromium exim calc ## long races, fault suites, fuzzing, load: under an hour
	$(PYTEST) -m soak --hypothesis-profile=soak

words: $(READY) ## gather the words people read into the catalogue
	$(BIN)/pybabel -q extract --omit-header --no-wrap --sort-output --add-location=file -o lc_core/locale/lc.pot lc_core pages

lock: $(READY) ## pin every dependency in constraints.txt (ARGS=--upgrade for newer ones)
	command -v uv >/dev/null || $(BIN)/python -m pip install --quiet uv
	PATH="$$PATH:$(CURDIR)/$(BIN)" uv pip compile pyproject.toml --quiet --all-extras --universal --generate-hashes \
		--no-emit-index-url --no-header --output-file constraints.txt $(ARGS)

clean: ## remove everything made here, except what is in data/
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache
	find lc_core pages tests app.py -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

exim:
	@if ! command -v exim4 >/dev/null && ! command -v exim >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends exim4-daemon-light; \
		else echo "make soak sends letters through Exim: install exim4-daemon-light" >&2; exit 1; fi; fi

calc:
	@if ! command -v soffice >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends libreoffice-calc; \
		else echo "make soak opens workbooks in LibreOffice: install libreoffice-calc" >&2; exit 1; fi; fi

curl:
	@if ! command -v curl >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends curl; \
		else echo "make test runs the README's curl commands: install curl" >&2; exit 1; fi; fi

chromium: $(READY)
	@if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null \
		&& ! command -v google-chrome >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
		then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium; \
		else $(BIN)/playwright install chromium; fi; fi
