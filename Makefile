# Everything a developer does. Node 24 comes with the packages (npm's `node`), so any Node that runs npm will do.
SHELL := /bin/sh
OUTER_PATH := $(subst $(CURDIR)/node_modules/.bin:,,$(PATH))
export PATH := $(CURDIR)/node_modules/.bin:$(OUTER_PATH)
STAMP := node_modules/.installed
DEMO_FLAGS := $(if $(filter-out 0,$(KEEP)),--keep) $(if $(SEED),--seed=$(SEED))

.DEFAULT_GOAL := help
.PHONY: help install assets demo demo-negative test torture specs endurance museum verify build packages bench clean

help: ## This text
	@echo 'finance-cloud-operator'
	@echo
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo
	@echo 'Needed: Node 20 or newer with npm, and either Go 1.25 or newer or KUBEBUILDER_ASSETS=<folder with etcd, kube-apiserver, kubectl>.'

install: $(STAMP) ## Install the packages (skipped while package-lock.json is unchanged)

# With the outer Node: the inner one is among what npm replaces. An older one would be warned about engines that it need not run.
$(STAMP): package-lock.json
	PATH='$(OUTER_PATH)' npm ci --no-audit --no-fund --loglevel=error
	@touch $@

assets: $(STAMP) ## Find or build etcd, kube-apiserver and kubectl (once, up to eight minutes)
	@exec node test/controlplane/main.ts ensure

demo: $(STAMP) ## Build a bank in a rehearsed cloud, break it, watch it heal (KEEP=1 leaves it up, SEED=n other ids and durations)
	@exec node test/demo/main.ts $(DEMO_FLAGS)

demo-negative: $(STAMP) ## Try the demo's judges: with the operator stopped every step must fail
	@exec node test/demo/main.ts --negative $(DEMO_FLAGS)

test: $(STAMP) ## All tests, those with a real API server included
	@exec mocha

torture: $(STAMP) ## Every fault at every write, the better part of an hour; goes on when it was broken off (ROWS=D1,A2 some, PLAN=file one)
	@exec node test/torture/main.ts $(if $(PLAN),--plan='$(PLAN)') $(if $(ROWS),--rows='$(ROWS)') $(if $(LANES),--lanes='$(LANES)') $(if $(MINUTES),--minutes='$(MINUTES)')

specs: $(STAMP) ## 10,000 random objects to the API server, 400 of them to the controllers (COUNT=n, LIVES=n, SEED=n, CASE=file one)
	@exec node test/torture/specs/main.ts $(if $(CASE),--case='$(CASE)') $(if $(COUNT),--count=$(COUNT)) $(if $(LIVES),--lives=$(LIVES)) $(if $(SEED),--seed=$(SEED))

endurance: $(STAMP) ## A quiet day of 1,000 objects, two hours of trouble, 100,000 watch changes (PART=idle|drift|watch one, SEED=n)
	@exec node test/torture/endurance/main.ts $(if $(PART),--part=$(PART)) $(if $(SEED),--seed=$(SEED))

museum: $(STAMP) ## Seed thirty known bugs one by one: each must be found (BUGS=2,11 some)
	@exec node test/torture/museum/main.ts $(if $(BUGS),--bugs='$(BUGS)') $(if $(LANES),--lanes='$(LANES)')

verify: $(STAMP) ## Generated files, format, lint, import rules, unused code, types and unit tests; fails on a dirty tree
	@exec node scripts/verify.ts $(if $(NO_TESTS),--no-tests)

build: $(STAMP) ## Bundle the operator (dist/) and the emulator (emulator/dist/)
	@exec node scripts/build.ts

packages: build ## Check what is shipped: bundle, emulator package, Dockerfile
	@exec node scripts/check-packages.ts

bench: $(STAMP) ## The table of performance figures
	@exec node bench/main.ts

clean: ## Remove what was built
	rm -rf dist emulator/dist
