# Two commands for people: `make lab` and `make test`. Everything lands in .venv, from the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB_DIR ?= $(HOME)/easymaker-quickstart
# Jupyter asks root, as on a fresh machine or in a container, to say so.
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# uv reads no pip configuration, so an index configured for pip is handed on.
export UV_EXTRA_INDEX_URL ?= $(shell $(PYTHON) -m pip config get global.extra-index-url 2>/dev/null)
export UV_INDEX_STRATEGY ?= unsafe-best-match
UV := VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --compile-bytecode
# Tests mostly wait for processes they started; each file stays with one worker, which has servers of its own.
PARALLEL ?= --numprocesses 3 --dist loadfile --no-loadscope-reorder
QUICK := not torch and not formats and not wheel and not hub and not cluster
SOURCES := $(shell find labextension/src labextension/style labextension/package.json labextension/yarn.lock pyproject.toml -type f 2>/dev/null)

.PHONY: lab hub test test-torch test-formats test-wheel test-hub test-cluster lint format benchmarks clean browser

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "uv>=0.9"

# Installing the package builds the JupyterLab extension.
$(VENV)/.installed: $(BIN)/uv $(SOURCES)
	$(UV) "jupyterlab>=4.6,<5" hatchling hatch-nodejs-version hatch-jupyter-builder editables
	cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm install --immutable
	PATH="$(CURDIR)/$(BIN):$$PATH" $(UV) --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(UV) --group test --group lint
	touch $@

lab: $(VENV)/.installed  ## a running JupyterLab with the panel and an embedded backend
	$(BIN)/jupyter easymaker quickstart "$(LAB_DIR)"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --notebook-dir "$(LAB_DIR)" $(ALLOW_ROOT) $(LAB_ARGS) "$(LAB_DIR)/quickstart.ipynb"

$(VENV)/.installed-hub: $(VENV)/.installed
	$(UV) --requirements pyproject.toml --extra hub
	touch $@

hub: $(VENV)/.installed-hub  ## a JupyterHub on this machine: notebooks for a team, one backend
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyterhub --config hub_config/jupyterhub_config.py $(HUB_ARGS)

test: $(VENV)/.installed-test browser  ## all tests but the slow suites below
	cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest $(PARALLEL) -m "not alone and not e2e and $(QUICK)"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m alone tests/service
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m "e2e and $(QUICK)"

test-torch: $(VENV)/.installed-test  ## distributed training with PyTorch
	$(BIN)/python -m pip install --quiet "torch==2.13.0"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m torch

test-formats: $(VENV)/.installed-test  ## models of TensorFlow, and another server's client against ours
	$(UV) "tensorflow>=2.21"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m formats

test-wheel: $(VENV)/.installed-test  ## the built wheel in a fresh environment
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m wheel

test-hub: $(VENV)/.installed-test  ## a real hub, its notebooks and backend
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m hub

test-cluster: $(VENV)/.installed-test  ## a real Kubernetes; the first time it is built, which takes ten minutes
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m cluster

lint: $(VENV)/.installed-test  ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm lint:check

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm lint

benchmarks: $(VENV)/.installed-test  ## ratios against a reference of the same run
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.benchmarks

# Browser and database of the tests; Debian's packages when we may install them, else what is there.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { echo "Installing chromium for the browser tests"; apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; }
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { echo "Installing PostgreSQL for the store tests"; apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; }

clean:
	rm -rf $(VENV) labextension/node_modules labextension/lib jupyter_easymaker/labextension dist
