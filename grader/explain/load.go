package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cilium/ebpf/btf"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Load explains why an object was refused.
func Load(err *testbed.LoadError, obj *object.Object) Explanation {
	switch {
	case err.Program != "" && err.Log != "":
		return refusedProgram(err, obj)
	case err.Map != "":
		return refusedMap(err, obj)
	}
	e := Explanation{
		Message: fmt.Sprintf("The object could not be loaded: %s.", sentence(err.Message)),
		Log:     shorten(err.Log), FullLog: cleanLines(err.Log),
	}
	if err.Program != "" {
		e.Message = fmt.Sprintf("The program %s could not be loaded: %s.", clean(err.Program, maxName), sentence(err.Message))
	}
	for _, m := range loaderMistakes {
		if match := m.pattern.FindStringSubmatchIndex(err.Message); match != nil {
			e.Diagnosis = m.id
			e.Help = clean(string(m.pattern.ExpandString(nil, m.help, err.Message, match)), maxMessage)
			break
		}
	}
	return e
}

// loaderMistakes are known by what the loader says before the verifier comes
// in: github.com/cilium/ebpf.
var loaderMistakes = []mistake{
	{
		id:      "fentry-target",
		pattern: regexp.MustCompile(`^attach \S+: (?:fentry|fexit) (\S+) not supported`),
		help:    noFentry,
	},
	{
		id:      "unknown-tracepoint",
		pattern: regexp.MustCompile(`^attach \S+: raw_tp (\S+) not supported`),
		help:    "The kernel has no tracepoint $1: look for its name under /sys/kernel/tracing/events, and leave the group out.",
	},
	{
		id:      "memlock-red-herring",
		pattern: regexp.MustCompile(`MEMLOCK may be too low`),
		help:    memlock,
	},
	{
		pattern: regexp.MustCompile(`kfunc "(\w+)": not supported`),
		help:    "This kernel has no function $1 that BPF programs can call: look for its name, and since which version of Linux it is there, in the kernel's documentation of kfuncs.",
	},
	{
		pattern: regexp.MustCompile(`symbol "(\w+)": unsatisfied program reference`),
		help:    "The function $1 is declared and nowhere defined: a BPF program can call its own functions and the kernel's helpers alone.",
	},
}

const memlock = "Since Linux 5.11 this is not about locked memory: the loader lacks a capability (CAP_BPF and CAP_PERFMON), or the kernel is locked down."

// refusedProgram explains why the verifier refused a program.
func refusedProgram(err *testbed.LoadError, obj *object.Object) Explanation {
	r := parse(err.Log)
	reason := sentence(strings.Join(r.reasons, "; "))
	if reason == "" {
		reason = sentence(err.Message)
	}
	e := Explanation{FullLog: cleanLines(err.Log)}
	r.looped = r.looped || obj.Loops(err.Program)
	e.Diagnosis, e.Help = recognise(r)
	at := r.line(err.Program, obj)
	if isPoisoned(r.instruction) {
		access, ok := obj.Access(err.Program, r.number)
		reason = "it uses a field that is not in this kernel's types"
		at = fieldPlace(err.Program, access.Field, obj)
		e.Diagnosis, e.Help = missingField(access, ok)
	}
	e.Log = r.digest(err.Program, err.Log, obj)
	e.Message = fmt.Sprintf("The kernel's verifier refused the program %s: %s.", clean(err.Program, maxName), reason)
	if at.text != "" {
		e.Message += " The line is"
		if e.Line = at.line; e.Line != "" {
			e.Message += " " + e.Line
		}
		e.Message += ": " + at.text
	}
	return e
}

// isPoisoned tells whether an instruction is what the loader puts in the place
// of one that uses a field which the kernel's types do not have: a helper, or a
// number for a register, that no kernel has.
func isPoisoned(instruction string) bool {
	return strings.Contains(instruction, fmt.Sprintf("call unknown#%d", btf.COREBadRelocationSentinel)) ||
		strings.Contains(instruction, fmt.Sprintf("r10 = %#x", btf.COREBadRelocationSentinel))
}

// fieldPlace is the first line of a program that names a field. The compiler
// moves the instruction that is refused to other lines.
func fieldPlace(program, field string, obj *object.Object) place {
	word := regexp.MustCompile(`(?:->|[.,])\s*` + regexp.QuoteMeta(field[strings.LastIndexByte(field, '.')+1:]) + `\b`)
	for _, line := range obj.Lines(program) {
		if field != "" && word.MatchString(line.Text) {
			return toPlace(line)
		}
	}
	return place{}
}

