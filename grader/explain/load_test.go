package explain

//go:generate -command bpf clang -g -O2 -Wall -target bpf -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c
//go:generate bpf testdata/missing-field.bpf.c -o testdata/missing-field.bpf.o
//go:generate bpf testdata/own-structure.bpf.c -o testdata/own-structure.bpf.o
//go:generate llvm-strip -g testdata/own-structure.bpf.o -o testdata/own-structure-stripped.bpf.o
//go:generate bpf testdata/loop.bpf.c -o testdata/loop.bpf.o
//go:generate llvm-strip -g testdata/loop.bpf.o

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// logs are what verifiers said, by kernel and name of the program. The files
// have a line "-- name --" before each.
func logs(t testing.TB) map[string]map[string]string {
	files, err := filepath.Glob("testdata/linux-*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := make(map[string]map[string]string)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		kernel := make(map[string]string)
		name := ""
		for line := range strings.Lines(string(data)) {
			if title, ok := strings.CutPrefix(line, "-- "); ok {
				name = strings.TrimSuffix(title, " --\n")
				continue
			}
			kernel[name] += line
		}
		all[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "linux-"), ".txt")] = kernel
	}
	return all
}

// objects are those that a diagnosis depends on.
var objects = map[string]string{
	"missing-field": "missing-field.bpf.o",
	"own-structure": "own-structure.bpf.o",
}

func read(t testing.TB, name string) *object.Object {
	if name == "" {
		return &object.Object{}
	}
	o, err := object.Read(filepath.Join("testdata", name))
	require.NoError(t, err)
	return o
}

// TestLoadOfLogs explains what the verifiers of several kernels said of the same
// programs. Those without a diagnosis are near misses: what they say is much
// like what is said of another mistake.
func TestLoadOfLogs(t *testing.T) {
	diagnoses := map[string]string{
		"missing-license": "missing-license",

		"missing-null-check": "missing-null-check",
		"null-check-helper":  "missing-null-check",
		"null-check-ringbuf": "missing-null-check",
		"submit-unchecked":   "missing-null-check",
		"called-twice":       "missing-null-check",

		"direct-dereference":      "direct-dereference",
		"direct-dereference-task": "direct-dereference",
		// The address was itself read through another, or before a branch.
		"direct-dereference-chain":  "direct-dereference",
		"direct-dereference-branch": "direct-dereference",
		"null-check-inverted":       "", // the pointer is known to be NULL
		"double-submit":             "", // it was given back
		"submit-in-branch":          "", // so it was here
		"xdp-stale-packet":          "", // it is no longer valid

		"infinite-loop":     "unbounded-loop",
		"too-many-rounds":   "unbounded-loop",
		"too-many-branches": "", // there is no loop

		"literal-as-pointer":    "literal-as-pointer",
		"value-as-pointer":      "literal-as-pointer",
		"value-as-pointer64":    "", // what has 8 bytes can be an address
		"kernel-pointer-as-key": "", // it is one

		"map-section":  "map-section",
		"value-as-map": "", // a value of a map, not a global variable

		"value-too-small":   "value-too-small",
		"value-past-end":    "value-too-small",
		"helper-past-value": "value-too-small",
		"global-past-end":   "", // a global variable, not a value of a map
		"record-too-short":  "", // a record

		"index-max":        "unchecked-index",
		"index-64bit":      "unchecked-index",
		"index-stack":      "unchecked-index",
		"index-unbounded":  "unchecked-index",
		"length-unbounded": "", // a length, not an index
		"length-too-long":  "", // a known one

		"wrong-map-helper": "wrong-map-helper",
		"wrong-map-update": "wrong-map-helper",
		"perf-output-hash": "wrong-map-helper",

		"key-too-small":          "key-too-small",
		"uninitialised-variable": "uninitialised-stack",
		"stack-limit-calls":      "stack-limit",
		"timer":                  "helper-not-allowed",

		"unknown-helper-type":   "unknown-helper",
		"unknown-helper-number": "unknown-helper",

		"ctx-write":              "ctx-write",
		"ctx-add":                "ctx-write",
		"ctx-read-past":          "", // it reads
		"fentry-second-argument": "", // it reads an argument that is not there

		"packet-bounds":        "packet-bounds",
		"unreleased-reference": "unreleased-reference",

		"missing-field": "co-re-field",
		"own-structure": "forward-declared-name",

		"fentry-no-target": "", // no function is named
	}
	// Where an older verifier says less, or something else.
	differently := map[string]string{
		"5.10/timer":            "unknown-helper",
		"5.10/value-as-pointer": "",
		"5.10/wrong-map-update": "",
	}

	seen := make(map[string]bool)
	for kernel, programs := range logs(t) {
		for name, log := range programs {
			seen[name] = true
			t.Run(kernel+"/"+name, func(t *testing.T) {
				want, known := diagnoses[name]
				require.True(t, known, "a program that the test does not know")
				if id, ok := differently[kernel+"/"+name]; ok {
					want = id
				}
				e := Load(&testbed.LoadError{Program: "handle", Message: "load program: permission denied", Log: log}, read(t, objects[name]))
				assert.Equal(t, want, e.Diagnosis)
				assert.True(t, strings.HasPrefix(e.Message, "The kernel's verifier refused the program handle: "), e.Message)
				assert.NotContains(t, e.Message, "permission denied", "the verifier's reason is found")
				if want != "" {
					assert.NotEmpty(t, e.Help)
				}
			})
		}
	}
	for name := range diagnoses {
		assert.Contains(t, seen, name, "a program without a log")
	}
}

