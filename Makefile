PYTHON ?= python3
VENV ?= .venv

PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --no-input --disable-pip-version-check
BENCHMARKS := $(wildcard tests/bench_*.py)
NOTEBOOKS := $(wildcard notebooks/*.ipynb)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test notebooks bench clean

help:
	@echo "make demo       a worked example, from a table to the constants of a law"
	@echo "make test       lint, format, types, tests"
	@echo "make notebooks  run every notebook; an error in one is an error"
	@echo "make bench      measure speed"
	@echo "make clean      remove the environment and what the tools left"
	@echo "PYTHON=$(PYTHON) makes the environment, VENV=$(VENV) is where it goes"

demo: $(VENV)/.stamp-demo
	@$(VENV)/bin/symseries demo

test: $(VENV)/.stamp-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	OPENBLAS_NUM_THREADS=1 $(PY) -m pytest --numprocesses=auto --dist=worksteal

notebooks: $(VENV)/.stamp-notebook
ifeq ($(NOTEBOOKS),)
	@echo "notebooks: there is none"
else
	$(VENV)/bin/jupyter-execute --kernel_name=python3 --timeout=600 $(NOTEBOOKS)
endif

bench: $(VENV)/.stamp-dev
ifeq ($(BENCHMARKS),)
	@echo "bench: there is none"
else
	$(PY) -m pytest -s $(BENCHMARKS)
endif

clean:
	@if [ -f "$(VENV)/pyvenv.cfg" ]; then rm -rf "$(VENV)"; fi
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find symseries tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is a finished installation, so that the next call has nothing to do.
$(VENV)/.stamp-demo: $(VENV)/.stamp-venv pyproject.toml
	@echo "Installing symseries into $(VENV); the first time takes a minute."
	@$(PIP) --editable ".[plot]"
	@$(PY) -m compileall -q symseries
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-venv pyproject.toml
	@echo "Installing symseries and its development tools into $(VENV); the first time takes a few minutes."
	@$(PIP) --editable . --group dev
	@$(PY) -m compileall -q symseries
	@touch $@

$(VENV)/.stamp-notebook: $(VENV)/.stamp-venv pyproject.toml
	@echo "Installing symseries and Jupyter's kernel into $(VENV); the first time takes a minute."
	@$(PIP) --editable ".[notebook]"
	@touch $@

# Debian ships venv without ensurepip unless python3-venv is there; the pip outside can then fill the environment.
# Dependency groups need pip 25.1.
$(VENV)/.stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is missing or older than 3.11; name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || \
	  { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(PY) install --quiet --no-input pip; } || \
	  { echo "$(PYTHON) cannot make an environment in $(VENV); install its venv module (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(PIP) --upgrade "pip>=25.1"
	@touch $@
