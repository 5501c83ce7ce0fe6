package explain

import (
	"fmt"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Attach explains why a program of an object could not be attached.
func Attach(err *testbed.AttachError, obj *object.Object) Explanation {
	e := Explanation{
		Message: fmt.Sprintf("The program %s could not be attached to %s: %s.", clean(err.Program, maxName), clean(err.Section, maxLine), sentence(err.Message)),
	}
	e.Diagnosis, e.Help = attachMistake(object.ParseHook(err.Section), err.Message)
	if line, end, ok := obj.ContextEnd(err.Program); ok && e.Diagnosis == "ctx-too-large" {
		at := toPlace(line)
		e.Line = at.line
		e.Message += fmt.Sprintf(" The line that reads farthest, to byte %d, is %s: %s", end, at.line, at.text)
	}
	return e
}

// attachMistake finds the mistake behind a program that could not be attached.
func attachMistake(hook object.Hook, message string) (id, help string) {
	if hook.Target == "" && examples[hook.Kind] != "" {
		return "", fmt.Sprintf("The section says what kind of hook it is, and not which: a target has to follow, as in %s.", examples[hook.Kind])
	}
	if hook.Kind == object.Unknown {
		return "", "The grader attaches programs to tracepoints, kprobes, fentry and fexit, system calls (ksyscall) and uprobes. Is there one of these that sees what the exercise asks for?"
	}
	missing := strings.Contains(message, "no such file or directory") || strings.Contains(message, "not found")
	switch hook.Kind {
	case object.Tracepoint:
		return tracepointMistake(message)
	case object.RawTracepoint:
		if missing {
			return "unknown-tracepoint", "The kernel has no such tracepoint: look for its name under /sys/kernel/tracing/events, and leave the group out."
		}
	case object.Kprobe, object.Kretprobe, object.KprobeMulti, object.KretprobeMulti:
		// What is missing can also be an instruction at the offset.
		offset := strings.Contains(hook.Target, "+")
		multi := hook.Kind == object.KprobeMulti || hook.Kind == object.KretprobeMulti
		if multi && strings.Contains(message, "bpf_link_kprobe_multi not supported") {
			return "", "This kernel was built without what kprobe.multi needs (CONFIG_FPROBE): use a kprobe or a kretprobe."
		}
		if multi && strings.ContainsAny(hook.Target, "*?") {
			return "", "The grader attaches a program to one function: write its name in full, without * and ?."
		}
		if !offset && (missing || strings.Contains(message, "must be a valid symbol") || strings.Contains(message, "couldn't find one or more symbols")) {
			return "kprobe-target", "The kernel has no function of that name that can be probed: look for it in /proc/kallsyms. A function that was inlined is not there."
		}
	case object.Ksyscall, object.Kretsyscall:
		if missing {
			return "kprobe-target", "The kernel has no system call of that name: look for it in the manual, syscalls(2)."
		}
	case object.Uprobe, object.Uretprobe:
		if strings.HasPrefix(message, "symbol ") && strings.HasSuffix(message, ": not found") {
			return "", "The executable has no function of that name: look for it with nm."
		}
	}
	return "", ""
}

// examples are sections with a target.
var examples = map[object.Kind]string{
	object.Tracepoint:     "tracepoint/syscalls/sys_enter_execve",
	object.RawTracepoint:  "raw_tp/sys_enter",
	object.Kprobe:         "kprobe/vfs_read",
	object.Kretprobe:      "kretprobe/vfs_read",
	object.KprobeMulti:    "kprobe.multi/vfs_read",
	object.KretprobeMulti: "kretprobe.multi/vfs_read",
	object.Ksyscall:       "ksyscall/execve",
	object.Kretsyscall:    "kretsyscall/execve",
	object.Uprobe:         "uprobe//bin/bash:readline",
	object.Uretprobe:      "uretprobe//bin/bash:readline",
}

func tracepointMistake(message string) (id, help string) {
	switch {
	case strings.Contains(message, "does not name a tracepoint as group/name"):
		return "unknown-tracepoint", "The section names the event with its group: tracepoint/syscalls/sys_enter_execve."
	case strings.Contains(message, "/id: no such file or directory"), strings.HasPrefix(message, "invalid tracefs "):
		return "unknown-tracepoint", "The kernel has no such tracepoint: look for its name under /sys/kernel/tracing/events."
	case strings.HasSuffix(message, "perf link: permission denied"), strings.HasSuffix(message, "setting perf event bpf program: permission denied"):
		return "ctx-too-large", "The program reads past the fields of this tracepoint: its context must have the tracepoint's own type."
	}
	return "", ""
}
