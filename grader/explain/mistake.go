package explain

import (
	"regexp"
	"strconv"
	"strings"
)

// mistake is a family of messages with one cause.
type mistake struct {
	// id is empty where the cause has no name.
	id string
	// pattern is looked for in what the verifier says.
	pattern *regexp.Regexp
	// certain tells whether a message that matches has this cause; nil when
	// it always has.
	certain func(r *rejection, match []string) bool
	// help is a template of regexp.Expand.
	help string
}

// mistakes are known by what the verifier says. Patterns match the part of a
// message that all kernels since 5.10 share; where they differ that is said.
var mistakes = []mistake{
	{
		id:      "missing-license",
		pattern: regexp.MustCompile(`cannot call GPL-restricted function from non-GPL compatible program`),
		help:    `Declare a licence: char LICENSE[] SEC("license") = "GPL";`,
	},
	{
		id:      "missing-null-check",
		pattern: regexp.MustCompile(`R\d+ invalid mem access '\w+_or_null_?'`),
		help:    checkNull,
	},
	{
		id:      "missing-null-check",
		pattern: regexp.MustCompile(`R\d+ type=(\w+)_or_null_? expected=(.*)`),
		certain: func(_ *rejection, match []string) bool { return strings.Contains(match[2], match[1]) },
		help:    checkNull,
	},
	{
		// "inv" until Linux 5.17.
		id:      "direct-dereference",
		pattern: regexp.MustCompile(`R(\d+) invalid mem access '(?:scalar|inv)'`),
		certain: isForeignPointer,
		help:    "A pointer from the kernel or from a user program is not followed directly: read through it with BPF_CORE_READ, bpf_probe_read_kernel or bpf_probe_read_user.",
	},
	{
		id:      "unbounded-loop",
		pattern: regexp.MustCompile(`infinite loop detected|back-edge from insn`),
		help:    "The verifier must see that every loop ends: give it a constant bound.",
	},
	{
		id:      "unbounded-loop",
		pattern: tooComplex,
		certain: func(r *rejection, _ []string) bool { return r.looped },
		help:    "The verifier follows every round of a loop, and these are too many: give the loop a small constant bound, or use bpf_loop.",
	},
	{
		pattern: tooComplex,
		help:    "The verifier follows every path through the program, and these are too many: make it shorter, with fewer branches and loops.",
	},
	{
		id:      "literal-as-pointer",
		pattern: regexp.MustCompile(`R([1-5]) type=(?:scalar|inv) expected=(?:.*, )?fp\b`),
		certain: isSmallNumber,
		help:    "This helper wants the address of a variable (&key), not its value.",
	},
	{
		id:      "map-section",
		pattern: regexp.MustCompile(`R1 type=map_value expected=map_ptr`),
		certain: func(r *rejection, _ []string) bool { return isGlobal(r.registers[1]) },
		help:    `Put the map into the section for maps: end its definition with SEC(".maps").`,
	},
	{
		id:      "value-too-small",
		pattern: regexp.MustCompile(`invalid access to map value, value_size=(\d+) off=(\d+) size=(\d+)\nR(\d+) min value is outside of the allowed memory range`),
		certain: isPastValue,
		help:    "The program reads or writes more bytes than the $1 that a value of the map has: make the map's value type and the variable agree.",
	},
	{
		id:      "unchecked-index",
		pattern: regexp.MustCompile(`unbounded memory access, make sure to bounds check|max value is outside of the allowed memory range|min value is negative, either use unsigned index|math between \w+ pointer and register with unbounded m\w+ value|invalid (?:unbounded )?variable-offset .*stack`),
		help:    "The verifier must see that an index stays within its array: compare it with the number of elements before you use it.",
	},
	{
		id:      "wrong-map-helper",
		pattern: regexp.MustCompile(`cannot pass map_type \d+ into func (\w+)`),
		help:    "The helper $1 does not work on this type of map: look up in the documentation of the map type which helpers it has.",
	},
	{
		id:      "wrong-map-helper",
		pattern: regexp.MustCompile(`invalid zero-sized read`),
		certain: func(r *rejection, _ []string) bool {
			return isMapHelper(r) && strings.Contains(r.registers[1].state, "ks=0,")
		},
		help: "A map of this type has no keys: look up in the documentation of the map type which helpers it has.",
	},
	{
		// Until Linux 5.11, until 6.12, since 6.13.
		id:      "key-too-small",
		pattern: regexp.MustCompile(`invalid (?:stack type|indirect access to stack|read from stack) R2 off=-(\d+) (?:access_)?size=(\d+)`),
		certain: isKeyPastStack,
		help:    "The variable for the key has fewer bytes than the $2 that a key of the map has: make their types agree.",
	},
	{
		// Since Linux 6.4 what is not initialised may be read.
		id:      "uninitialised-stack",
		pattern: regexp.MustCompile(`invalid (?:indirect )?read from stack (?:R\d+ )?off -\d+\+(\d+) size (\d+)`),
		// A variable of 4 bytes that is read as 8 looks the same.
		certain: func(_ *rejection, match []string) bool { return match[1] != "4" || match[2] != "8" },
		help:    `Some bytes of the variable are not set, perhaps those between two fields: set all of them first, with "= {}" or __builtin_memset.`,
	},
	{
		id:      "stack-limit",
		pattern: regexp.MustCompile(`combined stack size of \d+ calls is (\d+)\. Too large`),
		help:    "A program and the functions it calls have 512 bytes of stack together, and these need $1: keep large variables in a per-CPU array with one element.",
	},
	{
		id:      "helper-not-allowed",
		pattern: regexp.MustCompile(`(?:tracing|socket filter) progs cannot use (\S+) yet`),
		help:    `A program of this type cannot use $1. One that handles packets, such as SEC("tc"), can.`,
	},
	{
		id:      "unknown-helper",
		pattern: regexp.MustCompile(`(?:unknown func|program of this type cannot use helper) bpf_probe_write_user#\d+`),
		help:    "Tracing programs can call bpf_probe_write_user only where the kernel is not locked down, and this one may be: a program that observes has no need to write to a process.",
	},
	{
		id:      "unknown-helper",
		pattern: regexp.MustCompile(`(?:unknown func|program of this type cannot use helper) bpf_override_return#\d+`),
		help:    "Only kprobes can call bpf_override_return, and only in kernels that were built to inject errors (CONFIG_BPF_KPROBE_OVERRIDE): a program that observes has no need to change what a function returns.",
	},
	{
		// The latter since Linux 6.11.
		id:      "unknown-helper",
		pattern: regexp.MustCompile(`(?:unknown func|program of this type cannot use helper) (bpf_\w+)#\d+`),
		help:    "The helper $1 is not for programs of this type: look up in its documentation which programs can call it, and since which version of Linux.",
	},
	{
		id:      "unknown-helper",
		pattern: regexp.MustCompile(`invalid func unknown#(\d{1,4})\b`),
		help:    "This kernel has no helper with the number $1: it is older than the headers that the program was built with.",
	},
	{
		id:      "ctx-write",
		pattern: regexp.MustCompile(`invalid bpf_context access off=-?\d+ size=\d+`),
		certain: func(r *rejection, _ []string) bool { return isStore(r.instruction) },
		help:    readOnlyContext,
	},
	{
		id:      "ctx-write",
		pattern: regexp.MustCompile(`BPF_(?:ATOMIC|XADD) stores into R\d+ ctx is not allowed`),
		help:    readOnlyContext,
	},
	{
		id:      "packet-bounds",
		pattern: regexp.MustCompile(`invalid access to packet, off=`),
		help:    "The program reads where the packet may have ended: before each access compare its end with data_end.",
	},
	{
		id:      "unreleased-reference",
		pattern: regexp.MustCompile(`Unreleased reference id=\d+`),
		help:    "What was reserved or taken must be given back on every path to the end: a record of a ring buffer with bpf_ringbuf_submit or bpf_ringbuf_discard.",
	},
	{
		id:      "fentry-target",
		pattern: regexp.MustCompile(`The address of function (\S+) cannot be found`),
		help:    noFentry,
	},
	{
		pattern: regexp.MustCompile(`Tracing programs must provide btf_id`),
		help:    "The section does not lead to a function or event of the kernel: what kind of hook it is and which has to be there, as in fentry/vfs_read or tp_btf/sys_enter.",
	},
	{
		pattern: regexp.MustCompile(`(\S+) is not sleepable`),
		help:    "The function $1 may not sleep, and a program in a section that ends in .s may: leave the .s out.",
	},
	{
		pattern: regexp.MustCompile(`func '(\w+)' doesn't have \d+-th argument`),
		help:    "The program takes more arguments than the function $1 has: compare them with its declaration in vmlinux.h.",
	},
}

