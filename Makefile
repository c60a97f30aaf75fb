# Everything that CI runs, and everything that a contributor needs.
#
# The root module is the plugin: standard library only. e2e/ is a module of its
# own with real components; what it builds from Go modules goes to the user's
# cache folder, once.

YAEGI_VERSION := v0.16.1
GOLANGCI_VERSION := v2.15.0
TOOLS := $(or $(DPF_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dpf)/tools
YAEGI := $(TOOLS)/yaegi-$(YAEGI_VERSION)/yaegi
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)/golangci-lint

.DEFAULT_GOAL := help

#? help: list the targets
help:
	@sed -n 's/^#? /  make /p' Makefile

#? demo: Traefik with the plugin in front of a Docker Engine; KEEP=1 stays up
demo: setup-demo
	cd e2e && go run ./cmd/demo $(if $(KEEP),-keep)

#? test: everything that CI runs
test: setup fmt vet lint unit yaegi fuzz-short operations e2e canary twin-short soak-short

#? setup: install what the tests need (Debian and Ubuntu, as root) or say what is missing
setup:
	@scripts/setup.sh go git docker dockerd haproxy busybox script openssl node npm python3-docker

# Without an engine at hand, root gets a private one.
setup-demo:
	@scripts/setup.sh go git $(if $(DOCKER_HOST)$(wildcard /var/run/docker.sock),,$(if $(filter 0,$(shell id -u)),dockerd busybox))

#? fmt: check that all Go code is formatted
fmt:
	@test -z "$$(git ls-files '*.go' | xargs gofmt -l | tee /dev/stderr)"

#? vet: go vet, both modules
vet:
	go vet ./...
	cd e2e && go vet ./...

#? lint: golangci-lint, both modules
lint: $(GOLANGCI)
	$(GOLANGCI) run ./...
	cd e2e && $(GOLANGCI) run --config ../.golangci.e2e.yml ./...

#? unit: the plugin's tests, native
unit:
	go test -race -shuffle=on -count=1 ./...

#? yaegi: the plugin's tests, interpreted as in Traefik, package by package
yaegi: $(YAEGI)
	@scripts/yaegi.sh $(YAEGI)

#? fuzz: run every fuzzer for FUZZTIME=30s; the lines have the executions
fuzz:
	@scripts/fuzz.sh

fuzz-short:
	@FUZZTIME=5s scripts/fuzz.sh

#? operations: check testdata/operations.tsv and parameters.tsv against the descriptions and sources of the API
operations:
	cd e2e && go run ./cmd/swagger -check

#? tools: build Traefik, an engine and clients from their modules, once
tools:
	cd e2e && go run ./cmd/tools

#? e2e: the stories, with real components
e2e: tools
	cd e2e && go test -count=1 -timeout 20m ./...

#? canary: look for leaks with every operation; the last line has the counts
canary:
	cd e2e && go run ./cmd/canary

#? twin: ask the same with and without hidden objects, on ENGINE=20.10, 29 or 29-containerd
ENGINE ?= 20.10
twin:
	cd e2e && go run ./cmd/twin -engine $(ENGINE)

#? twin-short: the same through one policy, on 20.10 and on 29
twin-short:
	cd e2e && go run ./cmd/twin -quick -engine 20.10
	cd e2e && go run ./cmd/twin -quick -engine 29

#? soak: five minutes of load, or SOAKTIME; every answer is checked, the last line has the counts
#? soak-short: the same with one minute of load
SOAKTIME ?= 5m
soak-short: override SOAKTIME = 60s
soak soak-short:
	cd e2e && go run ./cmd/soak -time $(SOAKTIME)

#? bench: what the plugin costs in Traefik, into bench/results.md; the last line has the summary
bench:
	cd e2e && go run ./cmd/bench

#? docs: write what is made from tables in docs/: endpoints, fields, parameters, faults, clients
docs: tools
	DPF_UPDATE=1 go test -count=1 -run 'Test(Endpoints|Fields|Parameters)Doc' ./internal/engineapi
	cd e2e && DPF_UPDATE=1 go test -count=1 -run 'Test(Faults|Clients)Doc' . ./clients

#? clean: remove what the targets leave in the tree
clean:
	rm -f yaegi.log

$(YAEGI):
	GOBIN=$(dir $@) go install github.com/traefik/yaegi/cmd/yaegi@$(YAEGI_VERSION)

$(GOLANGCI):
	@echo "building golangci-lint $(GOLANGCI_VERSION), once, takes minutes"
	GOBIN=$(dir $@) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

.PHONY: help demo test setup setup-demo fmt vet lint unit yaegi fuzz fuzz-short operations tools e2e canary twin twin-short soak soak-short bench docs clean
