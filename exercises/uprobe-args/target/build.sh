#!/bin/sh
# Builds the executable whose function is probed. It is committed, so that
# building bpfgrade needs no C compiler; `go generate ./...` makes it anew with
# Debian 12's clang. Its symbols stay: they are what a uprobe is attached by.
set -eu
clang -target x86_64-linux-gnu -Wall -Wextra -Werror -Os \
	-ffreestanding -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident \
	-static -nostdlib -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,noseparate-code \
	-o target_x86_64.elf start.c ../starter/target.c
