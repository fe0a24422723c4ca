# Two commands matter: `make course` and `make test`. Both make .venv first if it is not there, `make test` with more in it.
PYTHON  ?= python3
OUT     ?= build
ARGS    ?=
WORKERS ?= auto

VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.installed
TESTED  := $(VENV)/.installed-test

# TensorFlow and the Hub client keep quiet; Jupyter starts the kernel of .venv, whatever else the user has installed.
export TF_CPP_MIN_LOG_LEVEL ?= 3
export HF_HUB_DISABLE_TELEMETRY ?= 1
export JUPYTER_PREFER_ENV_PATH ?= 1
# Packages are installed uncompiled: what is imported is compiled once and kept, even where a container forbids it,
# as every kernel would take seconds to compile it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help course site test test-unit test-chapters test-browser test-benchmarks fuzz audit bench assets pool results lab progress \
  repository notebooks lint format resolve binder-check constraints clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=python3.12   the Python that .venv is made with (3.11, 3.12 or 3.13)"
	@echo "  ARGS='-p seed=7'    what else to tell the course's runner"
	@echo "  WORKERS=4           processes that tests and chapters share out (one a core; each takes up to 2 GB)"

course: $(READY) ## execute all chapters into build/ and write build/index.html
	@$(BIN)/dlfb course --out $(OUT) $(ARGS)

# A test of the site in a browser reads this recipe.
site: $(TESTED) ## build the course's web site from the committed chapters; open build/site/index.html
	$(BIN)/python docs/prepare.py $(OUT)/site-source
	$(BIN)/python -m sphinx -q -W -b html -c docs -d $(OUT)/site-doctrees $(OUT)/site-source $(OUT)/site
	$(BIN)/python docs/try_data.py $(OUT)/site/_static/try

bench: $(TESTED) ## for maintainers: time embedding, training and metrics (about an hour) into benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

assets: $(TESTED) ## for maintainers: make every bundled file again, recipe by recipe (about 2 hours; ARGS='--from 4', --list)
	$(BIN)/python -m recipes $(ARGS)

pool: $(TESTED) ## for maintainers: embed the pool and align who is tested with it, once (70 minutes, kept in build/pool)
	$(BIN)/python -m recipes.step_8_predictor --once

results: $(TESTED) ## for maintainers: measure every figure again (25 minutes after make pool) into dlfb_helpers/assets
	$(BIN)/python -m recipes.step_6_course_results
	$(BIN)/python -m recipes.step_7_prospective
	$(BIN)/python -m recipes.step_8_predictor

# Tests share the cores: a thread that waits for the others of its pool sleeps, and leaves its core to them. (All chapters
# take a third of the time, side by side; a single one is no faster, and the library's padded batches are slower.)
test-unit test-chapters test-browser test-benchmarks: export OMP_WAIT_POLICY ?= PASSIVE

test: test-unit test-chapters ## run every test: the package, then the outputs of the committed chapters

test-unit: $(TESTED) ## run the package's tests; fail under 90 % line coverage
	$(BIN)/python -m pytest tests -n $(WORKERS) --dist worksteal --cov=dlfb_helpers --cov-fail-under=90

test-chapters: $(TESTED) ## execute the committed chapters with their solutions, and compare their outputs
	$(BIN)/python -m tests.chapters.together $(OUT)/together
	$(BIN)/python -m pytest -q --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg \
	  --nbval-cell-timeout=3600 -n $(WORKERS) --dist loadscope $(OUT)/together

test-browser: $(TESTED) ## try JupyterLab, the site and dlfb's page in Chromium (apt-get install chromium chromium-driver)
	$(BIN)/python -m pytest -q tests/browser -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-benchmarks: $(TESTED) ## show that benchmarked ways give the same numbers (no time is tested)
	$(BIN)/python -m pytest -q tests/benchmarks -n $(WORKERS)

