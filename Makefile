# Every command of this project. `make` alone explains them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The program is built without cgo, so that one file runs on any Linux of its kind.
export CGO_ENABLED ?= 0

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

##@ Use it

.PHONY: run
run: build ## build and start everything in one process: http://localhost:8080
	@exec ./bin/smtpserver serve

.PHONY: build
build: ## build ./bin/smtpserver (needs Go only: generated code and styles are committed)
	go build -trimpath -ldflags "-s -w -X smtpserver/app/cli.Version=$(VERSION)" -o bin/smtpserver ./app

##@ Judge it

.PHONY: test
test: ## all tests, with private PostgreSQL, Redis and Chromium: make test ARGS="-run TestX ./app/store"
	@go build -o .cache/runtests ./tools/runtests
	@exec .cache/runtests $(ARGS)

.PHONY: faults
faults: ## kill, starve and confuse it for half an hour: make faults ARGS="-run TestF02 ./app/e2e"
	@go build -o .cache/runtests ./tools/runtests
	@exec env TEST_FAULTS=long .cache/runtests -timeout=60m $(or $(ARGS),-run '^Test(F[0-9]|S[0-9]|Soak|SimulatedMonth|MixedMailIsAuthentic|ABusinessYear)' ./app/... ./jobs/...)

.PHONY: scale
scale: ## compose.yaml's layout on this machine, restarted process by process under load: make scale MINUTES=10
	@go build -o .cache/runtests ./tools/runtests
	@exec env TEST_MINUTES=$(or $(MINUTES),1) .cache/runtests -timeout=$$(( $(or $(MINUTES),1) + 10 ))m -v -run '^TestSoakScaledOut$$' ./app/e2e

.PHONY: large
large: ## every page with 10,000 accounts, 5 M contacts, 50 M events: make large EVENTS=5000000 CONTACTS=500000
	@go build -o .cache/runtests ./tools/runtests
	@exec env TEST_LARGE_ACCOUNTS=$(or $(ACCOUNTS),10000) TEST_LARGE_CONTACTS=$(or $(CONTACTS),5000000) TEST_LARGE_EVENTS=$(or $(EVENTS),50000000) TEST_LARGE_REQUESTS=$(or $(REQUESTS),20) \
		.cache/runtests -timeout=120m -v -run '^TestLargeInstallation$$' ./app/web

.PHONY: check
check: ## formatting, generated code, lint, race, fuzz: make check STEP="lint tidy", FUZZTIME=5s
	@go build -o .cache/check ./tools/check
	@exec .cache/check $(STEP)

.PHONY: bench
bench: ## messages per second, accepted and delivered, beside Postfix: make bench ARGS="--help"
	@go run ./app/bench $(ARGS)

##@ Change it

.PHONY: generate
generate: ## views/*.templ → Go, static/src → static/dist (with node and npm)
	go tool templ generate
	@if command -v npm >/dev/null; then \
		{ [ -d node_modules ] || npm install --no-save; } && npm run --silent build; \
	else \
		echo "static/dist is left as it is: node and npm are not installed"; \
	fi

.PHONY: fmt
fmt: ## format Go and templates
	gofmt -w app jobs migrations static views tools
	@if find views -name '*.templ' | grep -q .; then go tool templ fmt views; fi

.PHONY: services
services: ## run a command beside private services: make services CMD="bash"
	@go build -o .cache/runtests ./tools/runtests
	@exec .cache/runtests -- $(CMD)

.PHONY: clean
clean: ## remove what was built; ./data, the embedded database, stays
	rm -rf bin .cache

##@ Help

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
