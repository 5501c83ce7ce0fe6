package object

import (
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Kind is a kind of hook, in the words of libbpf's section names.
type Kind string

// The kinds of hooks that a testbed can attach to.
const (
	Tracepoint     Kind = "tracepoint"
	RawTracepoint  Kind = "raw_tp"
	TracepointBTF  Kind = "tp_btf"
	Kprobe         Kind = "kprobe"
	Kretprobe      Kind = "kretprobe"
	KprobeMulti    Kind = "kprobe.multi"
	KretprobeMulti Kind = "kretprobe.multi"
	Ksyscall       Kind = "ksyscall"
	Kretsyscall    Kind = "kretsyscall"
	Fentry         Kind = "fentry"
	Fexit          Kind = "fexit"
	Uprobe         Kind = "uprobe"
	Uretprobe      Kind = "uretprobe"
	// Unknown is a hook that is none of these.
	Unknown Kind = ""
)

// Hook is where a program is to be attached, as its section says.
type Hook struct {
	Kind Kind
	// Target is what follows the kind: a function, a system call, or a
	// tracepoint as group/name. It is empty when the section does not say.
	Target string
	// Section is the section's name as it was written.
	Section string
}

// prefixes of section names, as libbpf has them in libbpf.c, section_defs.
var prefixes = map[string]Kind{
	"tp": Tracepoint, "tracepoint": Tracepoint,
	"raw_tp": RawTracepoint, "raw_tracepoint": RawTracepoint,
	"raw_tp.w": RawTracepoint, "raw_tracepoint.w": RawTracepoint,
	"tp_btf":          TracepointBTF,
	"kprobe":          Kprobe,
	"kretprobe":       Kretprobe,
	"kprobe.multi":    KprobeMulti,
	"kretprobe.multi": KretprobeMulti,
	"ksyscall":        Ksyscall,
	"kretsyscall":     Kretsyscall,
	"fentry":          Fentry, "fentry.s": Fentry,
	"fexit": Fexit, "fexit.s": Fexit,
	"uprobe": Uprobe, "uprobe.s": Uprobe,
	"uretprobe": Uretprobe, "uretprobe.s": Uretprobe,
}

// AtExit tells whether the hook is reached when what it names ends.
func (h Hook) AtExit() bool {
	switch h.Kind {
	case Kretprobe, KretprobeMulti, Kretsyscall, Fexit, Uretprobe:
		return true
	case Tracepoint, RawTracepoint, TracepointBTF:
		name := h.event()
		return name == "sys_exit" || strings.HasPrefix(name, "sys_exit_")
	}
	return false
}

// event is the target without the group of a tracepoint.
func (h Hook) event() string { return h.Target[strings.LastIndexByte(h.Target, '/')+1:] }

// AtExit tells whether the object has programs, and all are reached when what
// they are attached to ends.
func (o *Object) AtExit() bool {
	return len(o.Programs) > 0 && !slices.ContainsFunc(o.Programs, func(p Program) bool { return !p.Hook.AtExit() })
}

// ParseHook reads the name of a program's section.
func ParseHook(section string) Hook {
	prefix, target, _ := strings.Cut(strings.TrimPrefix(section, "?"), "/")
	return Hook{Kind: prefixes[prefix], Target: target, Section: section}
}

// maxTypos is how many letters of a misspelt prefix may be wrong, maxPrefix how
// long it may be.
const (
	maxTypos  = 3
	maxPrefix = 32
)

// NearestSection mends the prefix of a section that no loader knows, or returns
// nothing when none is near.
func NearestSection(section string) string {
	prefix, target, hasTarget := strings.Cut(strings.TrimPrefix(section, "?"), "/")
	if len(prefix) > maxPrefix {
		return ""
	}
	best, distance := "", min(maxTypos, len(prefix)/2)+1
	for _, p := range slices.Sorted(maps.Keys(prefixes)) {
		if d := levenshtein.ComputeDistance(prefix, p); d < distance {
			best, distance = p, d
		}
	}
	if best == "" || !hasTarget {
		return best
	}
	return best + "/" + target
}

// String says what the hook is, in words.
func (h Hook) String() string {
	if h.Kind == Unknown {
		return "in the section " + h.Section
	}
	article := "a "
	if h.Kind == Fentry || h.Kind == Fexit {
		article = "an "
	}
	if h.Target == "" {
		return article + string(h.Kind) + " without a target"
	}
	return article + string(h.Kind) + " on " + h.Target
}
