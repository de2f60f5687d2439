# Loa. `make run` on a fresh machine with Python 3.11 or newer is all there is to know; the rest is for those who work on it.
.DEFAULT_GOAL := run
.PHONY: schema-catalogue run test quick check bench catalogues lock browser

# The first Python that is new enough; name another with PYTHON=...
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.made $(VENV)/.runtime $(VENV)/.dev
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
VERSION := import sys; print("%d.%d" % sys.version_info[:2])

# A named Python is checked before anything is touched. A $(VENV) whose Python is gone or is another than the named one is no good: made anew.
ifneq ($(origin PYTHON),file)
ifneq ($(shell "$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null && echo yes),yes)
$(error PYTHON=$(PYTHON) is no Python 3.11 or newer, which Loa needs)
endif
ifneq ($(shell test ! -e $(VENV)/.made || $(BIN)/python -c '$(VERSION)' 2>/dev/null),$(shell test ! -e $(VENV)/.made || "$(PYTHON)" -c '$(VERSION)'))
$(shell rm -f $(STAMPS))
endif
endif
ifneq ($(shell test ! -e $(VENV)/.made || $(BIN)/python -c 'import pip; $(NEW_ENOUGH)' 2>/dev/null || echo broken),)
$(shell rm -f $(STAMPS))
endif

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all: --no-deps

run: $(VENV)/.runtime
	@$(BIN)/python -m service run

test: $(VENV)/.dev $(if $(PYTEST),,$(VENV)/.clients)  # those of generated clients are few: `make .venv/.clients` before asking for them alone
	$(BIN)/python -m pytest $(PYTEST)

# What needs no server, no other process and no browser (tests/quick.py), on two cores in half a minute.
quick: $(VENV)/.dev
	@$(BIN)/python -m pytest --quick -q -n 2 $(PYTEST)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

# Every sentence of the source into templates/languages; says which are still to be translated. NEW=km begins a language.
schema-catalogue: $(VENV)/.dev
	$(BIN)/python -m tests.vectors.make_schema_catalogue

catalogues: $(VENV)/.dev
	@$(BIN)/python -m service.languages.extracting $(NEW)

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

# Hashes for every platform, no package host in the files.
lock: $(VENV)/.dev
	cd requirements && for name in runtime dev clients; do \
		../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
			--python-version 3.11 $$name.in -o $$name.txt || exit 1; done

# Stamps: a second call installs nothing.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Loa needs Python 3.11 or newer (PYTHON=/path/to/python3 make ...)" >&2; exit 1; }
	@test ! -e $(BIN) && echo "Making $(VENV) (once) ..." || echo "Making $(VENV) anew: what stood there cannot be used ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(BIN)/python" -m service "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(BIN)/loa && chmod +x $(BIN)/loa
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/.made
	@echo "Installing what Loa runs on (once): $$(grep -c == $<) packages, 1 to 2 minutes ..."
	@$(INSTALL) -r requirements/runtime.txt
	@touch $@

# dev.txt holds the runtime, too
$(VENV)/.dev: requirements/dev.txt | $(VENV)/.made
	@echo "Installing what the tests and checks need (once): $$(grep -c == $<) packages, 1 to 2 minutes ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $@ $(VENV)/.runtime

# What makes clients from the OpenAPI document, apart from what Loa runs on; without npm the tests of TypeScript say that they are skipped.
$(VENV)/.clients: requirements/clients.txt tests/clients/package.json tests/clients/package-lock.json | $(VENV)/.dev
	@echo "Installing what the tests make clients with (once) ..."
	@rm -rf $(VENV)/clients && mkdir -p $(VENV)/clients
	@$(INSTALL) -r requirements/clients.txt --target $(VENV)/clients
	@cp tests/clients/package.json tests/clients/package-lock.json $(VENV)/clients
	@! command -v npm >/dev/null || npm ci --prefix $(VENV)/clients --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
