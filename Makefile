# Everything a newcomer needs: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
GO ?= go
RACE := $(shell command -v gcc >/dev/null 2>&1 && echo -race)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

build: ## the one binary, ./tamga
	@test -e tamga || echo "building: the first time takes a few minutes"
	@$(GO) build -trimpath -o tamga ./cmd/tamga

run: build ## the whole state in one process: portal, identity provider, staff site, stands, bank, databases
	@exec ./tamga demo

clean-data: ## forget the demo's data (TAMGA_DATA, ./.tamga when unset)
	@./scripts/clean-data

test: test-go test-e2e ## all tests: Go on a real PostgreSQL, then the journeys in a real browser

test-go: ## the Go tests alone
	@./scripts/need postgresql
	@./scripts/need openssl-gost
	@$(if $(RACE),,echo "no C compiler: testing without the race detector (apt-get install gcc brings it)";) \
	$(GO) test $(RACE) -shuffle=on -count=1 -timeout 20m ./...

test-e2e: build ## the browser journeys alone (Node and Chromium)
	@./scripts/journeys

check: ## gofmt, vet, staticcheck, govulncheck, go.mod tidy
	@./scripts/check

assets: ## rebuild CSS, JS and fonts from frontend/ (Node)
	@cd frontend && npm ci --no-audit --no-fund --silent && npm run --silent build

schema: ## rewrite migrations/*.sql from the migrations themselves
	@UPDATE_SCHEMA=1 $(GO) test -count=1 -run TestSchemaFile ./internal/arch

ci: fresh check test ## what .ci/run runs

fresh: ## committed assets are what their sources build
	@./scripts/need node
	@$(MAKE) --no-print-directory assets
	@git diff --exit-code --stat -- frontend/static || { echo "frontend/static is stale: run make assets and commit"; exit 1; }
	@test -z "$$(git status --porcelain -- frontend/static)" || { git status --porcelain -- frontend/static; exit 1; }

bench: ## benchmarks beside the code
	@$(GO) test -run xxx -bench . -benchmem ./...

bench-idp: ## the identity provider beside npm oidc-provider (Node): rates of its works, and what the machine allows
	@./scripts/need node
	@$(GO) run ./idp/bench

chaos: ## half an hour of killed workers, cut connections and failing departments; a short form is part of make test
	@TAMGA_CHAOS=$(or $(CHAOSTIME),30m) $(GO) test -count=1 -timeout 60m -v -run 'TestChaos$$' ./departments

bench-departments: ## receipt of an application, what one dead department costs nine others, a backlog of 100,000 (.bench/departments.json)
	@TAMGA_BENCH=$(CURDIR)/.bench $(GO) test -run xxx -timeout 60m -benchtime 1x -bench '^Benchmark(Receipt|OneDeadOfTen|Backlog)$$' ./departments

bench-catalog: ## open pages beside a bare Fiber handler, search, a form step, the weight of the home page
	@./scripts/need wrk || true
	@$(GO) run ./portal/bench

kill-payments: ## 2000 payments at a lying bank while portal and worker are killed (KILL=2000)
	@TAMGA_KILL_PAYMENTS=$(or $(KILL),2000) $(GO) test ./cmd/tamga -run TestKillPayments -v -count=1 -timeout 90m

bench-applications: ## applications submitted a second beside pgbench, with 100 000 and 1 000 000 of them: make bench-applications SIZES=100000
	@$(GO) run ./applications/bench $(if $(SIZES),-n $(SIZES))

bench-payments: ## staff find payments among many: make bench-payments SIZES=1000000,5000000,20000000 (200000)
	@$(GO) run ./payments/bench -n $(or $(SIZES),200000)

fuzz: ## fuzz targets of all packages in turn, each for FUZZTIME (20s): make fuzz FUZZTIME=1m
	@./scripts/fuzz $(or $(FUZZTIME),20s)

.PHONY: help build run clean-data test test-go test-e2e check assets schema ci fresh bench bench-applications bench-catalog bench-departments bench-payments kill-payments fuzz
