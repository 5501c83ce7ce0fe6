package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
	"github.com/bpfgrade/bpfgrade/grader/testbed/local"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

type doctorCmd struct{}

// finding is one thing that was looked at.
type finding struct {
	what string
	// said is how it is, or why it is not well.
	said string
	// mend is the command that mends it; without one, and without ok, the
	// thing can be done without.
	mend string
	ok   bool
}

func (doctorCmd) Run(ctx context.Context, env *environment) error {
	findings := []finding{
		emulator(ctx),
		compiler(),
		headers(),
		bpftool(ctx),
		jail(),
		kernels(),
		space(),
		virtualization(ctx),
		thisKernel(ctx),
	}
	missing := 0
	for _, f := range findings {
		mark := "ok     "
		switch {
		case !f.ok && f.mend != "":
			mark = "MISSING"
			missing++
		case !f.ok:
			mark = "-      "
		}
		fmt.Fprintf(env.stdout, "%s  %-16s %s\n", mark, f.what, f.said)
		if !f.ok && f.mend != "" {
			fmt.Fprintf(env.stdout, "         %-16s mend it with: %s\n", "", f.mend)
		}
	}
	if missing > 0 {
		what := "1 thing is"
		if missing > 1 {
			what = fmt.Sprintf("%d things are", missing)
		}
		fmt.Fprintf(env.stdout, "\n%s missing: this machine cannot grade yet.\n", what)
		return exitCode(exitNotGraded)
	}
	fmt.Fprintln(env.stdout, "\nThis machine can grade.")
	return nil
}

// installed looks for an executable.
func installed(what, name, pkg string, find func() (string, error)) finding {
	path, err := find()
	if err != nil {
		return finding{what: what, said: name + " is not installed", mend: "sudo apt-get install " + pkg}
	}
	return finding{what: what, said: path, ok: true}
}

func emulator(ctx context.Context) finding {
	version, err := vm.Version(ctx)
	if errors.Is(err, vm.ErrNoQEMU) {
		return finding{what: "emulator", said: vm.QEMU + " is not installed", mend: "sudo apt-get install qemu-system-x86"}
	}
	if err != nil {
		return finding{what: "emulator", said: err.Error(), mend: "sudo apt-get install --reinstall qemu-system-x86"}
	}
	return finding{what: "emulator", said: version, ok: true}
}

func compiler() finding {
	return installed("compiler", "clang", "clang", submission.FindClang)
}

func bpftool(ctx context.Context) finding {
	return installed("bpftool", "bpftool", "bpftool", func() (string, error) {
		path, _, err := submission.FindBPFTool(ctx)
		return path, err
	})
}

func headers() finding {
	const file = "/usr/include/bpf/bpf_helpers.h"
	if _, err := os.Stat(file); err != nil {
		return finding{what: "libbpf headers", said: file + " is missing", mend: "sudo apt-get install libbpf-dev"}
	}
	return finding{what: "libbpf headers", said: file, ok: true}
}

func jail() finding {
	mechanism, err := sandbox.Available()
	if err != nil {
		return finding{what: "compiler sandbox", said: err.Error(), mend: "sudo sysctl kernel.unprivileged_userns_clone=1"}
	}
	return finding{what: "compiler sandbox", said: mechanism, ok: true}
}

func kernels() finding {
	f := finding{what: "kernels", mend: "bpfgrade kernel add"}
	store, err := openStore()
	if err != nil {
		f.said = err.Error()
		return f
	}
	list, err := store.List()
	if err != nil {
		f.said = err.Error()
		return f
	}
	if len(list) == 0 {
		f.said = "none"
		return f
	}
	var names []string
	for _, k := range list {
		names = append(names, k.Name)
	}
	f.said, f.ok = strings.Join(names, ", "), true
	return f
}

// templateSpace is what a template and a kernel need, in bytes.
const templateSpace = 600 << 20

func space() finding {
	f := finding{what: "disk space"}
	dir, err := kernel.DefaultDir()
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	var fs unix.Statfs_t
	if err == nil {
		err = unix.Statfs(dir, &fs)
	}
	if err != nil {
		f.said, f.mend = err.Error(), "export BPFGRADE_CACHE=/a/folder/with/space"
		return f
	}
	free := fs.Bavail * uint64(fs.Bsize)
	f.said = fmt.Sprintf("%d MiB free in %s", free>>20, dir)
	f.ok = free >= templateSpace
	if !f.ok {
		f.said += fmt.Sprintf(", %d are needed for each kernel", templateSpace>>20)
		f.mend = "export BPFGRADE_CACHE=/a/folder/with/space"
	}
	return f
}

func virtualization(ctx context.Context) finding {
	f := finding{what: "KVM"}
	if err := vm.MayUseKVM(); err != nil {
		f.said = fmt.Sprintf("not used (/dev/kvm: %v); software emulation needs no KVM", err)
		return f
	}
	if dir, err := kernel.DefaultDir(); err == nil && vm.KVMFailed(ctx, dir) {
		f.said = "not used: no guest booted under it; software emulation needs no KVM"
		return f
	}
	f.said, f.ok = "may be opened; it is used once a guest has booted under it", true
	return f
}

func thisKernel(ctx context.Context) finding {
	f := finding{what: "local backend"}
	tb, err := local.Open()
	if err != nil {
		f.said = err.Error()
		return f
	}
	defer tb.Close()
	info, err := tb.Info(ctx)
	if err != nil {
		f.said = err.Error()
		return f
	}
	if len(info.Missing) == 0 {
		f.said, f.ok = "Linux "+info.Release+" can do everything", true
		return f
	}
	var lacks []string
	for _, feature := range slices.Sorted(maps.Keys(info.Missing)) {
		lacks = append(lacks, string(feature))
	}
	f.said = fmt.Sprintf("Linux %s lacks %s; the vm backend does not mind", info.Release, strings.Join(lacks, ", "))
	return f
}
