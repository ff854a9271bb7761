# Each target does its own set-up, ends with its own status, and prints what it found.
PYTHON ?= python3
VENV := .venv
STACK := .venv-stack
BENCH := .venv-bench
BIN := $(VENV)/bin
PIP_QUIET := --quiet --disable-pip-version-check
# Test files are shared out among so many processes, each with servers of its own.
AT_ONCE := -n $(or $(JOBS),2) --dist loadfile

.PHONY: help setup readers run demo test test-slow test-all coverage bench bench-lists bench-linelists bench-plans simulate test-browser pictures bench-pages check lint types imports templates vendored vendor format package clean

help:
	@echo "make demo      the main job: an export of each type, downloaded and checked"
	@echo "make run       the local stack with the demo catalog on http://127.0.0.1:$${PORT:-8000}, until Ctrl-C"
	@echo "make test      the quick tests (unit, adapters, api, workflow)"
	@echo "make test-slow faults, scale and the deployed local stack; make test-all does all"
	@echo "make pictures  docs/images, taken of a running local stack (PORT=8000)"
	@echo "make bench-pages  what blocks a page of 1,000 rows and a preview of 100,000 nodes"
	@echo "make test-browser  the pages in a real Chromium, on the deployed local stack"
	@echo "make coverage  all tests, and the lines that none of them runs"
	@echo "make bench     the engine beside its peers (ROUNDS=5 CASES=abcdAB WRITE=)"
	@echo "make bench-lists  times of long lists beside a bare function (SAMPLES=100000)"
	@echo "make bench-linelists  linelists of 100,000 samples × 60 fields (SAMPLES=100000)"
	@echo "make bench-plans  time and memory of planning 10k, 100k and 1M files"
	@echo "make simulate  the planner's output under a model of S3 and Lambda (WRITE=)"
	@echo "make check     ruff, mypy, import-linter, template and state-machine lint"
	@echo "make vendor    copies the pages' view library from npm's packages into chalicelib/site/vendor"
	@echo "make package   template and deployment package in build/package"
	@echo "make clean     removes environments, builds and caches; the data folder .local stays"

$(VENV)/ready: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Seqport needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 …"; exit 1; }
	@echo "Installing the development environment …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install $(PIP_QUIET) -r requirements-dev.txt
	@touch $@

$(STACK)/ready: requirements-stack.txt
	@echo "Installing the servers of the local stack …"
	@test -x $(STACK)/bin/python || $(PYTHON) -m venv $(STACK)
	@$(STACK)/bin/pip install $(PIP_QUIET) -r requirements-stack.txt
	@touch $@

node_modules/ready: package.json package-lock.json
	@npm ci --silent --no-audit --no-fund
	@touch $@

setup: $(VENV)/ready $(STACK)/ready

run: setup
	@exec $(BIN)/python -m infra.local.run

demo: setup
	@exec $(BIN)/python -m infra.demo.run

test: setup readers
	@$(BIN)/python -m pytest -q $(SEED) $(AT_ONCE)

readers:
	@for reader in unzip 7z bsdtar javac; do command -v $$reader >/dev/null \
	  || echo "$$reader is not installed: archives are not read back by it here"; done

test-slow: setup readers
	@$(BIN)/python -m pytest -q $(SEED) $(AT_ONCE) tests/faults tests/scale tests/stack

test-browser: setup node_modules/ready
	@$(BIN)/python -m pytest -q $(SEED) tests/browser

bench-pages: setup
	@$(BIN)/python -m tests.bench.bench_pages

pictures: setup
	@$(BIN)/python -m tests.browser.screenshots

test-all: test test-slow test-browser

coverage: setup
	@$(BIN)/python -m pytest -q $(SEED) tests --cov --cov-report=term:skip-covered

$(BENCH)/ready: requirements.txt requirements-bench.txt
	@echo "Installing the peers to be measured against …"
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/pip install $(PIP_QUIET) -r requirements-bench.txt
	@touch $@

bench: setup $(BENCH)/ready
	@$(BENCH)/bin/python -m tests.bench.bench_archives --rounds $(or $(ROUNDS),5) --cases $(or $(CASES),abcdAB) $(if $(WRITE),--write)

bench-lists: setup
	@$(BIN)/python -m tests.bench.bench_lists $(SAMPLES)

bench-linelists: setup
	@$(BIN)/python -m tests.bench.bench_linelists $(SAMPLES)

bench-plans: $(VENV)/ready
	@$(BIN)/python -m tests.bench.bench_plans

simulate: $(VENV)/ready
	@$(BIN)/python -m tests.bench.simulate $(if $(WRITE),--write)

check: setup lint types imports templates vendored

lint: $(VENV)/ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(VENV)/ready
	@$(BIN)/mypy

imports: $(VENV)/ready
	@$(BIN)/lint-imports --no-cache | tail -n 6

templates: $(VENV)/ready node_modules/ready
	@$(BIN)/python -m infra.package
	@$(BIN)/cfn-lint --template build/package/sam.json
	@node_modules/.bin/asl-validator --json-path infra/state_machine.json

vendored: $(VENV)/ready node_modules/ready
	@$(BIN)/python -m infra.vendor --check

vendor: $(VENV)/ready node_modules/ready
	@$(BIN)/python -m infra.vendor

format: $(VENV)/ready
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

package: $(VENV)/ready
	@$(BIN)/python -m infra.package

clean:
	rm -rf $(VENV) $(STACK) $(BENCH) build node_modules .chalice/deployments .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
