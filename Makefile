# Two commands for everybody: `make demo` and `make test`. The rest is for those who work on the project.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --disable-pip-version-check --quiet
RUN ?= runs/helpdesk
export PYTHONUNBUFFERED = 1

.PHONY: help demo test test-full lint format docs bench clean

help:
	@echo "make demo       install, build the help desk, ask it two questions"
	@echo "make test       install, run the tests (minutes)"
	@echo "make test-full  build every spec as well, and hold it to its score"
	@echo "make lint       ruff, mypy, floors"
	@echo "make docs       write the generated pages again"
	@echo "make bench      measure what docs/benchmarks.md shows"

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[embedded]' --constraint constraints.txt
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) --editable '.[dev,embedded,xlsx,zh]' --constraint constraints.txt
	touch $@

demo: $(VENV)/.installed
	$(BIN)/toolkit build specs/helpdesk.yaml --out $(RUN) --resume
	$(BIN)/toolkit predict $(RUN) "怎么把自己的问答表格变成客服机器人？"
	$(BIN)/toolkit predict $(RUN) "how can i turn my own spreadsheet of questions into a help desk?"
	@echo "The report is $(RUN)/report.html; ask more with: $(BIN)/toolkit serve $(RUN)"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-full: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.installed-dev
	$(BIN)/python docs/generate.py

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/cold_start.py
	$(BIN)/python benchmarks/training_overhead.py
	$(BIN)/python benchmarks/faq_scale.py

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
