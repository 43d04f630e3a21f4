# Every target sets itself up: python3.11, git and make are all it takes. Extra words go in ARGS: make demo ARGS=--json
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fmt protos docs bench clean
ARGS ?=

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## create .venv with everything at its locked version
	@.ci/setup

demo: setup ## play one case from acceptance to delivery, with simulated platforms
	@.venv/bin/kanyan demo $(ARGS)

test: setup ## run the tests
	@.venv/bin/pytest $(ARGS)

check: setup ## lint, formatting, types, import direction, generated stubs
	@.ci/check

fmt: setup ## format and sort
	@.venv/bin/ruff check -q --fix --exit-zero && .venv/bin/ruff format -q

protos: setup ## regenerate gateway/api from protos/
	@.ci/protos

docs: setup ## regenerate docs/reference from the code
	@.venv/bin/python docs/generate.py

bench: setup ## run the benchmarks
	@if ls tests/bench/test_*.py >/dev/null 2>&1; then .venv/bin/pytest tests/bench $(ARGS); else echo "There are no benchmarks yet (tests/bench is empty)."; fi

clean: ## remove .venv, caches and build output; keeps var/ (your data)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build dist demo-out
	@find . -name __pycache__ -prune -exec rm -rf {} +
