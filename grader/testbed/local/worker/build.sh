#!/bin/sh
# Builds the worker's executable. It is committed, so that building bpfgrade
# needs no C compiler; `go generate ./...` makes it anew with Debian 12's clang.
set -eu
clang -target x86_64-linux-gnu -Wall -Wextra -Werror -Os \
	-ffreestanding -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident \
	-static -nostdlib -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,noseparate-code -Wl,-s \
	-o worker_x86_64.elf worker.c processes.c
