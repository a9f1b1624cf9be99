# make course   sets everything up and opens the course
# make test     sets everything up and runs what CI runs
# make help     lists the rest

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python python3.13 python3.12 python3.11; do \
  if command -v $$p >/dev/null 2>&1 && $$p -c '$(SUPPORTED)' 2>/dev/null; then echo $$p; break; fi; done)
# One environment for each Python, so that `make test PYTHON=...` tests the Python it names.
VERSION := $(if $(PYTHON),$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'))
VENV ?= .venv-$(VERSION)
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
COURSE := $(VENV)/.course
READY := $(VENV)/.ready
NBVAL := --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg \
  -p no:cacheprovider -n 2 --dist loadfile
# One numeric thread a process: workers are the parallelism, and results stay the same.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: help version course test setup lint types unit doctests notebooks drift build browser full \
  study wasm pseudo grading formats reference gallery site lite usb binder benchmarks dials lock \
  platforms clean audit upgrade workflow fresh repeat newest mutants fuzz

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

version:  ## print the Python that is used
	@echo $(VERSION)

$(COURSE): requirements-course.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
	  echo "dsrct-edu needs Python 3.11, 3.12 or 3.13, and none was found."; \
	  echo "Install one from python.org, or name it: make course PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) start.py --setup --environment $(VENV)
	@touch $@

course: $(COURSE)  ## open the course in JupyterLab (OPEN=no: copy it only)
	@$(PYTHON) start.py --environment $(VENV) $(if $(filter no,$(OPEN)),--no-lab)

setup: $(READY)  ## add the locked tools of the tests to the environment of the course

$(READY): $(COURSE) requirements.txt
	@# Debian ships Python without ensurepip; then the system's pip fills the environment.
	@if $(PY) -m pip --version >/dev/null 2>&1; then pip="$(PY) -m pip"; \
	else pip="$(PYTHON) -m pip --python $(PY)"; fi; \
	echo "Installing the tools of the tests."; \
	$$pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	@touch $@

test: setup lint types unit doctests notebooks drift  ## everything that CI runs

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

unit: setup
	$(PY) -m pytest -n 2 -m "not browser and not slow and not reference" $(or $(ROOMS),tests)

doctests: setup
	$(PY) -m pytest --doctest-modules -p no:cacheprovider src

notebooks: setup  ## re-execute the committed notebooks and compare every output
	$(PY) -m pytest $(NBVAL) notebooks

drift: setup  ## check that lessons keep the rules, and that what is built follows from them
	$(BIN)/dsrct-edu check

build: setup  ## rebuild all editions from lessons/
	$(BIN)/dsrct-edu build

browser: setup  ## three lessons in JupyterLab, on pages and in the browser edition, the lecture: in Chromium
	$(PY) -m pytest -m "browser and not full" tests

full: setup  ## what takes too long for CI: every lesson and deck in Chromium, R, 32 bits, a made-up language
	$(PY) -m pytest -m full tests
	$(MAKE) site TWICE=1
	$(MAKE) reference wasm pseudo mutants fuzz workflow grading formats repeat newest fresh
	@# Last, so that a machine without the open network has run the rest: it fails where it cannot look.
	$(if $(filter no,$(AUDIT)),@echo "AUDIT=no: nothing was looked up",$(MAKE) audit)

fresh: setup  ## start as on a fresh machine, with every Python found, as the README says
	$(PY) -m tools.fresh

repeat: setup  ## run all notebooks strictly, twenty times, in random order
	$(PY) -m tools.repeat

newest: setup  ## run all notebooks strictly under the newest of every dependency
	$(PY) -m tools.repeat --newest

audit: setup  ## ask OSV what is known against each locked package; fails where it cannot ask
	$(PY) -m tools.audit

workflow: setup  ## read .github/workflows as GitHub would (needs node and npm)
	$(PY) -m tools.workflow

study: setup  ## full-size truths and simulation studies
	$(PY) -m pytest -n 2 -m slow tests

fuzz: setup  ## analyse damaged files by the hundred and one of a million rows; stop long work
	FUZZ_EXAMPLES=$(or $(EXAMPLES),300) $(PY) -m pytest -n 2 tests/cli/test_fuzz_analyse.py
	$(PY) -m pytest tests/ground/test_files.py tests/cli/test_long_work.py

wasm: setup  ## run the unit tests as the browser would, on 32 bits (needs node and npm)
	$(PY) -m tools.wasm

pseudo: setup  ## build every lesson in a made-up language, and list the words it did not reach
	$(PY) -m tools.language pseudo

mutants: setup  ## plant small faults and count those that the tests find (needs fork; half an hour)
	$(PY) -m tools.mutants

grading: setup  ## mark five made-up students with nbgrader, in an environment of its own
	$(PY) -m tools.grading

formats: setup  ## read and play all quiz files with programs of others (needs node, npm, Chromium)
	$(PY) -m tools.formats

reference: setup  ## ask R again, and about 1,000 random data sets (needs R with survival)
	$(PY) tests/analysis/reference/make_reference.py
	$(PY) -m pytest -n 2 -q tests/analysis/test_agreement_with_r.py tests/analysis/test_mended_faults.py
	$(if $(FIXED),$(PY) -m pytest -q -m reference tests/analysis,$(PY) tests/analysis/reference/fuzz.py)

site: setup  ## build the website into build/site and follow every link (its search needs npm)
	$(PY) -m tools.site $(if $(TWICE),--twice)

gallery: setup  ## draw docs/gallery anew
	$(PY) -m tools.gallery

benchmarks: setup  ## time the kit against its peers, as ratios (needs R; pip install -e '.[peers]')
	$(PY) benchmarks/analysis.py
	$(PY) benchmarks/disease.py
	$(PY) benchmarks/studies.py

platforms: setup  ## rebuild data/synthetic under other Pythons and NumPys, byte for byte
	$(PY) -m tools.check_platforms

lite: setup  ## build the browser edition (needs node; PYODIDE=folder for a public site, EDITION=name)
	$(PY) -m tools.lite $(if $(PYODIDE),--pyodide $(PYODIDE)) $(if $(EDITION),--edition $(EDITION))
	@# Pages that are there already lead to an edition that is gone.
	@if [ -e build/site/index.html ]; then $(PY) -m tools.site; fi

usb: setup  ## pack website, browser edition and notebooks into one zip (options as for lite)
	$(PY) -m tools.lite $(if $(PYODIDE),--pyodide $(PYODIDE)) $(if $(EDITION),--edition $(EDITION))
	$(PY) -m tools.site
	$(PY) -m tools.lite.usb

binder: setup  ## let Binder's own program read .binder/; no image is built
	$(PY) -m tools.binder

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock" --quiet

lock:  ## write all locks anew (needs uv)
	$(COMPILE) $(NEWEST) --extra course --extra author --extra build --extra test --extra site \
	  --extra parquet --extra cluster -o requirements.txt
	$(COMPILE) $(NEWEST) --extra course --extra build -c requirements.txt -o requirements-course.txt
	$(subst pyproject.toml,tools/lite/requirements.in,$(COMPILE)) -c requirements.txt \
	  -o tools/lite/requirements.txt
	$(subst pyproject.toml,tools/binder/requirements.in,$(COMPILE)) $(NEWEST) -o tools/binder/requirements.txt

upgrade:  ## relock to the newest of everything, rebuild, show which outputs changed (needs uv)
	$(MAKE) lock NEWEST=--upgrade
	$(MAKE) setup
	$(PY) -m tools.licences
	$(BIN)/dsrct-edu build --fresh
	$(PY) -m tools.changed
	@echo "Read what changed, then: make test"

dials: setup  ## compute the tables of slow dials anew
	$(PY) -m tools.dials

clean:  ## remove what was built, and the environments
	rm -rf .venv .venv-* build dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
