# Tools are those of the active virtual environment, else of .venv, else of the PATH.
PYTHON ?= $(shell if [ -z "$$VIRTUAL_ENV" ] && [ -x .venv/bin/python ]; then echo .venv/bin/python; else command -v python3 || echo python; fi)
PYTEST := $(PYTHON) -m pytest

.DEFAULT_GOAL := tasks
.PHONY: tasks check check-all fast fix bench golden example static

tasks: ## print these tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

check: ## style, types and the fast tests, side by side: about a minute
	$(MAKE) --no-print-directory --output-sync=target -j2 static fast

fast:
	$(PYTEST) -n auto

check-all: static ## everything: slow tests, real clients, all data; a missing real part is an error
	MANEKKO_FULL=1 $(PYTEST) -n auto -m "" --durations=15

static:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m pyright --pythonpath $(PYTHON)

fix: ## repair style where a tool can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: ## measure accuracy and speed (needs ../shared/data)
	$(PYTHON) -m manekko bench

golden: ## write the recorded figures and messages anew; look at the difference before you commit it
	MANEKKO_GOLDEN=1 $(PYTEST) -m "" tests/golden tests/test_messages.py

example: ## draw examples/dance.mp4 and its true motion again
	$(PYTHON) examples/make_dance.py
