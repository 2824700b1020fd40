# Everything one types here. Needs Python 3.11, 3.12 or 3.13 with pip, and make; the rest is fetched
# into .tools (uv), .venv (Python packages) and admin/node_modules. Nothing else is touched.

SHELL := /bin/sh
UV_VERSION := 0.13.9
HOST := 127.0.0.1
PORT := 8000
ARGS :=

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& command -v "$$python" && break; done)
endif

UV := .tools/bin/uv
UV_STAMP := .tools/uv-$(UV_VERSION)
SYNCED := .venv/.synced
SOURCES := server plugins tests hatch_build.py

# Always the Python of this machine, never one that uv fetches; never somebody else's environment.
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export UV_HTTP_TIMEOUT ?= 180
ifneq ($(PYTHON),)
export UV_PYTHON := $(PYTHON)
endif
unexport VIRTUAL_ENV
unexport PYTHONPATH

.PHONY: help setup run test check bench build api clean

help:
	@echo 'make run          set up if needed, then serve on http://$(HOST):$(PORT) (DEMO=1: with a sample; PORT=…)'
	@echo 'make test         set up if needed, then run every test (ARGS="tests/content -x")'
	@echo 'make setup        install everything, start nothing; the command is then .venv/bin/octavo'
	@echo 'make check        lint, format, types, import contracts, dependencies'
	@echo 'make bench        print how we compare with others'
	@echo 'make build        wheels of octavo and of every plugin, into dist/'
	@echo 'make api          write admin/openapi.json and the client types from the code'
	@echo 'make clean        remove what was built and installed; your data in var/ stays'

# Compiled here, for those who start it under an account that may not write, or told Python not to.
setup: $(SYNCED)
	@.venv/bin/python -m compileall -q server/octavo plugins/*/src
	@.venv/bin/python hatch_build.py admin

# The sample is made once; what it printed, the password included, is shown again at every later start.
run: setup
ifeq ($(DEMO),1)
	@umask 077; home=$${OCTAVO_HOME:-var}; mkdir -p "$$home"; \
	[ -s "$$home/sample.txt" ] || { .venv/bin/octavo demo > "$$home/sample.new" \
		&& mv "$$home/sample.new" "$$home/sample.txt"; } || { rm -f "$$home/sample.new"; exit 1; }; \
	cat "$$home/sample.txt"
endif
	.venv/bin/octavo serve --host $(HOST) --port $(PORT)

# Many tests wait for servers and clocks: one process more than two cores have keeps both busy.
test: setup
	.venv/bin/pytest -n 3 --dist loadgroup $(ARGS)

check: setup
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/ruff format --check $(SOURCES)
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	for plugin in plugins/*/; do (cd $$plugin && ../../.venv/bin/deptry src) || exit 1; done
	.venv/bin/python hatch_build.py npm run typecheck

bench: setup
	$(UV) sync --quiet --frozen --inexact --group bench
	.venv/bin/python -m tests.bench $(ARGS)

build: setup
	rm -rf dist
	$(UV) build --quiet --all-packages --out-dir dist
	@ls -l dist

api: $(SYNCED)
	home=$$(mktemp -d) && OCTAVO_HOME=$$home .venv/bin/octavo openapi > admin/openapi.json.new; \
	status=$$?; rm -rf $$home; \
	if [ $$status -eq 0 ]; then mv admin/openapi.json.new admin/openapi.json; \
	else rm -f admin/openapi.json.new; exit $$status; fi
	.venv/bin/python hatch_build.py npm run schema

clean:
	rm -rf .tools .venv dist admin/dist admin/node_modules admin/src/api/schema.d.ts \
		.pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results

# The editable install needs no admin, so the build environment of this step need not fetch Node.
$(SYNCED): $(UV_STAMP) pyproject.toml uv.lock hatch_build.py $(wildcard plugins/*/pyproject.toml)
	OCTAVO_SKIP_ADMIN=1 $(UV) sync --quiet --frozen --compile-bytecode
	@touch $@

$(UV_STAMP):
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c \
		'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then $(no_python); fi
	@"$(PYTHON)" -m venv --without-pip .tools || { $(no_python); }
	@if "$(PYTHON)" -m pip --version >/dev/null 2>&1; then \
		"$(PYTHON)" -m pip --python .tools/bin/python install --quiet uv==$(UV_VERSION); \
	elif "$(PYTHON)" -c 'import ensurepip' 2>/dev/null; then \
		"$(PYTHON)" -m venv .tools && .tools/bin/python -m pip install --quiet uv==$(UV_VERSION); \
	else $(no_python); fi
	@touch $@

define no_python
	printf '%s\n' \
		'Octavo needs Python 3.11, 3.12 or 3.13 with pip, and did not find it.' \
		'  Debian, Ubuntu   sudo apt-get install python3 python3-pip' \
		'  Fedora           sudo dnf install python3.13 python3-pip' \
		'  macOS            brew install python@3.13' \
		'Then run make again, or name the one to use: make $(firstword $(MAKECMDGOALS) setup) PYTHON=/path/to/python3' >&2; \
	exit 1
endef