func TestLoadMessage(t *testing.T) {
	tests := map[string]struct {
		kernel, name  string
		message, help string
	}{
		"the line and its place": {"6.12", "missing-null-check",
			"The kernel's verifier refused the program handle: R0 invalid mem access 'map_value_or_null'. The line is prog.bpf.c:13: (*v)++;",
			`The pointer can be NULL here: check it before you use it, as in "if (!v) return 0;".`},
		"the line alone, before Linux 6.8": {"6.1", "missing-null-check",
			"The kernel's verifier refused the program handle: R0 invalid mem access 'map_value_or_null'. The line is: (*v)++;",
			`The pointer can be NULL here: check it before you use it, as in "if (!v) return 0;".`},
		"no line": {"6.12", "timer",
			"The kernel's verifier refused the program handle: tracing progs cannot use bpf_timer yet.",
			`A program of this type cannot use bpf_timer. One that handles packets, such as SEC("tc"), can.`},
		"a reason of two lines": {"5.10", "value-too-small",
			"The kernel's verifier refused the program handle: invalid access to map value, value_size=4 off=0 size=8; R0 min value is outside of the allowed memory range. The line is: (*v)++;",
			"The program reads or writes more bytes than the 4 that a value of the map has: make the map's value type and the variable agree."},
		"a reason before remarks": {"6.12", "infinite-loop",
			"The kernel's verifier refused the program handle: infinite loop detected at insn 3. The line is prog.bpf.c:12: i = 1;",
			"The verifier must see that every loop ends: give it a constant bound."},
		"a reason after remarks": {"5.10", "perf-output-hash",
			"The kernel's verifier refused the program handle: cannot pass map_type 1 into func bpf_perf_event_output#25. The line is: bpf_perf_event_output(ctx, &values, BPF_F_CURRENT_CPU, &v, 8);",
			"The helper bpf_perf_event_output does not work on this type of map: look up in the documentation of the map type which helpers it has."},
		"a reason before its explanation": {"7.3", "missing-null-check",
			"The kernel's verifier refused the program handle: R0 invalid mem access 'map_value_or_null'. The line is prog.bpf.c:13: (*v)++;",
			`The pointer can be NULL here: check it before you use it, as in "if (!v) return 0;".`},
		"an exit with its consequence": {"6.18", "unreleased-reference",
			"The kernel's verifier refused the program handle: Unreleased reference id=2 alloc_insn=4; BPF_EXIT instruction in main prog would lead to reference leak. The line is prog.bpf.c:16: }",
			"What was reserved or taken must be given back on every path to the end: a record of a ring buffer with bpf_ringbuf_submit or bpf_ringbuf_discard."},
		"a field with the line that names it": {"6.12", "missing-field",
			"The kernel's verifier refused the program handle: it uses a field that is not in this kernel's types. The line is missing-field.bpf.c:18: bpf_printk(\"%llu\", BPF_CORE_READ(rq, start_ns));",
			"This kernel has no structure request with a field start_ns: compare the structure's definition with that in vmlinux.h."},
		"a field with its own line": {"6.1", "own-structure",
			"The kernel's verifier refused the program handle: it uses a field that is not in this kernel's types. The line is own-structure.bpf.c:25: msg.count_value = bpf_ktime_get_ns();",
			"The structure msg is the program's own, but it has the name of one in vmlinux.h, and so its field count_value is looked for in the kernel: give the structure another name."},
		"numbers in the help": {"6.1", "stack-limit-calls",
			"The kernel's verifier refused the program handle: combined stack size of 2 calls is 640. Too large.",
			"A program and the functions it calls have 512 bytes of stack together, and these need 640: keep large variables in a per-CPU array with one element."},
		"too many branches": {"6.12", "too-many-branches",
			"The kernel's verifier refused the program handle: The sequence of 8193 jumps is too complex.",
			"The verifier follows every path through the program, and these are too many: make it shorter, with fewer branches and loops."},
	}
	all := logs(t)
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			log := all[test.kernel][test.name]
			require.NotEmpty(t, log)
			e := Load(&testbed.LoadError{Program: "handle", Message: "load program: invalid argument", Log: log}, read(t, objects[test.name]))
			assert.Equal(t, test.message, e.Message)
			assert.Equal(t, test.help, e.Help)
		})
	}
}

