# Every target works alone, first, in a fresh clone: each builds what it needs.
PYTHON ?= python3
BIN := .venv/bin
SEED ?= $(shell date +%s)
SOAK_SECONDS ?= 600
WORKERS ?= 2
PAUSE ?= 5

.PHONY: run test check bench pages soak clean

# Several tests at a time; after them those that measure time, one by one.
define SUITE
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not soak and not alone"
	$(BIN)/python -m pytest -m "alone and not soak"
endef

# 75 is the bot's word for "start me again"; any other end is the end.
run: .venv/installed
	@code=75; while [ $$code -eq 75 ]; do \
	  code=0; $(BIN)/python -m bot || code=$$?; \
	  if [ $$code -eq 75 ]; then echo "Starting again in $(PAUSE) s"; sleep $(PAUSE); fi; \
	done; exit $$code

test: .venv/dev .venv/node
	$(SUITE)

check: .venv/dev .venv/node
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(SUITE)

bench: .venv/dev
	$(BIN)/python -m benchmarks

pages: .venv/dev
	$(BIN)/python -m tests.house.prompt_page

soak: .venv/dev .venv/node
	@echo "soak: seed $(SEED), $(SOAK_SECONDS) seconds"
	SOAK_SEED=$(SEED) SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest -m soak --timeout 0 -p no:randomly $(wildcard tests/*/test_soak.py tests/*/*/test_soak.py) tests/product/test_shares.py

.venv/installed: pyproject.toml constraints.txt
	@echo "Installing into .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev: pyproject.toml constraints.txt
	@echo "Installing into .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/installed

# discord.js, for the wire tests. A machine without npm goes without, and those tests say so.
.venv/node: tests/wire/package.json | .venv/dev
	@if command -v npm >/dev/null; then \
	  mkdir -p $@ && cp tests/wire/package.json $@/ && npm install --prefix $@ --no-audit --no-fund --silent && touch $@; \
	else echo "npm is not installed: the discord.js tests will be skipped"; mkdir -p $@; fi

clean:
	rm -rf .venv build dist
