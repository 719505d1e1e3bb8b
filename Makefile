# Everything a person does with Intrascribe, from a bare machine with Python 3.11 and make.
PYTHON ?= python3.11
STATE := $(or $(INTRASCRIBE_STATE),.intrascribe)
ENVIRONMENTS := $(STATE)/environments
INSTALL := $(PYTHON) -m embedded.environments
PLATFORM := $(PYTHON) -m embedded
TESTED := api stt agent embedded
# ENGINE=funasr measures that engine, in the environment that has it.
SPEECH := $(if $(filter funasr,$(ENGINE) $(subst =, ,$(ARGUMENTS))),stt-funasr-tests,stt-tests)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list all targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## set everything up, start the platform and hold a meeting
	@$(PLATFORM) demo

.PHONY: setup
setup: ## install and build everything; safe to interrupt and repeat
	@$(PLATFORM) setup

.PHONY: up
up: ## start the platform, set up first where needed
	@$(PLATFORM) up

.PHONY: down
down: ## stop the platform
	@$(PLATFORM) down

.PHONY: status
status: ## say what runs and whether it answers
	@$(PLATFORM) status

.PHONY: logs
logs: ## show the newest log lines; SERVICE=api for one part
	@$(PLATFORM) logs $(SERVICE)

# What the documents of the original call these things; a service may be named with or without its last word.
.PHONY: init health stats dev agent
init: setup
health: status ## the same as status
stats: status ## the same as status, which says what each part holds in memory
dev: up logs ## start the platform and follow its logs
agent: restart-agent ## start the agent again

logs-%: ## show the newest log lines of one part, such as logs-api
	@$(PLATFORM) logs $(patsubst %-service,%,$*)

restart-%: ## stop one part and start it again, such as restart-api
	@$(PLATFORM) restart $(patsubst %-service,%,$*)

update-%: ## bring the environment of one service up to date and restart it, such as update-stt
	@$(INSTALL) $(patsubst %-service,%,$*)
	@$(PLATFORM) restart $(patsubst %-service,%,$*)

.PHONY: token
token: ## print a development token; EMAIL=a@example.com says for whom
	@$(if $(EMAIL),$(PLATFORM) token '$(EMAIL)',echo 'say for whom: make token EMAIL=a@example.com' >&2; exit 2)

.PHONY: models
models: ## list speech models; FETCH=name, REMOVE=name or VERIFY=1 for one thing else
	@$(PYTHON) -m embedded.weights $(if $(FETCH),fetch '$(FETCH)',$(if $(REMOVE),remove '$(REMOVE)',$(if $(VERIFY),verify,list)))

.PHONY: test
test: ## run all tests; SUITES="api web" for some
	@$(PLATFORM) test $(SUITES)

.PHONY: check
check: tools ## ruff, mypy strict in each environment, import-linter, the page's checks
	@$(ENVIRONMENTS)/api-tests/bin/ruff format --check .
	@$(ENVIRONMENTS)/api-tests/bin/ruff check .
	@$(ENVIRONMENTS)/api-tests/bin/lint-imports
	@$(ENVIRONMENTS)/api-tests/bin/mypy shared api_service benchmarks/api benchmarks/batch benchmarks/minutes tests/shared tests/api_service tests/integration/api_service tests/models/api_service
	@$(ENVIRONMENTS)/stt-tests/bin/mypy --exclude '^benchmarks/(api|batch|minutes)/' stt_service diarization_service benchmarks tests/stt_service tests/models/stt_service tests/models/stt_funasr tests/integration/stt_service
	@$(ENVIRONMENTS)/stt-tests/bin/mypy tests/diarization_service tests/models/diarization_service tests/integration/diarization_service
	@$(ENVIRONMENTS)/agent-tests/bin/mypy agent_service tests/agent_service tests/integration/agent_service
	@$(ENVIRONMENTS)/embedded-tests/bin/mypy embedded tests/embedded tests/e2e tests/browser
	@$(PYTHON) -m embedded.setup.web_build check

.PHONY: eval-stt
eval-stt: ## words the speech service gets wrong, per set; ENGINE=funasr, ARGUMENTS="--limit 5 --json"
	@$(INSTALL) $(SPEECH)
	@$(ENVIRONMENTS)/$(SPEECH)/bin/python -m benchmarks.eval_stt $(if $(ENGINE),--engine '$(ENGINE)') $(ARGUMENTS)

.PHONY: bench-stt
bench-stt: ## how fast the speech service is; ENGINE=funasr, ARGUMENTS="--url http://127.0.0.1:9000"
	@$(INSTALL) $(SPEECH)
	@$(ENVIRONMENTS)/$(SPEECH)/bin/python -m benchmarks.bench_stt $(if $(ENGINE),--engine '$(ENGINE)') $(ARGUMENTS)

.PHONY: bench-api
bench-api: ## how fast the API reads under row-level security; ARGUMENTS="--rate 400"
	@$(INSTALL) api-tests embedded
	@$(ENVIRONMENTS)/api-tests/bin/python -m benchmarks.api.bench $(ARGUMENTS)

.PHONY: bench-batch
bench-batch: ## how fast recordings become transcripts beside the bare engines; ARGUMENTS="--speakers"
	@$(INSTALL) api-tests embedded stt $(if $(findstring --speakers,$(ARGUMENTS)),diarization)
	@$(ENVIRONMENTS)/api-tests/bin/python -m benchmarks.batch.bench $(ARGUMENTS)

.PHONY: eval-diarization
eval-diarization: ## who speaks when and who said what, per set; ARGUMENTS="--tune", "--hours 1"
	@$(INSTALL) diarization-tests stt
	@$(PYTHON) -m embedded.weights fetch voices
	@$(ENVIRONMENTS)/diarization-tests/bin/python -m benchmarks.diarization.evaluate $(ARGUMENTS)

.PHONY: eval-minutes
eval-minutes: ## minutes beside those that people wrote; ARGUMENTS="--model local/extractive --json"
	@$(INSTALL) api-tests
	@$(ENVIRONMENTS)/api-tests/bin/python -m benchmarks.minutes.evaluate $(ARGUMENTS)

.PHONY: format
format: tools ## format the code
	@$(ENVIRONMENTS)/api-tests/bin/ruff format .
	@$(ENVIRONMENTS)/api-tests/bin/ruff check --fix-only --quiet .
	@$(PYTHON) -m embedded.setup.web_build format

.PHONY: tools
tools:
	@$(INSTALL) $(TESTED:%=%-tests)

.PHONY: lock
lock: ## resolve every service's dependencies anew into its hash-pinned lock
	@$(INSTALL) --lock

.PHONY: clean
clean: ## stop the platform and remove all that was made here, stored meetings included
	@if [ -n "$(INTRASCRIBE_STATE)" ]; then echo 'INTRASCRIBE_STATE names a folder of yours: make down, then remove it yourself' >&2; exit 2; fi
	@if [ -d $(ENVIRONMENTS)/embedded ]; then $(PLATFORM) down; fi
	@rm -rf .intrascribe models web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