// TestLoadOfReasons explains reasons that the logs do not have: those of other
// kernels, and near misses.
func TestLoadOfReasons(t *testing.T) {
	const lookup = "5: (85) call bpf_map_lookup_elem#1\n"
	rounds := strings.Repeat("3: (07) r1 += 1                       ; R1_w=scalar()\n4: (05) goto pc-2\n", 3)
	branches := "3: (15) if r0 == 0x0 goto pc-2        ; R0_w=1\n2: (b7) r1 = 1                       ; R1_w=1\n\n" +
		"from 3 to 2: R0=0 R10=fp0\n2: (b7) r1 = 1                       ; R1_w=1\n3: (15) if r0 == 0x0 goto pc-2\n"
	tests := map[string]struct {
		log, diagnosis, help string
	}{
		"a program with too many rounds":                 {rounds + "BPF program is too large. Processed 1000001 insn\n", "unbounded-loop", "every round of a loop"},
		"a program that is too large, without a loop":    {branches + "BPF program is too large. Processed 1000001 insn\n", "", "every path"},
		"a loop that is not allowed":                     {"back-edge from insn 9 to 3\n", "unbounded-loop", "constant bound"},
		"a field between two is not set, until 6.3":      {lookup + "invalid indirect read from stack R2 off -24+20 size 24\n", "uninitialised-stack", "= {}"},
		"the same before 5.13":                           {lookup + "invalid indirect read from stack off -24+20 size 24\n", "uninitialised-stack", "= {}"},
		"a variable that is read and not set":            {"7: (79) r1 = *(u64 *)(r10 -40)\ninvalid read from stack off -40+0 size 8\n", "uninitialised-stack", "= {}"},
		"half of a variable is not set, or not there":    {lookup + "invalid indirect read from stack R2 off -8+4 size 8\n", "", ""},
		"a key past the stack, until 5.11":               {lookup + "invalid stack type R2 off=-4 access_size=8\n", "key-too-small", "than the 8 that a key"},
		"a key outside of the stack":                     {lookup + "invalid read from stack R2 off=4096 size=4\n", "", ""},
		"a key that begins below the stack":              {lookup + "invalid read from stack R2 off=-1024 size=8\n", "", ""},
		"a value past the stack":                         {"9: (85) call bpf_map_update_elem#2\ninvalid read from stack R3 off=-4 size=8\n", "", ""},
		"another argument past the stack":                {"9: (85) call bpf_get_current_comm#16\ninvalid write to stack R2 off=-4 size=8\n", "", ""},
		"a function without an address":                  {"The address of function blk_account_io_start cannot be found\n", "fentry-target", "no function blk_account_io_start"},
		"an addition to the context, until 5.11":         {"BPF_XADD stores into R1 ctx is not allowed\n", "ctx-write", "may only read"},
		"an addition to a packet":                        {"BPF_ATOMIC stores into R1 pkt is not allowed\n", "", ""},
		"a function of the kernel that may not be used":  {"invalid func unknown#233685214\n", "", ""},
		"a lock in a socket filter":                      {"socket filter progs cannot use bpf_spin_lock yet\n", "helper-not-allowed", "bpf_spin_lock"},
		"a lock in a program that sleeps":                {"sleepable progs cannot use bpf_spin_lock yet\n", "", ""},
		"a pointer that can be NULL, for something else": {"R1 type=map_value_or_null expected=map_ptr\n", "", ""},
		"a trusted pointer that can be NULL":             {"R1 invalid mem access 'trusted_ptr_or_null_'\n", "missing-null-check", "can be NULL"},
		"a number where a map belongs":                   {"1: (b7) r1 = 0                       ; R1_w=0\n2: (85) call x#1\nR1 type=scalar expected=map_ptr\n", "", ""},
		"an access before a value":                       {"8: (79) r1 = *(u64 *)(r0 -8)\ninvalid access to map value, value_size=8 off=-8 size=8\nR0 min value is outside of the allowed memory range\n", "", ""},
		"an access of no bytes":                          {"8: (85) call bpf_probe_read#4\ninvalid access to map value, value_size=8 off=0 size=0\nR1 min value is outside of the allowed memory range\n", "", ""},
		"a size that is no number":                       {"invalid access to map value, value_size=99999999999999999999 off=0 size=8\nR0 min value is outside of the allowed memory range\n", "", ""},
		"a number that is followed":                      {"0: (79) r1 = *(u64 *)(r1 +8)          ; R1_w=scalar(umax=255,var_off=(0x0; 0xff))\n1: (79) r2 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n", "", ""},
		"a number of which nothing is known":             {"R1 invalid mem access 'scalar'\n", "", ""},
		"a register that does not exist":                 {"R99 invalid mem access 'scalar'\n", "", ""},
		"the source tells what others are told":          {"; // cannot call GPL-restricted function from non-GPL compatible program\n0: (95) exit\nR0 !read_ok\n", "", ""},
		"an earlier path is told of":                     {"R1 invalid mem access 'map_value_or_null'\n0: (95) exit\nR0 !read_ok\n", "", ""},
		"writes to a process":                            {"0: (85) call bpf_probe_write_user#36\nprogram of this type cannot use helper bpf_probe_write_user#36\n", "unknown-helper", "not locked down"},
		"writes to a process, until Linux 6.10":          {"0: (85) call bpf_probe_write_user#36\nunknown func bpf_probe_write_user#36\n", "unknown-helper", "not locked down"},
		"overrides a function":                           {"0: (85) call bpf_override_return#58\nunknown func bpf_override_return#58\n", "unknown-helper", "CONFIG_BPF_KPROBE_OVERRIDE"},
		"a function that may not sleep":                  {"__x64_sys_execve is not sleepable\n", "", "leave the .s out"},
		"a section without a target":                     {"Tracing programs must provide btf_id\n", "", "tp_btf/sys_enter"},
		"an explanation alone":                           {"0: (95) exit\n\nVerification failed: Register Type Safety: Unreadable register\n\nReason:\n  R1 invalid mem access 'map_value_or_null'\n", "", ""},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			e := Load(&testbed.LoadError{Program: "handle", Message: "m", Log: test.log + "processed 9 insns (limit 1000000)"}, read(t, ""))
			assert.Equal(t, test.diagnosis, e.Diagnosis)
			if test.help == "" {
				assert.Empty(t, e.Help)
			}
			assert.Contains(t, e.Help, test.help)
		})
	}
}

