# Warren's commands. `make` alone prints them; each is explained in docs/how-to.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
NPM := $(PY) -m infra.native.client frontend
TESTS ?=
export native PORT RUNNERS

##@ Run

.PHONY: up
up: ## Start everything and print the address, with PORT=8080 RUNNERS=2 native=1
	@./infra/run.sh up

.PHONY: down
down: ## Stop everything; data stays
	@./infra/run.sh down

.PHONY: dev
dev: ## Start everything with live reload of services, bots and client
	@./infra/run.sh dev

.PHONY: status
status: ## Show what runs and whether it is ready
	@./infra/run.sh status

.PHONY: logs
logs: ## Follow the logs, with s=chat-api
	@./infra/run.sh logs $(s)

.PHONY: scale
scale: ## Set the number of bot-runners, live, with n=4 kinds=Gpt
	@./infra/run.sh scale "$(n)" "$(kinds)"

.PHONY: doctor
doctor: ## Look for what is wrong and say what to do about it
	@./infra/run.sh doctor

.PHONY: model
model: install ## Fetch the local language model now, with LOCAL_LLM_SIZE=0.5b
	@$(PY) -m infra.native.fetch_model
