# Each target does its own set-up, ends with its own status, and prints what it found.
PYTHON ?= python3
VENV := .venv
STACK := .venv-stack
BENCH := .venv-bench
AUDIT := .venv-audit
SUPPLY := .venv-supply-chain
BIN := $(VENV)/bin
PIP_QUIET := --quiet --disable-pip-version-check
# Test files are distributed to this many processes, each with its own servers.
XDIST := -n $(or $(JOBS),2) --dist loadfile

.PHONY: client client-operations client-translations help setup readers run demo deploy smoke-test outputs rollback destroy invite sources bind-source unbind-source test check-iam chaos isolation load rehearse test-slow test-all coverage bench bench-client bench-lists bench-samples bench-requests bench-linelists bench-large-linelists bench-plans bench-start simulate replay simulate-concurrency costs test-browser screenshots bench-pages check audit sbom vulnerabilities requirements-current lint javascript spelling types imports generated-docs templates vendored vendor settings openapi requirements format package clean

##@ Use
help: ## this list
	@awk 'BEGIN {FS = ": .*## |: ## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {split($$0, part, ":"); printf "  make %-20s %s\n", part[1], $$2}' $(firstword $(MAKEFILE_LIST))

# uv comes from PyPI into the environment itself, and fills this one and the others in seconds.
$(VENV)/ready: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Seqport needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 …"; exit 1; }
	@echo "Installing the development environment …"
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@test -x $(BIN)/uv || $(BIN)/pip install $(PIP_QUIET) "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' $<)"
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python $<
	@touch $@

$(STACK)/ready: requirements-stack.txt | $(VENV)/ready
	@echo "Installing the servers of the local stack …"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(STACK)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(STACK)/bin/python $<
	@touch $@

node_modules/ready: package.json package-lock.json
	@npm ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

setup: $(VENV)/ready $(STACK)/ready ## the environments of development and of the local stack

run: setup ## the local stack with the demo catalog on http://127.0.0.1:8000 (PORT=), until Ctrl-C
	@exec $(BIN)/python -m infra.local.run

demo: setup ## the main job: an export of each type, downloaded and verified
	@exec $(BIN)/python -m infra.demo.run

##@ Operate
deploy: $(VENV)/ready ## deploy to AWS as stages/<STAGE>.toml says, after showing the changes, with a smoke test (STAGE=prod YES=1 SMOKE=no)
	@$(BIN)/python -m infra.operate deploy "$(STAGE)" $(if $(YES),--yes) $(if $(filter no,$(SMOKE)),--no-smoke-test)

smoke-test: $(VENV)/ready ## create exports in a deployment, and compare them with their sources (STAGE=)
	@$(BIN)/python -m infra.operate smoke-test "$(STAGE)"

outputs: $(VENV)/ready ## what a deployment's stack returns: addresses and names (STAGE=)
	@$(BIN)/python -m infra.operate outputs "$(STAGE)"

rollback: $(VENV)/ready ## deploy the previous release again, or the one named (STAGE= TO= YES=1)
	@$(BIN)/python -m infra.operate rollback "$(STAGE)" $(if $(TO),--to "$(TO)") $(if $(YES),--yes)

destroy: $(VENV)/ready ## delete a deployment's stack; tables and buckets stay (STAGE= YES=1)
	@$(BIN)/python -m infra.operate destroy "$(STAGE)" $(if $(YES),--yes)

invite: $(VENV)/ready ## let a person sign in with the stack's user pool (STAGE= EMAIL=)
	@$(BIN)/python -m infra.operate invite "$(STAGE)" --email "$(EMAIL)"

sources: $(VENV)/ready ## the S3 prefixes whose objects may be registered in a group or project (STAGE= NAMESPACE=)
	@$(BIN)/python -m infra.operate sources "$(STAGE)" --namespace "$(NAMESPACE)"

bind-source: $(VENV)/ready ## let objects below a prefix be registered there (STAGE= NAMESPACE= URI=s3://bucket/prefix/)
	@$(BIN)/python -m infra.operate bind-source "$(STAGE)" --namespace "$(NAMESPACE)" --uri "$(URI)"

unbind-source: $(VENV)/ready ## undo bind-source (STAGE= NAMESPACE= URI=)
	@$(BIN)/python -m infra.operate unbind-source "$(STAGE)" --namespace "$(NAMESPACE)" --uri "$(URI)"

##@ Tests
test: setup readers ## the quick tests: unit, adapters, api, workflow (JOBS=2 SEED=--randomly-seed=1 COVERAGE=95)
	@rm -rf build/iam; SEQPORT_IAM_RECORD=build/iam $(BIN)/python -m pytest -q $(SEED) $(XDIST) \
	  $(if $(COVERAGE),--cov=chalicelib --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE))

check-iam: $(VENV)/ready ## each function's permissions, and how often the last `make test` used them
	@$(BIN)/python -m tests.iam.report