func TestLoadWithoutReason(t *testing.T) {
	e := Load(&testbed.LoadError{Program: "handle", Message: "load program: no space left on device.", Log: "0: (95) exit\n"}, read(t, ""))
	assert.Equal(t, Explanation{Message: "The kernel's verifier refused the program handle: load program: no space left on device.", Log: "0: (95) exit", FullLog: "0: (95) exit\n"}, e)

	e = Load(&testbed.LoadError{Program: "handle", Message: "m", Log: "0: (95) exit\nVerification failed: Unreadable register\nReason:\n"}, read(t, ""))
	assert.Equal(t, "The kernel's verifier refused the program handle: Unreadable register.", e.Message)
}

func TestLoadOfMissingField(t *testing.T) {
	tests := map[string]struct {
		object, log, diagnosis, help string
	}{
		"of the kernel":              {"missing-field.bpf.o", "0: (85) call unknown#195896080\n", "co-re-field", "no structure request with a field start_ns:"},
		"of the program":             {"own-structure.bpf.o", "6: (85) call unknown#195896080\n", "forward-declared-name", "give the structure another name"},
		"of either":                  {"own-structure-stripped.bpf.o", "6: (85) call unknown#195896080\n", "", "If the structure is the program's own"},
		"where the object says none": {"missing-field.bpf.o", "1: (85) call unknown#195896080\n", "", "compare it with vmlinux.h"},
		"in a load of 8 bytes":       {"missing-field.bpf.o", "0: (18) r10 = 0xbad2310\nframe pointer is read only\n", "co-re-field", "start_ns"},
		"in no object":               {"", "0: (85) call unknown#195896080\n", "", "compare it with vmlinux.h"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			e := Load(&testbed.LoadError{Program: "handle", Message: "m", Log: "; return 0;\n" + test.log}, read(t, test.object))
			assert.Equal(t, test.diagnosis, e.Diagnosis)
			assert.Contains(t, e.Help, test.help)
			assert.NotContains(t, e.Message, "return 0;", "a line that the log has from another instruction")
		})
	}
}