const (
	checkNull       = `The pointer can be NULL here: check it before you use it, as in "if (!v) return 0;".`
	readOnlyContext = "The program writes to its context, which it may only read: copy what you need into a variable."
	noFentry        = "The kernel has no function $1 that fentry can reach: check its spelling in /proc/kallsyms. A function that was inlined is not there."
)

// tooComplex is what the verifier says when it gives up.
var tooComplex = regexp.MustCompile(`BPF program is too large\. Processed|The sequence of \d+ jumps is too complex`)

// recognise finds the mistake behind a rejection.
func recognise(r *rejection) (id, help string) {
	text := strings.Join(r.reasons, "\n")
	for _, m := range mistakes {
		match := m.pattern.FindStringSubmatchIndex(text)
		if match == nil || m.certain != nil && !m.certain(r, m.pattern.FindStringSubmatch(text)) {
			continue
		}
		return m.id, clean(string(m.pattern.ExpandString(nil, m.help, text, match)), maxMessage)
	}
	return "", ""
}

// loaded matches an instruction that reads an address from memory.
var loaded = regexp.MustCompile(`^\(79\) r\d+ = \*\(u64 \*\)\(`)

// isForeignPointer tells whether what was followed came as a number of 8 bytes,
// and is no pointer of the program's own that turned out to be NULL or that was
// given back.
func isForeignPointer(r *rejection, match []string) bool {
	used := r.register(match[1])
	if !loaded.MatchString(used.origin) && !strings.Contains(used.origin, ") call bpf_get_current_task#") {
		return false
	}
	number := used.state == "" || strings.HasPrefix(used.state, "scalar(") || strings.HasPrefix(used.state, "inv(")
	return number && !isSmallNumber(r, match)
}

