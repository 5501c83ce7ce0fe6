// Package bpf holds bpfgrade's own BPF programs. The objects are committed, so
// that building bpfgrade needs no clang; go generate makes them anew with
// Debian 12's.
package bpf

import _ "embed"

//go:generate go tool bpf2go -tags linux -target amd64 -cflags "-O2 -Wall -Werror -I/usr/include/x86_64-linux-gnu" -go-package bpf -type observed_request Requests requests.bpf.c
//go:generate go tool bpf2go -tags linux -target amd64 -cflags "-O2 -Wall -Werror -I/usr/include/x86_64-linux-gnu" -go-package bpf Hold hold.bpf.c
//go:generate go tool bpf2go -tags linux -target amd64 -cflags "-O2 -Wall -Werror -I/usr/include/x86_64-linux-gnu" -go-package bpf Others others.bpf.c
//go:generate sh -c "clang -g -O2 -Wall -Werror -target bpf -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c warmup.bpf.c -o warmup_x86_bpfel.o && llvm-strip -g warmup_x86_bpfel.o"

// Warmup is the object that a guest is warmed up with; see warmup.bpf.c.
//
//go:embed warmup_x86_bpfel.o
var Warmup []byte
