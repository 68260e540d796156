# Every target of Davit. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export DAVIT_BUN ?= $(CURDIR)/node_modules/.bin/bun

.PHONY: help run test lint fmt bridge generate tools unit js images e2e soak bench deny clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: node_modules ## Build and serve the examples on port 8000, following changes
	cargo run -p davit -- dev examples

test: node_modules lint js unit ## Pass every test (what CI runs)

lint: node_modules ## Check the formatting and clippy's opinion
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p davit-tests --test e2e -- -D warnings

generate: node_modules ## Write the CRDs, what the docs have of them, of manifests and of the admin API, what the chart has of both and of its values' comments, and the types of the example
	cargo run -p davit-crds --bin crdgen -- --write config/crd --docs docs/reference
	install -m 644 config/crd/*.davit.dev.yaml charts/davit/crds/
	bun charts/generate.ts
	cargo run -p davit-plugin --example manifestgen -- docs/plugins
	cargo run -p davit-runtime --example openapigen -- docs/reference
	cargo run -p davit -- types examples/hello

tools: node_modules ## Build or fetch the real parts that the tests run against, once for this machine
	tests/tools/build.sh
	tests/tools/postgres.sh
	tests/tools/chromium.sh
	tests/tools/schemathesis.sh
	tests/tools/npm.sh

unit: node_modules tools ## Run the Rust tests, the suite with real processes among them
	cargo build --workspace --bins
	mkdir -p target
	cargo test --workspace --no-run
	sync # or the first tests' own writes wait for what the linker wrote
	cargo test --workspace --no-fail-fast 2>&1 | tee target/test.log
	@awk '/^test result:/ { passed += $$4; failed += $$6 } END { print passed " passed, " failed " failed" }' target/test.log

js: node_modules ## Type-check and test the bridge, the chart's generator, the examples and the tests' plugins
	cd engine/bun/bridge && bun run check && bun run test
	tsc -p charts
	tests/tools/npm.sh
	cd tests/npm && bun run check
	cd examples/hello && tsc --noEmit && bun test

fmt: node_modules ## Format everything
	cargo fmt --all
	cd engine/bun/bridge && bun run fmt
	cd tests/npm && bun run fmt

bridge: node_modules ## Bundle the worker's bridge anew (engine/bun/bridge/dist)
	cd engine/bun/bridge && bun run build

images: node_modules ## Build the images of the operator and the runtime, and say how large they are
	images/build.sh

e2e: node_modules ## Run the proofs on a cluster of two real nodes (as root; else on that of E2E_CONTEXT)
	tests/e2e/run.sh

soak: node_modules tools ## Run the long proofs: 100 swaps under load and more
	DAVIT_SOAK=1 cargo test -p davit-tests --no-fail-fast -- --nocapture

bench: node_modules tools ## Measure Davit beside Bun + Hono and an axum constant, and from apply to live
	bench/run.sh --out target/bench.md
	cargo run --release -p davit-bench --bin davit-bench-cluster -- --out target/bench-cluster.md

deny: ## Check licences and sources of the dependencies (needs cargo-deny)
	cargo deny check licenses bans sources

clean: ## Remove what was built
	cargo clean
	rm -rf node_modules tests/npm/node_modules tests/npm/dist

# Bun, TypeScript and what the examples need, as package-lock.json pins them.
node_modules: package.json package-lock.json engine/bun/bridge/package.json $(wildcard examples/*/package.json)
	npm ci --no-audit --no-fund
	@touch node_modules
