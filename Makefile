# Two commands matter: `make score` and `make test`. Both set up everything they need in .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
comma := ,
VENV := .venv
BIN := $(VENV)/bin
RISKMODEL := $(BIN)/riskmodel

# The first interpreter in the supported range, so that a newer system python3 does not stop the set-up.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; \
	then echo $$p; break; fi; done)

SAMPLE_WORLD := runs/sample-world
SAMPLE_RUN := runs/sample

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

$(VENV)/.installed: requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
		|| { echo "Needed is Python 3.11 to 3.14$(if $(PYTHON),$(comma) and $(PYTHON) is none of them). Install one, or run: make PYTHON=/path/to/python3.11 score" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$("$(PYTHON)" --version) (once; a few minutes)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Adding the test tools to $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: score
score: $(VENV)/.installed ## set up and run the main job on the bundled simulated sample
	@$(RISKMODEL) simulate --sample --out $(SAMPLE_WORLD) --quiet
	@$(RISKMODEL) score --trade $(SAMPLE_WORLD)/trade_flows.parquet --articles $(SAMPLE_WORLD)/articles.jsonl \
		--listings $(SAMPLE_WORLD)/listings.csv --as-of 2024-06-30 --out $(SAMPLE_RUN)

DATA ?= ../shared/data
.PHONY: real
real: $(VENV)/.installed ## score real public extracts: EU exports by CN8, US designations, articles (DATA=folder)
	@test -d "$(DATA)" || { echo "No folder $(DATA): give the folder of the extracts, make real DATA=/path" >&2; exit 2; }
	@$(RISKMODEL) score \
		--trade "$(DATA)/eu27-sanctioned-cn8-monthly/eu27_exports_cn8_monthly_2020_2022.parquet" \
		--goods "$(DATA)/trade-reference/eu_export_sanctions_cn8_jan2023.csv.gz" \
		--articles "$(DATA)/us-federal-register-abstracts/fr_abstracts.csv.gz" --articles "$(DATA)/seed-article" \
		--listings "$(DATA)/ofac-russia-designations/ofac_ru14024_entity_country.csv" \
		--published-at 2024-08-05 --baseline 2020-01:2021-12 --recent-months 9 \
		--as-of 2023-12-31 --out runs/real

STORE ?= store
SINCE ?= 2019-01
.PHONY: world
world: $(VENV)/.installed ## fetch public data and rank all transit countries on it (needs the network; STORE=folder)
	@test -e $(VENV)/.installed-fetch || { $(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 \
		--require-hashes -r requirements-fetch.lock 2>/dev/null && touch $(VENV)/.installed-fetch; } || true
	@$(RISKMODEL) fetch starter --plan --since $(SINCE) --store "$(STORE)"
	@$(RISKMODEL) fetch starter --since $(SINCE) --store "$(STORE)" || \
		{ code=$$?; test $$code -eq 6 && $(RISKMODEL) store list --store "$(STORE)" | grep -qE '^(comtrade|comext) +[1-9]' \
		|| exit $$code; }
	@$(RISKMODEL) score --store "$(STORE)" --as-of $$(date +%F) --out runs/world

NOTEBOOKS := runs/notebooks
$(VENV)/.installed-notebook: $(VENV)/.installed requirements-notebook.lock
	@echo "Adding JupyterLab to $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 --require-hashes \
		-r requirements-notebook.lock 2>$(VENV)/notebook.log || { echo "JupyterLab could not be installed: this" \
		"step needs the network once (the reason is in $(VENV)/notebook.log). Any editor that runs percent scripts" \
		"opens notebooks/*.py without it." >&2; exit 1; }
	@$(BIN)/python -m jupyter labextension disable @jupyterlab/apputils-extension:announcements >/dev/null 2>&1 || true
	@touch $@

# A user's copies are never overwritten.
.PHONY: notebook-copies
notebook-copies: $(VENV)/.installed-notebook
	@test -e $(SAMPLE_RUN)/manifest.json || $(MAKE) --no-print-directory score
	@mkdir -p $(NOTEBOOKS)
	@for script in notebooks/*.py; do copy=$(NOTEBOOKS)/$$(basename $$script .py).ipynb; \
		if test ! -e $$copy; then $(BIN)/python -m jupytext --quiet --to ipynb -o $$copy $$script || exit 1; \
		elif test $$script -nt $$copy; then echo "$$copy is yours and older than $$script: delete it to get the new one."; \
		fi; done

.PHONY: notebook
notebook: notebook-copies ## open the notebooks in JupyterLab (needs the network once, to install it)
	@$(BIN)/python -m jupyterlab --notebook-dir=. $(NOTEBOOKS)/explore_run.ipynb

.PHONY: notebook-pages
notebook-pages: notebook-copies ## run the notebooks and write them as HTML pages to runs/notebooks
	@$(BIN)/python -m nbconvert --log-level=ERROR --execute --to html --HTMLExporter.require_js_url= \
		--HTMLExporter.mathjax_url= --HTMLExporter.mermaid_js_url= --HTMLExporter.theme=light $(NOTEBOOKS)/*.ipynb
	@echo "Pages: $(NOTEBOOKS)/*.html"

.PHONY: kills
kills: $(VENV)/.installed-dev ## kill a fetch at 200 moments and resume it (a quarter of an hour)
	@RISKMODEL_KILLS=200 $(BIN)/python -m pytest -q tests/fetch/test_client.py -k kill_9 -p no:cacheprovider

.PHONY: test
test: $(VENV)/.installed-dev ## set up and run every test, linter and type check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long"

.PHONY: long
long: $(VENV)/.installed-dev ## run the tests that `make test` leaves out: evaluations, every engine, every example of the documents
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m long

.PHONY: quick
quick: $(VENV)/.installed-dev ## a short suite that enters every room (under a minute on two free cores)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -p no:cacheprovider -q @tests/quick.txt

.PHONY: faults
faults: $(VENV)/.installed-dev ## break a job on purpose, some 1,400 times: kills, damaged files, full disk (up to an hour)
	@$(BIN)/python tests/faults/harness.py

FUZZ := .venv-fuzz
SECONDS_OF_FUZZ ?= 600
$(FUZZ)/.installed: $(VENV)/.installed-dev
	@$(BIN)/python -m venv $(FUZZ)
	@$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check atheris==3.0.0
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> $$($(FUZZ)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth
	@touch $@

.PHONY: fuzz
fuzz: $(FUZZ)/.installed ## mutate files until readers and contracts fail, guided by coverage (SECONDS_OF_FUZZ=600)
	@$(FUZZ)/bin/python tests/faults/fuzz.py --seconds $(SECONDS_OF_FUZZ)

AUDIT := .venv-audit
$(AUDIT)/.installed:
	@"$(PYTHON)" -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 cyclonedx-bom==7.5.0
	@touch $@

.PHONY: audit
audit: $(AUDIT)/.installed ## compare the locked versions with published advisories (needs the network)
	@$(AUDIT)/bin/python .ci/audit.py requirements.lock

PYTHONS := 3.11 3.12 3.13 3.14
.PHONY: wheels
wheels: $(VENV)/.installed ## ask whether every locked version has a wheel for each supported Python (needs the network)
	@$(BIN)/python .ci/wheels.py $(PYTHONS)

.PHONY: sbom
sbom: $(AUDIT)/.installed ## write a bill of materials of the locked versions to build/sbom.json
	@mkdir -p build
	@$(AUDIT)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON \
		-o build/sbom.json requirements.lock
	@echo "Bill of materials: build/sbom.json"

DOCS := .venv-docs
$(DOCS)/.installed: requirements-docs.lock
	@"$(PYTHON)" -m venv $(DOCS)
	@$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

.PHONY: docs
docs: $(DOCS)/.installed ## build the documentation site into build/site, with warnings as errors
	@NO_MKDOCS_2_WARNING=true $(DOCS)/bin/mkdocs build --strict 2>&1 | { grep -vE '^INFO' || true; }; exit $${PIPESTATUS[0]}
	@echo "Documentation: build/site/index.html"

$(DOCS)/.installed-pictures: $(DOCS)/.installed
	@$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check pillow==13.0.0 pypdfium2==5.15.2
	@touch $@

.PHONY: pictures
pictures: $(DOCS)/.installed-pictures score ## draw the pictures of the documents (needs Chromium)
	@$(RISKMODEL) --quiet explain "$$(sed -n 2p $(SAMPLE_RUN)/scores_country.csv | cut -d, -f2)" --run $(SAMPLE_RUN) \
		--html runs/country.html
	@$(DOCS)/bin/python tools/documents/pictures.py

$(DOCS)/.installed-walks: $(DOCS)/.installed
	@$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check playwright==1.65.2
	@touch $@

.PHONY: walks
walks: $(DOCS)/.installed-walks score ## walk five readers' questions in the sample's report (needs Chromium)
	@PYTHONPATH=. $(DOCS)/bin/python tools/documents/walks.py --write

.PHONY: pages
pages: $(VENV)/.installed-dev ## make the generated parts of the documentation again
	@$(BIN)/python -m tools.documents.pages --write
	@$(BIN)/python -m tools.documents.examples --write

.PHONY: backtest
backtest: $(VENV)/.installed ## judge the champion on 12 simulated worlds, with ablation (a few minutes)
	@$(RISKMODEL) backtest --ablation --out runs/backtest

.PHONY: format
format: $(VENV)/.installed-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: clean
clean: ## remove the virtual environment and the runs
	rm -rf $(VENV) $(AUDIT) $(FUZZ) $(DOCS) runs .cache build
