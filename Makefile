# Warren's commands. `make` alone prints them; docs/how-to explains each.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
PY := $(BIN)/python
NPM := $(PY) -m infra.native.client
# Starts a whole Warren on free ports for one command, beside one that runs already.
PRIVATE := $(PY) -m infra.native.private

##@ Run

.PHONY: up
up: ## Start everything and print the address, with PORT=8080 RUNNERS=2 native=1
	@native=$(native) ./infra/run.sh up

.PHONY: down
down: ## Stop everything; data stays
	@native=$(native) ./infra/run.sh down

.PHONY: dev
dev: ## Start everything with live reload of services, bots and client
	@native=1 ./infra/run.sh dev

.PHONY: status
status: ## Show what runs and whether it is ready
	@native=$(native) ./infra/run.sh status

.PHONY: logs
logs: ## Follow the logs, with s=chat-api
	@native=$(native) ./infra/run.sh logs $(s)

.PHONY: scale
scale: ## Set the number of bot-runners, live, with n=4 kinds=Gpt
	@native=$(native) ./infra/run.sh scale "$(n)" "$(kinds)"

.PHONY: doctor
doctor: ## Look for what is wrong and say what to do about it
	@native=$(native) ./infra/run.sh doctor

.PHONY: demo-failure
demo-failure: install ## Let a bot fail in five ways and show what became of each, with WARREN_URL=http://localhost:8080
	@$(PY) -m infra.demo_failure

.PHONY: model
model: install ## Fetch the local language model now, with LOCAL_LLM_SIZE=0.5b
	@$(PY) -m infra.native.fetch_model

##@ Test

.PHONY: test
test: install-test lint typecheck ## Run lint, types and all quick tests (12 minutes at most)
	@$(NPM) test
	@$(PRIVATE) npm run e2e -- smoke.spec.ts
	@$(PY) -m pytest -n 2 --dist loadfile $(args)

.PHONY: e2e
e2e: install-test ## Run the end-to-end tests in full, browser included, with args="-k stream"
	@$(PRIVATE) npm run e2e
	@$(PY) -m pytest tests/e2e -m "long or not long" $(args)

.PHONY: faults
faults: install-test ## Kill, stop and double everything in full (40 minutes), with args="-k runner"
	@WARREN_FAULTS=full $(PY) -m pytest tests/faults -m "long or not long" $(args)

.PHONY: mutants
mutants: install-test ## Prove that the tests notice each broken promise, with w=inbox
	@$(PY) -m tests.mutants $(w)

.PHONY: fuzz
fuzz: install ## Throw 1,000 odd messages at each bot in bot_config (1 minute)
	@for bot in bot_config/*.yaml; do $(BIN)/warren bots fuzz $$bot || exit 1; done

.PHONY: bench
bench: install ## Measure, with w=hop
	@$(PY) -m bench $(w)

.PHONY: screenshots
screenshots: install-test ## Take pictures of the client's screens
	@$(PRIVATE) npm run screenshots

##@ Write code

.PHONY: lint
lint: install ## Check style, import borders, Dockerfiles and the compose file
	@$(BIN)/ruff check && $(BIN)/ruff format --check
	@$(BIN)/lint-imports
	@$(NPM) run lint
	@$(BIN)/hadolint infra/docker/*.Dockerfile
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

.PHONY: typecheck
typecheck: install ## Check types of Python and TypeScript
	@$(BIN)/pyright
	@$(NPM) run typecheck

.PHONY: format
format: install ## Format all code
	@$(BIN)/ruff check --fix && $(BIN)/ruff format
	@$(NPM) run format

.PHONY: contracts
contracts: install ## Write the generated types, schema and documents anew
	@$(PY) -m warren.generate

.PHONY: lock
lock: install ## Resolve Python dependencies and write requirements.lock
	@$(PY) -m infra.native.lock

.PHONY: install
install: ## Install what is missing, without starting anything
	@./infra/bootstrap.sh

.PHONY: install-test
install-test:
	@./infra/bootstrap.sh --tests

.PHONY: help
help: ## Print this
	@awk -f infra/help.awk $(MAKEFILE_LIST)