readers: ## the archive readers that are not installed
	@for reader in unzip 7z bsdtar javac; do command -v $$reader >/dev/null \
	  || echo "$$reader is not installed: archives are not read back by it here"; done

rehearse: setup ## the life of a deployment on an empty emulator that evaluates IAM: all export types, an update meanwhile, deletion
	@$(BIN)/python -m pytest -q -p no:randomly tests/stack/test_rehearsal.py tests/stack/test_operate.py

GUIDES := .venv-guides
$(GUIDES)/ready: requirements-guides.txt | $(VENV)/ready
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(GUIDES)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(GUIDES)/bin/python $<
	@touch $@

chaos: setup ## each call of AWS in each step of an export fails in each way: a table (WRITE=1 into docs/reliability.md)
	@mkdir -p build; rm -f build/chaos.jsonl
	@SEQPORT_CHAOS=build/chaos.jsonl $(BIN)/python -m pytest -q -p no:randomly -n $(or $(JOBS),2) --dist load tests/chaos
	@$(BIN)/python -m tests.chaos.report build/chaos.jsonl $(if $(WRITE),--write)

isolation: setup ## every route, called by people of every role: a table
	@$(BIN)/python -m pytest -q -s -p no:randomly tests/stack/test_authorization.py

load: setup ## people who export at the same time on the local stack: a table (PEOPLE=6 EXPORTS=9 WRITE=1 into docs/reliability.md)
	@$(BIN)/python -m tests.stack.load $(or $(PEOPLE),6) $(or $(EXPORTS),9) $(if $(WRITE),--write)

test-slow: setup readers $(GUIDES)/ready ## faults, scale, and the deployed local stack
	@$(BIN)/python -m pytest -q $(SEED) $(XDIST) tests/faults tests/chaos tests/scale tests/stack

test-browser: setup node_modules/ready ## the pages in Chromium, on the deployed local stack
	@$(BIN)/python -m pytest -q $(SEED) tests/browser

test-all: test test-slow test-browser ## all tests

coverage: setup ## all tests, and the lines that none of them runs
	@$(BIN)/python -m pytest -q $(SEED) tests --cov --cov-report=term:skip-covered

##@ Measurements and pictures
bench-pages: setup ## blocking times of a page with 1,000 rows and a preview with 100,000 nodes
	@$(BIN)/python -m tests.bench.bench_pages

screenshots: setup ## docs/images, taken of a running local stack (PORT=8000)
	@$(BIN)/python -m tests.browser.screenshots

$(BENCH)/ready: requirements-bench.txt | $(VENV)/ready
	@echo "Installing the peers to be measured against …"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(BENCH)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BENCH)/bin/python $<
	@touch $@

bench: setup $(BENCH)/ready ## the engine beside its peers (ROUNDS=5 CASES=abcdAB WRITE=)
	@$(BENCH)/bin/python -m tests.bench.bench_archives --rounds $(or $(ROUNDS),5) --cases $(or $(CASES),abcdAB) $(if $(WRITE),--write)

AWS := .venv-aws
$(AWS)/ready: requirements-aws.txt | $(VENV)/ready
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(AWS)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(AWS)/bin/python $<
	@touch $@

bench-client: setup $(AWS)/ready ## the client beside curl, aria2c and aws s3 cp (ROUNDS=3)
	@$(BIN)/python -m tests.bench.bench_client --rounds $(or $(ROUNDS),3)

bench-lists: setup ## times of long lists beside a bare function (SAMPLES=100000)
	@$(BIN)/python -m tests.bench.bench_lists $(SAMPLES)

bench-samples: setup ## filters and orders by metadata in a group of many samples (SAMPLES=100000)
	@$(BIN)/python -m tests.bench.bench_sample_query $(SAMPLES)

bench-requests: setup ## CPU-seconds of the API's slowest requests, at the function's share of a CPU
	@$(BIN)/python -m tests.bench.bench_requests

bench-large-linelists: setup ## CPU and memory of the functions that write linelists of a million rows
	@$(BIN)/python -m tests.bench.bench_large_linelists

bench-linelists: setup ## linelists of 100,000 samples × 60 fields (SAMPLES=100000)
	@$(BIN)/python -m tests.bench.bench_linelists $(SAMPLES)

bench-plans: $(VENV)/ready ## time and memory of planning 10k, 100k and 1M files
	@$(BIN)/python -m tests.bench.bench_plans

bench-start: $(VENV)/ready ## CPU-seconds and modules of each function's first call (PACKAGES="build/package …")
	@$(BIN)/python -m tests.bench.bench_start $(PACKAGES)

simulate-concurrency: $(VENV)/ready ## 100 exports at once under an account's limit of concurrent functions
	@$(BIN)/python -m tests.bench.simulate_concurrency

replay: $(VENV)/ready ## how well the simulation predicts the engine's own workers
	@$(BIN)/python -m tests.bench.replay

simulate: $(VENV)/ready ## the planner's output under a model of S3 and Lambda (WRITE=)
	@$(BIN)/python -m tests.bench.simulate $(if $(WRITE),--write)

