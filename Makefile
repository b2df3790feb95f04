# make check is what CI demands; everything else is at hand. VENV=folder picks another environment.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
SOURCE_DATE_EPOCH ?= 1577836800

.DEFAULT_GOAL := help
.PHONY: docs torture fuzz reliability help screenshots terminal install check lint formatted linted typed walled format test process interop test-changed soak bench bench-quick wheel sbom constraints clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

install: $(BIN)/python ## feedmill and everything its tests need, into $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e '.[test,interop]'

check: lint test process ## all that needs no program of others; before a commit (15 minutes)

lint: formatted linted typed walled ## formatting, lint, types, layer walls (all of them: make -k lint)

formatted:
	$(BIN)/ruff format --check src tests benchmarks .ci

linted:
	$(BIN)/ruff check src tests benchmarks .ci

typed:
	$(BIN)/mypy src tests
	$(BIN)/mypy -p benchmarks

walled:
	$(BIN)/lint-imports --no-cache

format: ## format and mend what ruff can mend
	$(BIN)/ruff format src tests benchmarks .ci
	$(BIN)/ruff check --fix src tests benchmarks .ci

PYTEST := $(BIN)/python -m pytest
# What differs since BASE: a changed package's tests, a changed test; the goldens in any case.
BASE ?= HEAD
CHANGED = { git diff --merge-base --name-only --diff-filter=d $(BASE) -- src tests; git ls-files --others --exclude-standard src tests; } | \
	sed -nE 's:^src/feedmill/([a-z]+)/.*:tests/unit/\1:p; /^tests\/.*\/test_[a-z_]+\.py$$/p'

test: ## the quick tests, as in the README (three minutes on two cores)
	$(PYTEST) -n 2 --dist worksteal -m quick

process: ## the tests that run the command, kill it and fill its disk
	$(PYTEST) -n 2 --dist worksteal -m 'process and not interop'

interop: ## the tests with programs of others: readers, editors, browsers, servers, compilers (.ci/apt.txt)
	$(PYTEST) -n 2 --dist worksteal -m interop

test-changed: ## the tests of what differs from BASE (HEAD), those that failed last first
	$(PYTEST) -n 2 --dist worksteal --failed-first -m 'not interop' tests/golden $$($(CHANGED) | sort -u | xargs -r ls -d 2>/dev/null)

soak: ## ten minutes of an edit every 50 ms: nothing may grow
	FEEDMILL_SOAK=600 $(BIN)/python -m pytest tests/process/test_daemon_equal.py -k fifty --timeout=900
	FEEDMILL_RESULTS=build/results FEEDMILL_DAYS=7 $(BIN)/python -m pytest tests/soak

torture: ## kill, cut off, deny and poison 10,000 times; 5,000 random operations; leaks through 1,000 histories (two hours)
	FEEDMILL_RESULTS=build/results FEEDMILL_TORTURE=10000 $(BIN)/python -m pytest -n 2 --dist loadgroup \
	    tests/process/test_crash_publish.py tests/process/test_crash_build.py \
	    tests/process/test_hostile_seeds.py tests/process/test_storage_faults.py \
	    tests/process/test_random_driver.py
	FEEDMILL_RESULTS=build/results FEEDMILL_TORTURE=1000 $(BIN)/python -m pytest --timeout=0 tests/property/test_no_leak.py

fuzz: $(BIN)/python ## FUZZ_SECONDS (300) of atheris for each of nine parsers
	$(BIN)/pip install -q -c constraints.txt '.[fuzz]'
	for target in frontmatter decoder text sanitiser config syntaxes templates addresses javascript; do \
	    FEEDMILL_RESULTS=build/results $(BIN)/python tests/fuzz/run.py $$target $${FUZZ_SECONDS:-300} || exit 1; done

reliability: ## docs/reliability.md: hostile seeds measured now (on a quiet machine), the rest as runs left it in build/results
	FEEDMILL_RESULTS=build/results FEEDMILL_TORTURE=1 $(BIN)/python -m pytest -q tests/process/test_hostile_seeds.py
	$(BIN)/python tests/reliability/results.py build/results docs/reliability.md

bench: $(BIN)/python ## all benchmarks with the peers; writes docs/performance.md (about an hour)
	$(BIN)/pip install -q -c constraints.txt '.[bench,test,interop]'
	$(BIN)/python -m benchmarks.report

bench-quick: $(BIN)/python ## the same on 300 seeds, into bench-out/ only: does every part work?
	$(BIN)/pip install -q -c constraints.txt '.[bench,test,interop]'
	$(BIN)/python -m benchmarks.report --quick

screenshots: ## the README's pictures, in headless Chromium: docs/img/*.png
	PYTHONPATH=tests $(BIN)/python -m browser.screenshots docs/img

terminal: ## the README's picture of the first minute, from the program itself: docs/img/terminal.svg
	PYTHONPATH=tests $(BIN)/python tests/terminal_picture.py docs/img/terminal.svg

docs: $(BIN)/python ## the documentation as a site: build/docs; a link that leads nowhere fails
	$(BIN)/pip install -q -c constraints.txt -e '.[docs]'
	$(BIN)/zensical build --clean --strict

wheel: $(BIN)/python ## the wheel, built from two trees of other ages and places: both must be the same bytes
	$(BIN)/pip install -q -c constraints.txt build
	rm -rf build && mkdir -p build/copy build/a build/b dist
	cp -r src pyproject.toml README.md LICENSE build/copy && find build/copy -name '*.egg-info' -prune -exec rm -rf {} +
	SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(BIN)/python -m build -q --wheel -o build/a .
	SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(BIN)/python -m build -q --wheel -o build/b build/copy
	cmp build/a/*.whl build/b/*.whl
	cp build/a/*.whl dist/ && sha256sum dist/*.whl && rm -rf build

sbom: ## what a user installs, as CycloneDX: dist/feedmill.cdx.json
	rm -rf build/sbom && mkdir -p dist
	$(PYTHON) -m venv build/sbom/user && build/sbom/user/bin/pip install -q -c constraints.txt .
	$(PYTHON) -m venv build/sbom/tool && build/sbom/tool/bin/pip install -q cyclonedx-bom
	build/sbom/tool/bin/cyclonedx-py environment build/sbom/user/bin/python --pyproject pyproject.toml \
	    --mc-type application --output-reproducible --of JSON -o dist/feedmill.cdx.json
	@rm -rf build/sbom && ls -l dist/feedmill.cdx.json

constraints: ## write constraints.txt anew from what pip resolves today
	rm -rf build/pin && $(PYTHON) -m venv build/pin
	build/pin/bin/pip install -q '.[test,interop,bench,fuzz]' build
	build/pin/bin/pip freeze | grep -E '^[A-Za-z0-9._-]+==' | grep -vi '^feedmill==' > constraints.new
	{ sed -n '/^#/p' constraints.txt; cat constraints.new; } > constraints.tmp
	mv constraints.tmp constraints.txt && rm -rf constraints.new build/pin

clean: ## everything that can be made again
	rm -rf build dist bench-out .mypy_cache .ruff_cache .pytest_cache .hypothesis src/*.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -exec rm -rf {} +
