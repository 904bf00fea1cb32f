# The two commands: `make test` runs everything, `make check` the quick half
# without browsers. Both install what they need and the machine lacks.

GO ?= go
GOTEST = $(GO) test -race -tags full -timeout 10m

# Where scripts/install puts a Node.js if the machine's is too old.
export PATH := $(CURDIR)/e2e/artifacts/node/node_modules/.bin:$(PATH)

.PHONY: test check lint go-test go-test-short codecs js browsers vivid bench fuzz build clean

test: lint js go-test vivid browsers

check: lint js go-test-short

build:
	$(GO) build -o bin/inbox ./cmd/inbox

lint: codecs
	@test -z "$$(gofmt -l .)" || { echo "gofmt: these files are not formatted; run 'gofmt -w .':"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags full ./...
	$(GO) fix -diff -tags full ./...
	$(GO) mod tidy -diff
	$(GO) tool staticcheck -tags full ./...
	$(GO) tool staticcheck ./peer/source
	$(GO) tool go-errorlint ./...
	$(GO) vet -vettool="$$($(GO) tool -n bodyclose)" ./...
	./scripts/vulncheck
	for os in windows darwin linux; do CGO_ENABLED=0 GOOS=$$os $(GO) build -o /dev/null ./cmd/inbox || exit 1; done

go-test: codecs
	$(GOTEST) ./...

go-test-short: codecs
	$(GOTEST) -short ./...

# What the build tag full links: VP8 and fast JPEG.
codecs:
	./scripts/install codecs

# JavaScript without a browser: units and types.
js:
	./scripts/install node
	npm ci --no-fund --no-audit
	npm run types
	npm run unit

browsers: js codecs
	./scripts/install browsers
	npm run e2e

# Cameras of Linux, by the kernel's virtual one in a virtual machine.
vivid: codecs
	./scripts/install vm
	$(GO) vet -tags full,vivid ./peer/source ./e2e/vivid
	./scripts/vivid e2e/artifacts/vivid
	INBOX_VIVID=$(CURDIR)/e2e/artifacts/vivid $(GO) test -race -tags vivid -count 1 -timeout 10m ./e2e/vivid

# The figures of bench/README.md and the benchmarks of the packages.
bench:
	$(GO) test -run '^$$' -bench . ./signaling
	$(GO) run ./bench
	$(GO) run ./bench/viewers
	npm run bench

# Every fuzz test for a while: make fuzz FUZZTIME=10m
FUZZTIME ?= 30s
fuzz:
	for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

clean:
	rm -rf bin node_modules e2e/artifacts