// TestLoadOfVerdictAlone explains a program that the verifier has looked at for
// so long that there is no more of its log than this.
func TestLoadOfVerdictAlone(t *testing.T) {
	const verdict = "BPF program is too large. Processed 1000001 insn\nverification time 1772089 usec\nstack depth 8\n" +
		"processed 1000001 insns (limit 1000000) max_states_per_insn 4 total_states 12989 peak_states 12989 mark_read 1"
	for object, want := range map[string]string{"loop.bpf.o": "unbounded-loop", "own-structure.bpf.o": ""} {
		e := Load(&testbed.LoadError{Program: "handle", Message: "m", Log: verdict}, read(t, object))
		assert.Equal(t, want, e.Diagnosis, object)
		assert.Contains(t, e.Message, "BPF program is too large", object)
	}
}

// TestLoadByLoader explains what the loader says before it calls the verifier.
func TestLoadByLoader(t *testing.T) {
	tests := map[string]struct {
		program, message string
		want             Explanation
	}{
		"fentry of no function": {"handle", "attach Tracing/TraceFEntry: fentry blk_mq_start_requests not supported", Explanation{
			Message:   "The program handle could not be loaded: attach Tracing/TraceFEntry: fentry blk_mq_start_requests not supported.",
			Help:      "The kernel has no function blk_mq_start_requests that fentry can reach: check its spelling in /proc/kallsyms. A function that was inlined is not there.",
			Diagnosis: "fentry-target",
		}},
		"fexit of no function": {"handle", "attach Tracing/TraceFExit: fexit blk_mq_start_requests not supported", Explanation{
			Message:   "The program handle could not be loaded: attach Tracing/TraceFExit: fexit blk_mq_start_requests not supported.",
			Help:      "The kernel has no function blk_mq_start_requests that fentry can reach: check its spelling in /proc/kallsyms. A function that was inlined is not there.",
			Diagnosis: "fentry-target",
		}},
		"an iterator of nothing": {"handle", "attach Tracing/TraceIter: fentry_x iterator not supported", Explanation{
			Message: "The program handle could not be loaded: attach Tracing/TraceIter: fentry_x iterator not supported.",
		}},
		"tp_btf of no tracepoint": {"handle", "attach Tracing/TraceRawTp: raw_tp block_rq_complet not supported", Explanation{
			Message:   "The program handle could not be loaded: attach Tracing/TraceRawTp: raw_tp block_rq_complet not supported.",
			Help:      "The kernel has no tracepoint block_rq_complet: look for its name under /sys/kernel/tracing/events, and leave the group out.",
			Diagnosis: "unknown-tracepoint",
		}},
		"a function of which there are two": {"handle", "attach Tracing/TraceFEntry: attaching to ambiguous kernel symbol is not supported: multiple matching types", Explanation{
			Message: "The program handle could not be loaded: attach Tracing/TraceFEntry: attaching to ambiguous kernel symbol is not supported: multiple matching types.",
		}},
		"no capability": {"handle", "load program: operation not permitted (MEMLOCK may be too low, consider rlimit.RemoveMemlock)", Explanation{
			Message:   "The program handle could not be loaded: load program: operation not permitted (MEMLOCK may be too low, consider rlimit.RemoveMemlock).",
			Help:      memlock,
			Diagnosis: "memlock-red-herring",
		}},
		"not permitted, and no more": {"handle", "load program: operation not permitted", Explanation{
			Message: "The program handle could not be loaded: load program: operation not permitted.",
		}},
		"a function without a body": {"handle", `Call at insn 1: symbol "frobnicate": unsatisfied program reference`, Explanation{
			Message: `The program handle could not be loaded: Call at insn 1: symbol "frobnicate": unsatisfied program reference.`,
			Help:    "The function frobnicate is declared and nowhere defined: a BPF program can call its own functions and the kernel's helpers alone.",
		}},
		"a function that the kernel does not have": {"handle", `fixing up kfuncs: kfunc "bpf_frobnicate": not supported`, Explanation{
			Message: `The program handle could not be loaded: fixing up kfuncs: kfunc "bpf_frobnicate": not supported.`,
			Help:    "This kernel has no function bpf_frobnicate that BPF programs can call: look for its name, and since which version of Linux it is there, in the kernel's documentation of kfuncs.",
		}},
		"no program is named": {"", "load BTF: invalid argument.", Explanation{
			Message: "The object could not be loaded: load BTF: invalid argument.",
		}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			assert.Equal(t, test.want, Load(&testbed.LoadError{Program: test.program, Message: test.message}, read(t, "")))
		})
	}
}