costs: $(VENV)/ready ## what exports cost a month on AWS, by size and number (WRITE=)
	@$(BIN)/python -m tests.bench.costs $(if $(WRITE),--write)

##@ Checks
check: setup requirements-current lint javascript spelling types imports generated-docs client templates vendored ## all of the following checks

lint: $(VENV)/ready ## ruff: rules and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

requirements-current: $(VENV)/ready ## are requirements*.txt what pyproject.toml says?
	@$(BIN)/python -m infra.requirements --check

javascript: node_modules/ready ## biome (rules, format), tsc (types) and unit tests of the pages' modules
	@node_modules/.bin/biome check --error-on-warnings
	@node_modules/.bin/tsc -p jsconfig.json
	@node --test --test-reporter=dot tests/site/*.test.js

spelling: $(VENV)/ready ## codespell
	@$(BIN)/codespell

types: $(VENV)/ready ## mypy, strict, with the tests
	@$(BIN)/mypy

client: $(VENV)/ready ## the command-line client: types on its oldest Python, operations, translations, and its wheel
	@$(BIN)/mypy --python-version 3.10 client/src
	@$(BIN)/python -m infra.client_operations --check
	@$(BIN)/python -m infra.client_translations --check
	@$(BIN)/uv build --quiet --wheel --out-dir build/client client

imports: $(VENV)/ready ## import-linter: the layers
	@PYTHONPATH=client/src $(BIN)/lint-imports --no-cache | tail -n 9

generated-docs: $(VENV)/ready ## are docs/openapi.json and docs/settings.md those of the code?
	@$(BIN)/python -m infra.settings_table --check
	@$(BIN)/python -m chalicelib.http.openapi.document | cmp - docs/openapi.json \
	  || { echo "docs/openapi.json is not what the routes say: run \`make openapi\`"; exit 1; }

templates: setup node_modules/ready ## packages the template; cfn-lint, also on what SAM makes of it, and the state machine's validator
	@$(BIN)/python -m infra.package
	@$(STACK)/bin/python -m infra.transform_template build/package/sam.json build/package/transformed.json
	@$(STACK)/bin/cfn-lint build/package/sam.json build/package/transformed.json
	@node_modules/.bin/asl-validator --json-path infra/state_machine.json

vendored: $(VENV)/ready node_modules/ready ## are the vendored scripts those of npm's packages?
	@$(BIN)/python -m infra.vendor --check

$(AUDIT)/ready: requirements-audit.txt | $(VENV)/ready
	@echo "Installing the auditors …"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(AUDIT)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(AUDIT)/bin/python $<
	@touch $@

audit: templates $(AUDIT)/ready ## checkov on the template, with the exceptions in .checkov.yaml
	@$(AUDIT)/bin/checkov --config-file .checkov.yaml -f build/package/transformed.json

$(SUPPLY)/ready: requirements-supply-chain.txt | $(VENV)/ready
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(SUPPLY)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(SUPPLY)/bin/python $<
	@touch $@

sbom: $(SUPPLY)/ready ## build/sbom.json: the bill of materials of the deployed dependencies (CycloneDX)
	@mkdir -p build
	@$(SUPPLY)/bin/cyclonedx-py requirements requirements.txt --output-format JSON --output-file build/sbom.json

vulnerabilities: $(SUPPLY)/ready ## known vulnerabilities of the deployed dependencies (needs the internet)
	@$(SUPPLY)/bin/pip-audit --disable-pip --require-hashes -r requirements.txt

##@ Building
vendor: $(VENV)/ready node_modules/ready ## copies the pages' view library from npm's packages into chalicelib/site/vendor
	@$(BIN)/python -m infra.vendor

client-operations: $(VENV)/ready ## writes the client's models and operations from docs/openapi.json
	@$(BIN)/python -m infra.client_operations

client-translations: $(VENV)/ready ## writes the client's French catalog: new messages into the .po file, and the .mo file
	@$(BIN)/python -m infra.client_translations

settings: $(VENV)/ready ## writes docs/settings.md from chalicelib/settings.py
	@$(BIN)/python -m infra.settings_table

openapi: $(VENV)/ready ## writes docs/openapi.json from the routes
	@$(BIN)/python -m chalicelib.http.openapi.document >docs/openapi.json

requirements: $(VENV)/ready ## writes requirements*.txt from pyproject.toml (UPGRADE=--upgrade)
	@$(BIN)/python -m infra.requirements $(UPGRADE)

format: $(VENV)/ready node_modules/ready ## fixes and formats the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@node_modules/.bin/biome check --write

package: $(VENV)/ready ## template and deployment package in build/package
	@$(BIN)/python -m infra.package

clean: ## removes environments, builds and caches; the data folder .local stays
	rm -rf $(VENV) $(STACK) $(BENCH) $(AWS) $(GUIDES) $(AUDIT) $(SUPPLY) build node_modules .chalice/deployments .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
