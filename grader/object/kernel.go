package object

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/cilium/ebpf/btf"
)

// KernelNames are what a kernel offers to hook programs to, by its type
// information.
type KernelNames struct {
	// Functions are those that fentry may reach, Tracepoints those of the
	// kernel, without their groups, and Syscalls the system calls.
	Functions, Tracepoints, Syscalls []string
}

// syscallFunction precedes the name of a system call in that of its function;
// tracepointType that of a tracepoint in that of a type.
const (
	syscallFunction = "__x64_sys_"
	tracepointType  = "btf_trace_"
)

// ReadKernelNames reads a file of a kernel's BTF.
func ReadKernelNames(path string) (*KernelNames, error) {
	spec, err := btf.LoadSpec(path)
	if err != nil {
		return nil, fmt.Errorf("read types of the kernel: %w", err)
	}
	names := &KernelNames{}
	for t, err := range spec.All() {
		if err != nil {
			return nil, fmt.Errorf("read types of the kernel: %w", err)
		}
		switch t := t.(type) {
		case *btf.Func:
			names.Functions = append(names.Functions, t.Name)
			if call, ok := strings.CutPrefix(t.Name, syscallFunction); ok {
				names.Syscalls = append(names.Syscalls, call)
			}
		case *btf.Typedef:
			if event, ok := strings.CutPrefix(t.Name, tracepointType); ok {
				names.Tracepoints = append(names.Tracepoints, event)
			}
		}
	}
	return names, nil
}

// Nearest mends the target of a hook, or returns nothing when none is near or it
// is there.
func (n *KernelNames) Nearest(h Hook) string {
	switch h.Kind {
	case Tracepoint:
		group, event, _ := strings.Cut(h.Target, "/")
		for _, prefix := range []string{"sys_enter_", "sys_exit_"} {
			if call, ok := strings.CutPrefix(event, prefix); ok {
				return changed(h, "syscalls/"+prefix+nearest(call, n.Syscalls))
			}
		}
		if name := nearest(event, n.Tracepoints); name != "" {
			return changed(h, group+"/"+name)
		}
	case RawTracepoint, TracepointBTF:
		return changed(h, nearest(h.Target, n.Tracepoints))
	case Fentry, Fexit, Kprobe, Kretprobe, KprobeMulti, KretprobeMulti:
		return changed(h, nearest(h.Target, n.Functions))
	case Ksyscall, Kretsyscall:
		return changed(h, nearest(h.Target, n.Syscalls))
	}
	return ""
}

// changed drops a target that is what was written.
func changed(h Hook, target string) string {
	if target == h.Target || strings.HasSuffix(target, "_") {
		return ""
	}
	return target
}

// nearest is the name that differs by the fewest letters, a third at most, or
// nothing.
func nearest(word string, names []string) string {
	best, distance := "", min(maxTypos, len(word)/3)+1
	if len(word) > maxTarget {
		return ""
	}
	for _, name := range names {
		if more := len(name) - len(word); more >= distance || -more >= distance {
			continue
		}
		if d := levenshtein.ComputeDistance(word, name); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// maxTarget is how long a misspelt target may be.
const maxTarget = 64