func TestLoadOfMap(t *testing.T) {
	const invalid = "map create: invalid argument"
	const noEntries = invalid + " (MaxEntries may be incorrectly set to zero)"
	tests := map[string]struct {
		m                        object.Map
		message, diagnosis, help string
	}{
		"an array with a key of 8 bytes":       {object.Map{Type: "Array", KeySize: 8, ValueSize: 8, MaxEntries: 1}, invalid, "array-key-size", "not 8"},
		"an array for each CPU":                {object.Map{Type: "PerCPUArray", KeySize: 2, ValueSize: 8, MaxEntries: 1}, invalid, "array-key-size", "not 2"},
		"an array of maps":                     {object.Map{Type: "ArrayOfMaps", KeySize: 8, ValueSize: 4, MaxEntries: 1}, invalid, "array-key-size", "not 8"},
		"a perf event array":                   {object.Map{Type: "PerfEventArray", KeySize: 8, ValueSize: 8}, "KeySize must be zero or four for perf event array", "array-key-size", "not 8"},
		"a perf event array with wide values":  {object.Map{Type: "PerfEventArray", KeySize: 4, ValueSize: 8}, "ValueSize must be zero or four for perf event array", "", ""},
		"an array without memory":              {object.Map{Type: "Array", KeySize: 8, ValueSize: 8, MaxEntries: 1 << 31}, "map create: cannot allocate memory", "", "make max_entries"},
		"a hash that is too large":             {object.Map{Type: "Hash", KeySize: 4, ValueSize: 1 << 20, MaxEntries: 1 << 10}, "map create: argument list too long", "", "make max_entries"},
		"a small array without memory":         {object.Map{Type: "Array", KeySize: 4, ValueSize: 8, MaxEntries: 1}, "map create: cannot allocate memory", "", ""},
		"an array that is right":               {object.Map{Type: "Array", KeySize: 4, ValueSize: 8, MaxEntries: 1}, invalid, "", ""},
		"a hash with a key of 8 bytes":         {object.Map{Type: "Hash", KeySize: 8, ValueSize: 8, MaxEntries: 1}, invalid, "", ""},
		"an array without values":              {object.Map{Type: "Array", KeySize: 4, MaxEntries: 1}, invalid, "", "__type(value, __u64)"},
		"a hash without values":                {object.Map{Type: "LRUHash", KeySize: 4, MaxEntries: 1}, invalid, "", "__type(value, __u64)"},
		"a stack without values":               {object.Map{Type: "StackTrace", KeySize: 4, MaxEntries: 1}, invalid, "", ""},
		"a hash without entries":               {object.Map{Type: "Hash", KeySize: 4, ValueSize: 8}, noEntries, "missing-max-entries", "__uint(max_entries, 1)"},
		"a ring buffer without a size":         {object.Map{Type: "RingBuf"}, noEntries, "missing-max-entries", "__uint(max_entries, 4096)"},
		"a ring buffer with a size of its own": {object.Map{Type: "RingBuf", MaxEntries: 1000}, invalid + " (ring map size 1000 not a multiple of page size 4096)", "", "power of two"},
		"a storage, which has no entries":      {object.Map{Type: "TaskStorage", KeySize: 4, ValueSize: 8}, invalid + " (BPF_F_NO_PREALLOC flag may need to be set for map type TaskStorage)", "", ""},
		"a hash of no entries, not permitted":  {object.Map{Type: "Hash", KeySize: 4, ValueSize: 8}, "map create: operation not permitted", "", ""},
		"no capability":                        {object.Map{Type: "Array", KeySize: 8, ValueSize: 8}, "map create: operation not permitted (MEMLOCK may be too low, consider rlimit.RemoveMemlock)", "memlock-red-herring", "CAP_BPF"},
		"no type":                              {object.Map{Type: "UnspecifiedMap", KeySize: 4, ValueSize: 8, MaxEntries: 1}, "map create: cannot use type UnspecifiedMap", "", "__uint(type, BPF_MAP_TYPE_ARRAY)"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			test.m.Name = "counter"
			e := Load(&testbed.LoadError{Map: "counter", Message: test.message}, &object.Object{Maps: []object.Map{test.m}})
			assert.Equal(t, "The kernel refused to make the map "+test.m.String()+": "+test.message+".", e.Message)
			assert.Equal(t, test.diagnosis, e.Diagnosis)
			if test.help == "" {
				assert.Empty(t, e.Help)
			}
			assert.Contains(t, e.Help, test.help)
		})
	}

	e := Load(&testbed.LoadError{Map: "other", Message: noEntries}, read(t, ""))
	assert.Equal(t, Explanation{Message: "The kernel refused to make the map other: " + noEntries + "."}, e, "a map that the object does not have")
}

func TestSection(t *testing.T) {
	e := Section(object.Program{Name: "handle", Hook: object.ParseHook("tracepoints/syscalls/sys_enter_execve")})
	assert.Equal(t, Explanation{
		Message:   `No loader knows what to do with the program handle: its section is "tracepoints/syscalls/sys_enter_execve".`,
		Help:      `Did you mean "tracepoint/syscalls/sys_enter_execve"?`,
		Diagnosis: "unknown-section",
	}, e)
	e = Section(object.Program{Name: "handle", Hook: object.ParseHook("mine")})
	assert.Equal(t, "The section names the kind of hook and its target, as in tracepoint/syscalls/sys_enter_openat or kprobe/vfs_read.", e.Help)
}
