# make grade   grades the sample class, or one submission: EX=slug SUB=path
# make test    passes all tests, on the kernels in KERNELS
# make verify  proves the exercises, or those in EX, on KERNELS, REPEAT times
# make verify-all  does so on every kernel from 5.10 to the newest there is
# make bench   measures how fast that is, on a machine that does nothing else
# make build   makes bin/bpfgrade, one static binary
# Each does its own set-up: Debian packages, with sudo when not root, and
# kernels from the mirrors this machine is set up with.

KERNELS ?= 6.1 6.12
ALL_KERNELS ?= 5.10 6.1 6.12 newest
REPEAT ?= 1
export CGO_ENABLED := 0

.PHONY: grade test bench verify verify-all build generate setup kernels clean
.DEFAULT_GOAL := build

# A build depends on nothing but the sources, so that the tests and the command
# find each other's templates.
build:
	@go build -trimpath -buildvcs=false -o bin/bpfgrade ./cmd/bpfgrade

setup: build
	@scripts/setup.sh grade

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
	@scripts/setup.sh
	go vet ./...
	BPFGRADE_KERNELS="$(KERNELS)" go test -timeout 40m ./...

bench: kernels
	@go run ./bench $(BENCH)

comma := ,
verify: kernels
	@bin/bpfgrade verify --repeat $(REPEAT) --kernel $(subst $() $(),$(comma),$(strip $(KERNELS))) $(EX)

# A kernel that the mirrors have not is left out, and said to be.
verify-all: setup
	@kernels=; for kernel in $(ALL_KERNELS); do \
		if bin/bpfgrade kernel add $$kernel; then kernels=$$kernels$${kernels:+,}$$kernel; \
		else echo "left out: kernel $$kernel cannot be had" >&2; fi; \
	done; \
	bin/bpfgrade verify --repeat $(REPEAT) --kernel "$$kernels" $(EX)

# Objects and executables that are committed; they come out the same with
# Debian 12's clang and LLVM.
generate:
	go generate ./...

clean:
	rm -rf bin out
