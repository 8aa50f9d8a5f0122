# The one door to everything a developer or an operator does here; `make` alone lists it.

PORT ?= 5000
AUDIENCE ?= 60
PYTEST_ARGS ?=
BENCH_ARGS ?=
LOCK_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# The lock has every package, the build backend too, so nothing else is ever fetched.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check check-style check-format check-types check-templates check-browsers format bench \
	lock vendor translations system-packages wheel clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@PYTHON="$(PYTHON)" sh tools/make_venv.sh $(VENV)

$(VENV)/.installed-run: requirements/run.txt | $(VENV)/bin/python
	@echo "installing what Hemicycle needs to run …"
	@$(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.installed-editable: pyproject.toml | $(VENV)/.installed-run
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements/dev.txt $(VENV)/.installed-run | $(VENV)/.installed-editable
	@echo "installing what the tests and checks need …"
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.installed-dev ## make .venv with everything for development

demo: $(VENV)/.installed-editable ## serve the demo panel with a simulated audience (PORT=, AUDIENCE=)
	@$(BIN)/hemicycle demo --port $(PORT) --audience $(AUDIENCE)

system-packages: ## install Chromium, Redis, PostgreSQL and nginx for the tests, where that is allowed
	@sh tools/system_packages.sh

test: setup system-packages ## run all tests (PYTEST_ARGS=)
	@$(BIN)/python tools/run_tests.py $(PYTEST_ARGS)

check: setup ## ruff, mypy, the templates, and the oldest browsers
	@$(MAKE) --no-print-directory --keep-going check-style check-format check-types check-templates \
		check-browsers

check-style:
	$(BIN)/ruff check .

check-format:
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy

check-templates:
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python tools/check_templates.py

check-browsers:
	$(BIN)/python tools/check_browsers.py

format: setup ## let ruff format and fix what it safely can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure a full room, broadcasts and votes a second (BENCH_ARGS=)
	@$(BIN)/python bench/room.py --seconds 10 $(BENCH_ARGS)
	@$(BIN)/python bench/room.py --seconds 10 --visibility projector $(BENCH_ARGS)
	@$(BIN)/python bench/fanout.py $(BENCH_ARGS)
	@$(BIN)/python bench/throughput.py --visibility projector $(BENCH_ARGS)
	@$(BIN)/python bench/room.py --phones 8000 --join-seconds 40 --visibility projector
	@$(BIN)/python bench/ticks.py
	@$(BIN)/python bench/pages.py
	@$(BIN)/python bench/opinion_map.py
	@$(BIN)/python bench/shift.py
	@$(BIN)/python bench/scale.py

lock: ## write the hash-pinned lockfiles again (LOCK_ARGS=--upgrade takes the newest)
	@python3 tools/lock.py $(LOCK_ARGS)

vendor: ## copy the browser libraries that npm locked into static/vendor (needs npm)
	@python3 tools/vendor.py

translations: setup ## collect the texts, update the catalogues, compile them
	@$(BIN)/python tools/translations.py

wheel: setup ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

clean: ## remove what can be made again (databases stay)
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@rm -rf tools/vendor/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
