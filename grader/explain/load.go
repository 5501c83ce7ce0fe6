package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// mistake is a family of messages with one cause.
type mistake struct {
	id string
	// pattern is looked for in the loader's message and in each line of the
	// verifier's log.
	pattern *regexp.Regexp
	help    string
}

// Patterns match the part of a message that all kernels since 5.10 share.
var mistakes = []mistake{
	{
		"missing-license",
		regexp.MustCompile(`cannot call GPL-restricted function from non-GPL compatible program`),
		`Declare a licence: char LICENSE[] SEC("license") = "GPL";`,
	},
	{
		"missing-null-check",
		regexp.MustCompile(`invalid mem access '(map_value|ringbuf_mem|mem|alloc_mem)_or_null'`),
		`The lookup can return NULL: check the pointer before you use it, as in "if (!v) return 0;".`,
	},
	{
		"direct-dereference",
		regexp.MustCompile(`invalid mem access '(scalar|inv)'`),
		"A pointer from the kernel or from a user program is not followed directly: read through it with BPF_CORE_READ, bpf_probe_read_kernel or bpf_probe_read_user.",
	},
	{
		"unbounded-loop",
		regexp.MustCompile(`infinite loop detected|BPF program is too large\. Processed|back-edge from insn`),
		"The verifier must see that every loop ends: give it a constant bound.",
	},
	{
		"literal-as-pointer",
		regexp.MustCompile(`R[2-5] type=scalar expected=.*fp`),
		"This helper wants the address of a variable (&key), not its value.",
	},
	{
		"map-section",
		regexp.MustCompile(`R1 type=map_value expected=map_ptr`),
		`Put the map into the section for maps: end its definition with SEC(".maps").`,
	},
	{
		"value-too-small",
		regexp.MustCompile(`invalid access to map value, value_size=\d+`),
		"The program reads or writes more bytes than a value of the map has: make the map's value type and the variable agree.",
	},
	{
		"wrong-map-helper",
		regexp.MustCompile(`cannot pass map_type \d+ into func`),
		"This helper does not work on this type of map: look up in the documentation of the map type which helpers it has.",
	},
	{
		"co-re-field",
		regexp.MustCompile(`invalid func unknown#195896080`),
		"A field that the program reads does not exist in this kernel's structure: compare the structure's definition with that in vmlinux.h.",
	},
	{
		"fentry-target",
		regexp.MustCompile(`fentry .* not supported|find target .* in vmlinux|target for .*: not found`),
		"The kernel has no function of that name that fentry can reach: check its spelling in /proc/kallsyms.",
	},
}

func recognise(texts ...string) *mistake {
	for i := range mistakes {
		for _, text := range texts {
			if mistakes[i].pattern.MatchString(text) {
				return &mistakes[i]
			}
		}
	}
	return nil
}

// Load explains why an object was refused.
func Load(err *testbed.LoadError, obj *object.Object) Explanation {
	e := Explanation{Message: fmt.Sprintf("The object could not be loaded: %s.", strings.TrimSuffix(err.Message, "."))}
	reason, source := "", ""
	if err.Log != "" {
		reason, source = verifierReason(err.Log)
		e.Message = fmt.Sprintf("The kernel's verifier refused the program %s: %s.", err.Program, strings.TrimSuffix(reason, "."))
		if source != "" {
			e.Message += fmt.Sprintf(" The line is: %s", source)
		}
		e.Log = shorten(err.Log)
	} else if err.Map != "" {
		return refusedMap(err, obj)
	}
	if m := recognise(reason, err.Message); m != nil {
		e.Diagnosis, e.Help = m.id, m.help
	}
	return e
}

// refusedMap explains why the kernel refused to make a map.
func refusedMap(err *testbed.LoadError, obj *object.Object) Explanation {
	e := Explanation{Message: fmt.Sprintf("The kernel refused to make the map %s: %s.", err.Map, strings.TrimSuffix(err.Message, "."))}
	m, unknown := obj.Map(err.Map)
	if unknown != nil {
		return e
	}
	e.Message = fmt.Sprintf("The kernel refused to make the map %s: %s.", m, strings.TrimSuffix(err.Message, "."))
	switch {
	case strings.HasSuffix(m.Type, "Array") && m.KeySize != 4:
		e.Diagnosis = "array-key-size"
		e.Help = fmt.Sprintf("The key of an array is its index: it has 4 bytes (__u32), not %d.", m.KeySize)
	case m.MaxEntries == 0:
		e.Diagnosis = "missing-max-entries"
		e.Help = "Say how many entries the map has: __uint(max_entries, 1);"
	}
	return e
}

// Section explains that no loader knows a program's section.
func Section(p object.Program) Explanation {
	e := Explanation{
		Message:   fmt.Sprintf("No loader knows what to do with the program %s: its section is %q.", p.Name, p.Hook.Section),
		Help:      "The section names the kind of hook and its target, as in tracepoint/syscalls/sys_enter_openat or kprobe/vfs_read.",
		Diagnosis: "unknown-section",
	}
	if nearest := object.NearestSection(p.Hook.Section); nearest != "" {
		e.Help = fmt.Sprintf("Did you mean %q?", nearest)
	}
	return e
}

var (
	// sourceLine is a line of source in the verifier's log: "; (*count)++; @
	// prog.bpf.c:21", the place only since Linux 6.9.
	sourceLine = regexp.MustCompile(`^; (.+)$`)
	// summaryLine comes after the reason.
	summaryLine = regexp.MustCompile(`^(processed \d+ insns|verification time |stack depth )`)
)

// poisoned is what the loader writes beside an instruction that it could not
// relocate.
const poisoned = "instruction poisoned by CO-RE"

// verifierReason returns the last thing the verifier said before its summary,
// and the source line it was at.
func verifierReason(log string) (reason, source string) {
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		switch m := sourceLine.FindStringSubmatch(line); {
		case line == "" || summaryLine.MatchString(line):
		case m != nil && m[1] != poisoned:
			source = m[1]
		case m != nil:
		default:
			reason = line
		}
	}
	return reason, source
}

// logLines is how much of a verifier log a report shows.
const logLines = 20

// shorten keeps the end of a log, where the reason stands.
func shorten(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if len(lines) <= logLines {
		return strings.Join(lines, "\n")
	}
	left := len(lines) - logLines
	return fmt.Sprintf("… %d lines …\n", left) + strings.Join(lines[left:], "\n")
}