var (
	// constant is the state of a register with a number that is known.
	constant = regexp.MustCompile(`^(?:invP?)?-?(?:0x)?[0-9a-f]+$`)
	// assigned is an instruction that makes such a register.
	assigned = regexp.MustCompile(`^\(b[47]\) [rw]\d+ = -?(?:0x)?[0-9a-f]+$`)
	// bound is the largest number that a register can have.
	bound = regexp.MustCompile(`\bumax(?:_value)?=(\w+)`)
)

// isSmallNumber tells whether what was passed as a pointer is a number that is
// known or fits 4 bytes, and so cannot be an address.
func isSmallNumber(r *rejection, match []string) bool {
	passed := r.register(match[1])
	if passed.state == "" {
		return assigned.MatchString(passed.origin)
	}
	if m := bound.FindStringSubmatch(passed.state); m != nil {
		_, err := strconv.ParseUint(m[1], 0, 32)
		return err == nil
	}
	return constant.MatchString(passed.state)
}

// address is an instruction that takes the address of a map or of a global
// variable.
var address = regexp.MustCompile(`^\(18\) r\d+ = 0x`)

func isGlobal(r register) bool { return address.MatchString(r.origin) }

// base is the register through which an instruction reads or writes memory.
var base = regexp.MustCompile(`\*\(u\d+ \*\)\(r(\d+) `)

// isPastValue tells whether an access begins in a value of a map that a lookup
// returned, or behind it, and goes past its end.
func isPastValue(r *rejection, match []string) bool {
	through := match[4]
	if m := base.FindStringSubmatch(r.instruction); m != nil {
		through = m[1]
	}
	var n [3]int
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(match[i+1]); err != nil {
			return false
		}
	}
	valueSize, offset, size := n[0], n[1], n[2]
	return size > 0 && offset+size > valueSize && !isGlobal(r.register(through))
}

var mapHelper = regexp.MustCompile(`\) call bpf_map_(?:lookup|update|delete)_elem#`)

func isMapHelper(r *rejection) bool { return mapHelper.MatchString(r.instruction) }

// isKeyPastStack tells whether a key would reach past the top of the stack,
// where its variable ends.
func isKeyPastStack(r *rejection, match []string) bool {
	offset, err := strconv.Atoi(match[1])
	size, err2 := strconv.Atoi(match[2])
	return err == nil && err2 == nil && offset > 0 && size > offset && isMapHelper(r)
}

// store is an instruction that writes to memory; see BPF_ST and BPF_STX in the
// kernel's documentation of the instruction set.
var store = regexp.MustCompile(`^\((?:6[23ab]|7[23ab])\) `)

func isStore(instruction string) bool { return store.MatchString(instruction) }