fuzz: $(TESTED) ## for maintainers: feed 100,000 damaged files of six kinds to their readers
	$(BIN)/python -m recipes.fuzz --inputs 100000 --seed 0

audit: $(TESTED) ## look up known vulnerabilities of the tested releases (needs the network)
	$(BIN)/uv tool run pip-audit -r constraints.txt --no-deps --disable-pip

lab: $(READY) ## lay a copy of the chapters out in work/, yours to change, and open it in JupyterLab
	@$(BIN)/dlfb course --copy work $(ARGS)

progress: $(READY) ## say which exercises are solved in work/
	@$(BIN)/dlfb progress

repository: $(TESTED) ## for maintainers: say where on GitHub the course lies (NAME=owner/name), in all places that follow
	$(BIN)/python -m recipes.repository $(NAME)

notebooks: $(TESTED) ## for maintainers: make the chapters and their solutions from chapters/source
	$(BIN)/python -m recipes.notebooks $(ARGS)

lint: $(TESTED) ## check style, docstrings, types, and that no import runs back up the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(TESTED) ## lay out the code as make lint wants it, that of chapters/source as well
	$(BIN)/ruff format .
	$(BIN)/jupytext --quiet --pipe '$(BIN)/ruff format -' --pipe-fmt py:percent chapters/source/[0-9]*.md

# A dry resolve: reads the packages' metadata, installs nothing.
resolve: $(TESTED) ## show that Python 3.11, 3.12 and 3.13 resolve, at the newest, the tested and the oldest releases
	@for version in 3.11.0 3.12.0 3.13.0; do \
	  for choice in "--constraints constraints.txt" "--resolution highest" "--resolution lowest-direct"; do \
	    printf 'Python %s, %s: ' "$$version" "$$choice"; \
	    $(BIN)/uv pip compile -q --python-version $$version $$choice --extra test --no-header --no-annotate \
	      pyproject.toml > $(VENV)/resolved.txt || exit 1; \
	    echo "$$(wc -l < $(VENV)/resolved.txt | tr -d ' ') packages, \
	$$(grep -E '^(torch|jax|tensorflow[a-z-]*)==' $(VENV)/resolved.txt | tr '\n' ' ')"; \
	  done; \
	done

binder-check: $(TESTED) ## show that repo2docker accepts binder/ (nothing is built, no Docker needed)
	$(BIN)/jupyter-repo2docker --no-build .

constraints: $(TESTED) ## for maintainers: write constraints.txt from the environment that was just tested
	@{ grep '^#' constraints.txt; $(BIN)/pip freeze --all --exclude-editable | sed -e '/^pip==/d; /^wheel==/d' -e 's/+cpu$$//' \
	  -e 's/^tensorflow-cpu==\(.*\)/tensorflow==\1\n&/'; } \
	  > $(VENV)/constraints.txt
	@mv $(VENV)/constraints.txt constraints.txt

clean: ## remove the executed chapters and the caches of the tools (.venv stays)
	rm -rf $(OUT)/*.ipynb $(OUT)/*.html $(OUT)/solutions $(OUT)/site $(OUT)/site-source $(OUT)/site-doctrees .coverage
	rm -rf .pytest_cache .ruff_cache .mypy_cache .grimp_cache .import_linter_cache .hypothesis
	find dlfb_helpers tests recipes benchmarks docs -name __pycache__ -exec rm -rf {} +

FIND_PYTHON = command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here; the course needs Python 3.11, 3.12 or 3.13."; \
  echo "Name one that there is: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }

# A stamp is written last: an interrupted installation is taken up again, a finished one is left alone.
$(READY): pyproject.toml constraints.txt
	@$(FIND_PYTHON)
	@$(PYTHON) recipes/install.py --venv "$(CURDIR)/$(VENV)"
	@touch $(READY)

$(TESTED): pyproject.toml constraints.txt
	@$(FIND_PYTHON)
	@$(PYTHON) recipes/install.py --venv "$(CURDIR)/$(VENV)" --extra test
	@touch $(READY) $(TESTED)
