# vivavoz: `make serve` to use it, `make test` to change it.
# Needs Python 3.11 or later and make; everything else is installed into .venv.

PYTHON ?= python3
HOST   ?= 127.0.0.1
PORT   ?= 8080
DATA   ?= ../shared/data
RUN    ?= runs/compact
BIN    := .venv/bin
TSC    := tools/page/node_modules/.bin/tsc
BENCH  = $(BIN)/vivavoz bench
TALK   = $(wildcard $(DATA)/vad/*.flac)
LABELLED = $(addprefix --speech ,$(wildcard $(DATA)/speech.csv))
# Each 30th recording of validation, played to the page.
HEARD  = $(addprefix $(DATA)/,$(shell grep ',validation$$' $(DATA)/speech.csv | awk -F, 'NR % 30 == 0 {print $$1}'))
PUBLISH = --figures docs/performance/figures.md
KEPT    = --figures docs/performance/trust.md
MINUTES ?= 3
SEED    ?= 1
RECORDINGS = --speech $(DATA)/speech.csv --sounds $(DATA)/sounds.csv
FIT    = $(BIN)/vivavoz train fit $(RECORDINGS)
TEACHERS := 11 12
TEACHER = --base teacher --epochs 32 --rate 1e-3 --mixup 0.3
# smart-turn's encoder as it is; of its teacher only the head learns.
GRAPH  := pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx
TURN   = --base $(RUN)/smart-turn/$(GRAPH) --epochs 10 --rate 1e-3 --mixup 0.3 --seed 21 \
  --augment speed=0.4,speed_range=0.85:1.2,noise=0.4
# Of the bundled model, in two stages; what else was tried stands in docs/model.md.
RECIPE = --mixup 0.5 --augment speed=0.6,speed_range=0.8:1.25,band=0.5,noise=0.4
FIRST  = --epochs 46 --rate 5e-4 --seed 1
SECOND = --epochs 21 --rate 4e-4 --seed 2 --keep 6
# Files of tests in two processes; what takes long waits, for sound or a server, more than it works.
AT_ONCE = -n 2 --dist loadfile
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help serve test check unit browser fast train evaluate thesis held-out bench trust cuts generate image-steps format clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 18

serve: .venv/serve.done ## install what serving needs, and serve on http://localhost:8080 (PORT=, HOST=)
	@VIVAVOZ_HOST=$(HOST) VIVAVOZ_PORT=$(PORT) exec $(BIN)/vivavoz serve $(ARGS)

test: check unit browser ## style, types, contracts and every test, the browser's included

check: .venv/dev.done .venv/page.done ## style, types (the page's too) and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ -e $(TSC) ]; then set -x; $(TSC) -p tools/page; fi

unit: .venv/dev.done ## every test but the browser's, with coverage
	$(BIN)/pytest $(AT_ONCE) --ignore=tests/browser --doctest-modules --cov --cov-report=term \
	  $(TEST_PATHS)
	@# What everything else stands on is covered to the last branch, the rest to 90 %.
	$(BIN)/coverage report --include='$(WHOLLY_COVERED)' --fail-under=100 >/dev/null \
	  || { $(BIN)/coverage report --include='$(WHOLLY_COVERED)'; exit 1; }
	$(BIN)/coverage report --fail-under=90 >/dev/null || { echo 'coverage is below 90 %'; exit 1; }

browser: .venv/dev.done .venv/page.done .venv/chromium.done .venv/firefox.done ## the page in a real Chromium and Firefox
	$(BIN)/pytest $(AT_ONCE) tests/browser

fast: .venv/dev.done ## the tests that need neither torch nor a browser
	$(BIN)/pytest $(AT_ONCE) -q tests/vad tests/annotation tests/server tests/client_python

train: .venv/dev.done $(RUN)/smart-turn/$(GRAPH) ## train the bundled model anew from DATA= into RUN= (hours)
	for seed in $(TEACHERS); do $(FIT) --run $(RUN)/teacher-$$seed $(TEACHER) --seed $$seed \
	  || exit 1; done
	$(FIT) --run $(RUN)/first $(RECIPE) $(FIRST) --teachers $(TEACHERS:%=$(RUN)/teacher-%/best)
	$(FIT) --run $(RUN)/turn $(TURN)
	$(FIT) --run $(RUN)/pupil --base $(RUN)/first/best $(RECIPE) $(SECOND) --teachers $(RUN)/turn/best
	$(BIN)/vivavoz train pack $(RECORDINGS) --run $(RUN)/pupil --out models/default

$(RUN)/smart-turn/$(GRAPH): tools/smart_turn.txt | .venv/dev.done
	mkdir -p $(RUN)/smart-turn
	$(PIP) download --no-deps --require-hashes --requirement $< --dest $(RUN)/smart-turn
	$(BIN)/python -m zipfile -e $(RUN)/smart-turn/*.whl $(RUN)/smart-turn
	touch $@

evaluate: .venv/dev.done ## measure the bundled model on DATA=: in noise, by length, beside baselines
	$(BIN)/vivavoz train evaluate models/default $(RECORDINGS) --run $(RUN)/pupil
	$(BIN)/vivavoz train card $(RECORDINGS) --run $(RUN)/pupil --out models/default

thesis: .venv/dev.done ## train the thesis's recipe on DATA=, to be shown beside ours (hours)
	$(BIN)/vivavoz train thesis $(RECORDINGS) --run $(RUN)/thesis --random-split

held-out: .venv/dev.done ## train without each corpus of DATA= in turn (days)
	$(BIN)/vivavoz train leave-one-out $(RECORDINGS) --run $(RUN)/leave-one-out \
	  --teacher-count 2 $(RECIPE) $(FIRST)

bench: .venv/dev.done ## the published figures, from DATA=, into docs/performance (20 minutes)
	$(BENCH) vad $(DATA) $(PUBLISH)
	$(BENCH) noise $(DATA) $(PUBLISH)
	$(BENCH) session --minutes $(MINUTES) $(TALK) $(PUBLISH)
	$(BENCH) startup $(PUBLISH)
	$(BENCH) capacity $(TALK) --plots docs/performance $(PUBLISH)
	$(BENCH) capacity --model random-base --sessions 10,20,30 --interim-ms 0 --late-ms 500 \
	  $(TALK) --plots docs/performance $(PUBLISH)
	$(BENCH) overhead --seconds 20 $(TALK) $(PUBLISH)
	$(BENCH) original $(TALK) $(PUBLISH)
	$(BENCH) engines --threads 1,2 $(TALK) $(LABELLED) $(PUBLISH)
	$(BENCH) engines --model random-base --runs 5 $(wordlist 1,3,$(TALK)) $(PUBLISH)
	$(BENCH) peak $(PUBLISH)
	$(BENCH) page $(HEARD) $(PUBLISH)

cuts: .venv/dev.done .venv/chromium.done ## the page through 20 network cuts in five minutes (SEED=)
	$(BENCH) cuts --seed $(SEED) $(HEARD) $(PUBLISH)

trust: .venv/dev.done ## bring about what may go wrong, and print what was kept (half an hour)
	$(BENCH) websocket $(KEPT)
	$(BENCH) faults $(KEPT)
	$(BENCH) hostile $(KEPT)
	$(BIN)/pytest -q tests/server/test_privacy.py tests/repository
	$(BIN)/pytest -q tests/conformance --hypothesis-profile=long
	$(BENCH) fuzz $(KEPT)

generate: .venv/serve.done ## write what is generated from server/protocol.py
	$(BIN)/python -m server.protocol_export

image-steps: ## the image's steps in a clean root, without Docker, and a visit there (as root; minutes, 1 GB)
	$(PYTHON) docker/try_steps.py $(or $(TMPDIR),/tmp)/vivavoz-image

format: .venv/dev.done ## format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what was installed and made
	rm -rf .venv tools/page/node_modules artifacts build dist .coverage

WHOLLY_COVERED := vad/*,server/protocol.py,server/codes.py,server/message.py,server/*_messages.py,server/session*.py,server/outbox.py
TEST_PATHS := tests annotation bench classifier client_python server training vad

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'vivavoz needs Python 3.11 or later: make serve PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo 'Python has no venv here; on Debian: apt-get install python3-venv'; exit 1; }

.venv/serve.done: pyproject.toml | .venv/bin/python
	@echo 'installing what serving needs into .venv ...'
	@$(PIP) install --editable .
	@touch $@

.venv/dev.done: pyproject.toml tools/install_torch.sh .venv/serve.done
	@echo 'installing what the tests need into .venv ...'
	@sh tools/install_torch.sh $(BIN)/python
	@$(PIP) install --editable '.[dev]'
	@touch $@

# The page needs none of it: its compiler checks types alone, axe its accessibility.
.venv/page.done: tools/page/package-lock.json .venv/dev.done
	@if command -v npm >/dev/null 2>&1; then npm ci --prefix tools/page --silent; \
	  else echo 'there is no npm: types and accessibility of the page are not checked'; fi
	@touch $@

.venv/chromium.done: tools/install_chromium.sh .venv/dev.done
	@sh tools/install_chromium.sh $(BIN)/playwright
	@touch $@

.venv/firefox.done: tools/install_firefox.sh .venv/dev.done
	@sh tools/install_firefox.sh
	@touch $@
