# make grade   grades the sample class, or one submission: EX=slug SUB=path
# make test    passes all tests, on the kernels in KERNELS
# make build   makes bin/bpfgrade, one static binary
# Each does its own set-up: Debian packages, with sudo when not root, and
# kernels from the mirrors this machine is set up with.

KERNELS ?= 6.1 6.12
export CGO_ENABLED := 0

.PHONY: grade test build generate setup kernels clean
.DEFAULT_GOAL := build

# A build depends on nothing but the sources, so that the tests and the command
# find each other's templates.
build:
	@go build -trimpath -buildvcs=false -o bin/bpfgrade ./cmd/bpfgrade

setup: build
	@scripts/setup.sh

grade: setup
	@bin/bpfgrade kernel add >/dev/null
ifdef SUB
	@bin/bpfgrade grade $(if $(EX),--exercise "$(EX)") "$(SUB)"
else
	@mkdir -p out
	@bin/bpfgrade grade --exit-zero --report out/report.json $(if $(EX),testdata/class/$(EX)/*,testdata/class/*/*)
	@echo "The report is in out/report.json."
endif

kernels: setup
	@for kernel in $(KERNELS); do bin/bpfgrade kernel add $$kernel || exit; done

test: kernels
	go vet ./...
	BPFGRADE_KERNELS="$(KERNELS)" go test -timeout 40m ./...

# Objects and executables that are committed; they come out the same with
# Debian 12's clang and LLVM.
generate:
	go generate ./...

clean:
	rm -rf bin out
