package local

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Attach implements [testbed.Testbed].
func (tb *Testbed) Attach(ctx context.Context, req testbed.AttachRequest) ([]testbed.Link, error) {
	if tb.collection == nil {
		return nil, errors.New("attach: no object is loaded")
	}
	var attached []testbed.Link
	called := tailCalled(tb.spec)
	for _, name := range sortedKeys(tb.collection.Programs) {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("attach: %w", ctx.Err())
		}
		spec := tb.spec.Programs[name]
		hook := object.ParseHook(spec.SectionName)
		if hook.Target == "" && called[name] {
			continue
		}
		l, err := attach(tb.collection.Programs[name], spec, hook, req.Target)
		if err != nil {
			return nil, &testbed.AttachError{Program: name, Section: spec.SectionName, Message: err.Error()}
		}
		tb.links[name] = append(tb.links[name], l)
		attached = append(attached, testbed.Link{Program: name, Hook: hook.String()})
	}
	return attached, nil
}

// tailCalled returns the programs that the object puts into a map for others to
// continue with. Those whose section names no target have no other purpose.
func tailCalled(spec *ebpf.CollectionSpec) map[string]bool {
	called := make(map[string]bool)
	for _, m := range spec.Maps {
		if m.Type != ebpf.ProgramArray {
			continue
		}
		for _, element := range m.Contents {
			if name, ok := element.Value.(string); ok {
				called[name] = true
			}
		}
	}
	return called
}

// attach attaches one program where its section says.
func attach(prog *ebpf.Program, spec *ebpf.ProgramSpec, hook object.Hook, executable string) (link.Link, error) {
	switch hook.Kind {
	case object.Tracepoint:
		group, name, ok := strings.Cut(hook.Target, "/")
		if !ok {
			return nil, fmt.Errorf("%q does not name a tracepoint as group/name", hook.Target)
		}
		return link.Tracepoint(group, name, prog, nil)
	case object.RawTracepoint:
		return link.AttachRawTracepoint(link.RawTracepointOptions{Name: hook.Target, Program: prog})
	case object.TracepointBTF, object.Fentry, object.Fexit:
		return link.AttachTracing(link.TracingOptions{Program: prog, AttachType: spec.AttachType})
	case object.Kprobe, object.Kretprobe:
		return attachKprobe(prog, hook)
	case object.KprobeMulti:
		return link.KprobeMulti(prog, link.KprobeMultiOptions{Symbols: []string{hook.Target}})
	case object.KretprobeMulti:
		return link.KretprobeMulti(prog, link.KprobeMultiOptions{Symbols: []string{hook.Target}})
	case object.Ksyscall:
		return link.Kprobe(syscallPrefix+hook.Target, prog, nil)
	case object.Kretsyscall:
		return link.Kretprobe(syscallPrefix+hook.Target, prog, nil)
	case object.Uprobe, object.Uretprobe:
		return attachUprobe(prog, hook, executable)
	}
	return nil, errors.New("the grader does not attach programs of this kind")
}

// syscallPrefix precedes a system call's name in the name of the function that
// the kernel enters for it; see arch/x86/include/asm/syscall_wrapper.h.
const syscallPrefix = "__x64_sys_"

// attachKprobe attaches to function or function+offset.
func attachKprobe(prog *ebpf.Program, hook object.Hook) (link.Link, error) {
	function, offset, hasOffset := strings.Cut(hook.Target, "+")
	if hook.Kind == object.Kretprobe {
		return link.Kretprobe(function, prog, nil)
	}
	if !hasOffset {
		return link.Kprobe(function, prog, nil)
	}
	n, err := strconv.ParseUint(offset, 0, 64)
	if err != nil {
		return nil, fmt.Errorf("offset %q: %w", offset, err)
	}
	return link.Kprobe(function, prog, &link.KprobeOptions{Offset: n})
}

// attachUprobe attaches to executable:function, or to function in the
// executable that the request names.
func attachUprobe(prog *ebpf.Program, hook object.Hook, executable string) (link.Link, error) {
	function := hook.Target
	if i := strings.LastIndex(hook.Target, ":"); i >= 0 {
		executable, function = hook.Target[:i], hook.Target[i+1:]
	}
	if executable == "" || function == "" {
		return nil, fmt.Errorf("the section %q does not say where in which executable", hook.Section)
	}
	ex, err := link.OpenExecutable(executable)
	if err != nil {
		return nil, err
	}
	if hook.Kind == object.Uretprobe {
		return ex.Uretprobe(function, prog, nil)
	}
	return ex.Uprobe(function, prog, nil)
}
