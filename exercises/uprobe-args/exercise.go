// Package uprobeargs is the exercise uprobe-args: a function in user space.
package uprobeargs

import (
	"embed"
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/exercises/internal/programs"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

//go:generate sh -c "cd target && ./build.sh"

// target is starter/target.c without a C library.
//
//go:embed target/target_x86_64.elf
var target []byte

// The names of the checks that others come after.
const (
	sumMap   = "sum map"
	seesCall = "sees the target's calls"
)

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:    "uprobe-args",
	Title:   "A function in user space",
	Files:   files,
	Needs:   []testbed.Feature{testbed.FeatureBTF, testbed.FeatureUprobes, testbed.FeatureProgram},
	Program: grader.ProgramOptions{Target: target, Uprobes: true},
	Checks: []grader.Check{
		{Name: sumMap, On: grader.OnProgram, Points: 1, Run: hasSum},
		{Name: seesCall, On: grader.OnProgram, Points: 1, After: []string{sumMap}, Run: seesCalls},
		{Name: "adds both arguments", On: grader.OnProgram, Points: 3, After: []string{seesCall}, Run: addsArguments},
		{Name: "counts the calls", On: grader.OnProgram, Points: 2, After: []string{seesCall}, Run: countsCalls},
		{Name: "counts add_pair alone", On: grader.OnProgram, Points: 1, After: []string{seesCall}, Run: countsNothingElse},
		programs.EndsOn(testbed.SignalInterrupt, 1),
		programs.EndsOn(testbed.SignalTerminate, 1),
	},
	Hints: []string{
		"A uprobe is attached to a place in a file: the file's path, and how far into it the function begins. libbpf finds the second when it is told the function's name.",
		"SEC(\"uprobe\") names no target: user space attaches with bpf_program__attach_uprobe_opts, with pid -1 for every process, argv[1] for the path, offset 0 and func_name = \"add_pair\".",
		"int BPF_KPROBE(on_add_pair, int a, int b) of <bpf/bpf_tracing.h> gives the arguments at the entry of a function; on user space's functions it does the same.",
		"An int is 32 bits of a register of 64. Add two of type int, and put the result into an s64: then the sign is copied.",
	},
}

func hasSum(t *grader.T) {
	m := t.Map("sum")
	if m.Type != "Array" || m.KeySize != 4 || m.ValueSize != 8 || m.MaxEntries < 2 {
		t.Fail(grader.Failure{
			Expected: "sum: Array, u32 -> s64 or u64, 2 entries or more",
			Actual:   m.String(),
			Message:  "The map sum does not have the type, the size, or the sizes of key and value, that were asked for.",
			Help:     "It is a BPF_MAP_TYPE_ARRAY with 2 entries, a __u32 key and a value of 8 bytes.",
		})
	}
}

// seesCalls is a check that wants the map changed by calls, in whatever way.
func seesCalls(t *grader.T) {
	pairs := positive(t, 3, 6)
	o := call(t, add, pairs)
	if o.sum.grown() != 0 || o.count.grown() != 0 {
		return
	}
	f := grader.Failure{
		Expected: "sum[0] and sum[1] grow",
		Actual:   "both stayed as they were",
		Message:  fmt.Sprintf("The target called add_pair %s, and the object's programs ran %s and left the map as it was.", times(len(pairs)), times(int(o.runs))),
		Help:     "Look at the conditions under which they return early, and at the key.",
	}
	switch {
	case o.runs > 0 && slices.ContainsFunc(t.Object.Programs, func(p object.Program) bool { return p.ReturnsWhenFound("sum") }):
		f.Help = "They return when the lookup has found the element, and in an array it always does. Return when it has not."
		f.Diagnosis = "inverted-check"
	case o.runs > 0:
	case call(t, subtract, pairs).runs > 0:
		f.Message = "A BPF program ran when the target called subtract_pair, and none when it called add_pair."
		f.Help = "The name of the function to attach to is add_pair, as a whole."
	default:
		f.Message = fmt.Sprintf("The target called add_pair %s, and no BPF program ran.", times(len(pairs)))
		f.Help = "Attach to the function add_pair of the executable whose path is argv[1], and in every process: pid is -1, for 0 is the program itself."
		f.Diagnosis = "hook-never-fired"
	}
	t.Fail(f)
}

// addsArguments is a check that wants the arguments' sums added to sum[0].
func addsArguments(t *grader.T) {
	// Their sum needs more than 4 bytes, and no sign can be lost.
	check := func(pairs []pair) {
		o := call(t, add, pairs)
		if o.sum.grown() != o.want() {
			t.Fail(wrongSum(t, o))
		}
	}
	check(positive(t, 5, 9))
	check(signed(t, 5, 9))

	start := t.Rand.Int64N(1<<40) - 1<<39
	if !t.Map("sum").Set(0, uint64(start)) {
		return
	}
	o := call(t, add, append(signed(t, 5, 8), positive(t, 3, 6)...))
	if o.sum.grown() != o.want() {
		f := wrongSum(t, o)
		f.Message = fmt.Sprintf("The grader set sum[0] to %d. %s", start, f.Message)
		t.Fail(f)
	}
}

