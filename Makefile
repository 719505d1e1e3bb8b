# Everything a person does with Intrascribe, from a bare machine with Python 3.11 and make.
PYTHON ?= python3.11
ENVIRONMENTS := .intrascribe/environments
INSTALL := $(PYTHON) -m embedded.environments
TESTED := api stt agent embedded

.DEFAULT_GOAL := help

.PHONY: help
help: ## list all targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: format
format: tools ## format the code
	@$(ENVIRONMENTS)/api-tests/bin/ruff format .
	@$(ENVIRONMENTS)/api-tests/bin/ruff check --fix-only --quiet .

.PHONY: check
check: tools ## ruff, mypy --strict in every service's own environment, import-linter
	@$(ENVIRONMENTS)/api-tests/bin/ruff format --check .
	@$(ENVIRONMENTS)/api-tests/bin/ruff check .
	@$(ENVIRONMENTS)/api-tests/bin/lint-imports
	@$(ENVIRONMENTS)/api-tests/bin/mypy shared api_service
	@$(ENVIRONMENTS)/stt-tests/bin/mypy stt_service
	@$(ENVIRONMENTS)/agent-tests/bin/mypy agent_service
	@$(ENVIRONMENTS)/embedded-tests/bin/mypy embedded

.PHONY: tools
tools:
	@$(INSTALL) $(TESTED:%=%-tests)

.PHONY: lock
lock: ## resolve every service's dependencies anew into its hash-pinned lock
	@$(INSTALL) --lock
