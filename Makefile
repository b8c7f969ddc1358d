# Two commands on a fresh machine: `make report` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
# An editable installation compiles nothing, and where PYTHONDONTWRITEBYTECODE is set every process would do so anew.
COMPILE := $(BIN)/python -m compileall -q metaan
# The browser tests need Chromium; without it they are left out, and the line below says so.
CHROMIUM := $(shell command -v chromium 2>/dev/null)

.PHONY: report test lint examples verify benchmark clean

report: $(VENV)/.report
	$(BIN)/python -m metaan report

test: $(VENV)/.develop
ifeq ($(CHROMIUM),)
	@echo "Chromium was not found: the browser tests are left out. On Debian: apt-get install chromium"
	$(BIN)/python -m pytest -n auto -m "not browser"
else
	$(BIN)/python -m pytest -n auto
endif

lint: $(VENV)/.develop
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

verify: $(VENV)/.report
	$(BIN)/python -m metaan verify

examples: $(VENV)/.report
	for review in examples/*/; do $(BIN)/python -m metaan report "$$review" --out "build/$$review" || exit 1; done

benchmark: $(VENV)/.develop
	for file in benchmarks/*.py; do $(BIN)/python "$$file" || exit 1; done

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.report: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	$(COMPILE)
	touch $@

$(VENV)/.develop: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[test,lint]'
	$(COMPILE)
	touch $@ $(VENV)/.report

clean:
	rm -rf $(VENV) build *.egg-info