// missingField explains that a field is not in the kernel's types.
func missingField(access object.Access, known bool) (id, help string) {
	name, _, _ := strings.Cut(access.Struct, "___") // the rest is not compared
	missing := fmt.Sprintf("This kernel has no structure %s with a field %s", name, access.Field)
	switch {
	case !known:
		return "", "What the program uses of the kernel's types is not there in this kernel: compare it with vmlinux.h."
	case access.Own:
		help = fmt.Sprintf("The structure %s is the program's own, but it has the name of one in vmlinux.h, and so its field %s is looked for in the kernel: give the structure another name.", name, access.Field)
		return "forward-declared-name", clean(help, maxMessage)
	case access.Foreign:
		return "co-re-field", clean(missing+": compare the structure's definition with that in vmlinux.h.", maxMessage)
	}
	return "", clean(missing+". If the structure is the program's own give it another name; if not, compare its definition with that in vmlinux.h.", maxMessage)
}

// refusedMap explains why a map could not be made.
func refusedMap(err *testbed.LoadError, obj *object.Object) Explanation {
	name := clean(err.Map, maxName)
	m, unknown := obj.Map(err.Map)
	if unknown == nil {
		name = clean(m.String(), maxLine)
	}
	e := Explanation{
		Message: fmt.Sprintf("The kernel refused to make the map %s: %s.", name, sentence(err.Message)),
		Log:     shorten(err.Log), FullLog: cleanLines(err.Log),
	}
	if unknown == nil {
		e.Diagnosis, e.Help = mapMistake(err.Message, m)
	}
	return e
}

// mapMistake finds the mistake behind a map that was refused. The kernel says
// no more than that its definition is not valid.
func mapMistake(message string, m *object.Map) (id, help string) {
	array := strings.HasSuffix(m.Type, "Array") || m.Type == "ArrayOfMaps"
	invalid := strings.Contains(message, "invalid argument")
	switch {
	case strings.Contains(message, "MaxEntries may be incorrectly set to zero") && strings.HasSuffix(m.Type, "RingBuf"):
		return "missing-max-entries", ringBufSize
	case strings.Contains(message, "MaxEntries may be incorrectly set to zero"):
		return "missing-max-entries", "Say how many entries the map has: __uint(max_entries, 1);"
	case strings.Contains(message, "MEMLOCK may be too low"):
		return "memlock-red-herring", memlock
	case large(m) && (strings.Contains(message, "cannot allocate memory") || strings.Contains(message, "argument list too long")):
		return "", "The map needs more memory than the kernel has for it: make max_entries, or the value, smaller."
	case array && m.KeySize != 4 && (invalid || strings.HasPrefix(message, "KeySize must be")):
		return "array-key-size", fmt.Sprintf("The key of an array is its index: it has 4 bytes (__u32), not %d.", m.KeySize)
	case strings.Contains(message, "not a multiple of page size"):
		return "", ringBufSize
	case strings.Contains(message, "cannot use type UnspecifiedMap"):
		return "", "Say of which type the map is: __uint(type, BPF_MAP_TYPE_ARRAY);"
	case invalid && m.ValueSize == 0 && (array || strings.HasSuffix(m.Type, "Hash")):
		return "", "Say what a value of the map is: __type(value, __u64);"
	}
	return "", ""
}

// large tells whether it is the size of a map that is at fault when there is no
// memory for it.
func large(m *object.Map) bool {
	const much = 16 << 20
	return uint64(m.MaxEntries)*(uint64(m.KeySize)+uint64(m.ValueSize)) >= much
}

const ringBufSize = "Say how many bytes the ring buffer has, a power of two and at least a page: __uint(max_entries, 4096);"

// Section explains that no loader knows a program's section.
func Section(p object.Program) Explanation {
	e := Explanation{
		Message:   fmt.Sprintf("No loader knows what to do with the program %s: its section is %q.", clean(p.Name, maxName), clean(p.Hook.Section, maxLine)),
		Help:      "The section names the kind of hook and its target, as in tracepoint/syscalls/sys_enter_openat or kprobe/vfs_read.",
		Diagnosis: "unknown-section",
	}
	if nearest := object.NearestSection(p.Hook.Section); nearest != "" {
		e.Help = fmt.Sprintf("Did you mean %q?", clean(nearest, maxLine))
	}
	return e
}