// wrongSum says what is wrong with what an outcome added to sum[0].
func wrongSum(t *grader.T, o outcome) grader.Failure {
	f := grader.Failure{
		Expected: fmt.Sprintf("sum[0] grows by %d", o.want()),
		Actual:   fmt.Sprintf("sum[0] grows by %d", o.sum.grown()),
		Message:  fmt.Sprintf("%s, and sum[0] went from %d to %d.", o, o.sum.before, o.sum.after),
		Help:     "Each call adds a + b to what element 0 of the map holds at that moment. A sum that the program keeps somewhere else and copies into the map is another one.",
	}
	if elsewhere(t, o) {
		f.Message = fmt.Sprintf("%s, and the BPF program ran %s.", o, times(int(o.runs)))
		f.Help = attachOnce
		return f
	}
	var a, b, negative int64
	for _, p := range o.pairs {
		a += int64(p.a)
		b += int64(p.b)
		for _, n := range []int32{p.a, p.b} {
			if n < 0 {
				negative++
			}
		}
	}
	grown := o.sum.grown()
	tooMuch := grown - o.want()
	switch {
	case grown == int64(len(o.pairs))*leftBehind:
		f.Message = fmt.Sprintf("%s, and what was added is what it leaves in the registers when it returns: the arguments are gone by then.", o)
		f.Help = "Attach to the entry of the function, with a uprobe and not with a uretprobe: retprobe must be false."
		f.Diagnosis = "arguments-gone"
	case grown == int64(len(o.pairs))*leftAsResult:
		f.Message = fmt.Sprintf("%s, and what was added is what it leaves in the register in which functions return a value: it returns none.", o)
		f.Help = "Attach to the entry of the function, with a uprobe and not with a uretprobe, and take the arguments."
	case grown == 2*a, grown == 2*b:
		f.Message = fmt.Sprintf("%s, and one argument was added twice and the other not at all.", o)
		f.Help = "The first argument is PT_REGS_PARM1, the second PT_REGS_PARM2."
	case grown == a, grown == b:
		f.Message = fmt.Sprintf("%s, and only one of the two arguments was added.", o)
		f.Help = "Add the second argument as well: PT_REGS_PARM2, or the second parameter of BPF_KPROBE."
	case int32(tooMuch) == 0 && tooMuch > 0 && tooMuch>>32 <= negative:
		f.Message = fmt.Sprintf("%s, and sum[0] became too large by %d times 2^32: the sign of negative numbers was lost.", o, tooMuch>>32)
		f.Help = "The arguments are of type int, the lower 32 bits of a register. Take them as int, and add the int to an s64: then the sign fills the upper half. An unsigned type fills it with zeros."
		f.Diagnosis = "sign-lost"
	case int32(tooMuch) == 0:
		f.Message += " The lower 4 bytes are right, the upper ones are not."
		f.Help = "The values of the map have 8 bytes: load, add and store all of them, through a pointer to s64."
		f.Diagnosis = "upper-half-lost"
	}
	return f
}

// countsCalls is a check that wants each call to add one to sum[1].
func countsCalls(t *grader.T) {
	check := func(pairs []pair) {
		o := call(t, add, pairs)
		if o.count.grown() != int64(len(pairs)) {
			t.Fail(wrongCount(t, o))
		}
	}
	check(positive(t, 1, 1))
	check(signed(t, 7, 30))
	check(opposite(t, 3, 6))

	// The lower half overflows at the second call.
	start := (1+t.Rand.Uint64N(1<<16))<<32 - 2
	if !t.Map("sum").Set(1, start) {
		return
	}
	o := call(t, add, signed(t, 5, 9))
	if o.count.grown() != int64(len(o.pairs)) {
		f := wrongCount(t, o)
		f.Message = fmt.Sprintf("The grader set sum[1] to %d. %s", start, f.Message)
		t.Fail(f)
	}
}

// wrongCount says what is wrong with what an outcome added to sum[1].
func wrongCount(t *grader.T, o outcome) grader.Failure {
	f := grader.Failure{
		Expected: fmt.Sprintf("sum[1] grows by %d", len(o.pairs)),
		Actual:   fmt.Sprintf("sum[1] grows by %d", o.count.grown()),
		Message:  fmt.Sprintf("%s, and sum[1] went from %d to %d.", o, o.count.before, o.count.after),
		Help:     "Each call adds exactly one to what element 1 of the map holds at that moment, all 8 bytes of it. A count that the program keeps somewhere else and copies into the map is another one.",
	}
	switch {
	case elsewhere(t, o):
		f.Message = fmt.Sprintf("%s, and the BPF program ran %s.", o, times(int(o.runs)))
		f.Help = attachOnce
	case o.want() == 0 && o.count.grown() == 0:
		f.Message = fmt.Sprintf("The target called add_pair %s with arguments whose sum is 0, and sum[1] stayed as it was.", times(len(o.pairs)))
		f.Help = "A call whose arguments add up to 0 is a call too."
	}
	return f
}

// elsewhere tells whether the one program of the object is attached elsewhere
// than to add_pair, or more than once: it did not run once for each call.
func elsewhere(t *grader.T, o outcome) bool {
	return len(t.Loaded.Programs) == 1 && o.runs != uint64(len(o.pairs))
}

const attachOnce = "Attach it once, to the function add_pair and no other: look at the name, or at the offset, that it is attached to."

// countsNothingElse is a check that wants calls of other functions left alone.
func countsNothingElse(t *grader.T) {
	pairs := signed(t, 5, 8)
	for _, run := range []struct {
		what  string
		pairs []pair
	}{
		{fmt.Sprintf("The target called subtract_pair %s and add_pair not once", times(len(pairs))), pairs},
		{"The target ran and called neither add_pair nor subtract_pair", nil},
	} {
		o := call(t, subtract, run.pairs)
		if o.sum.grown() == 0 && o.count.grown() == 0 {
			continue
		}
		t.Fail(grader.Failure{
			Expected: "the map stays as it is",
			Actual:   fmt.Sprintf("sum[0] grows by %d, sum[1] by %d", o.sum.grown(), o.count.grown()),
			Message:  fmt.Sprintf("%s, and the map changed.", run.what),
			Help:     attachOnce,
		})
	}
}
