// Package blockbytes is the exercise block-bytes: what each disk transfers.
package blockbytes

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/exercises/internal/tables"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

const (
	disksMap = "disks map"
	bytes    = "bytes of a disk"
)

var disks = tables.Table{
	Map: "disks", MinEntries: 16,
	Key: "The key is the number of a disk", Many: "A machine may have many disks",
	Struct: "disk",
	Fields: []tables.Field{tables.U64("bytes"), tables.U64("requests")},
}

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "block-bytes",
	Title: "Bytes and requests of each disk",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureTracepoints, testbed.FeatureKprobes, testbed.FeatureBlockDevice,
	},
	Checks: []grader.Check{
		{Name: disksMap, Points: 1, Run: disks.Has},
		{Name: bytes, Points: 3, After: []string{disksMap}, Run: countsBytes},
		{Name: "requests of a disk", Points: 3, After: []string{disksMap, bytes}, Run: countsRequests},
		{Name: "each disk by itself", Points: 3, After: []string{disksMap, bytes}, Run: tellsDisksApart},
	},
	Hints: []string{
		"Begin with exec-table: a HASH, an entry that is made when it is missing, and fields that are added to. What is the key here, and which event brings it along?",
		"The event block_rq_issue happens when a request goes to the driver of its disk. sudo cat /sys/kernel/tracing/events/block/block_rq_issue/format shows what comes with it.",
		"dev is the number of the disk, and nr_sector the length of the request in sectors. A sector of the block layer has 512 bytes, whatever the disk's own are.",
		"In the context, struct trace_event_raw_block_rq of vmlinux.h, the fields are ctx->dev and ctx->nr_sector.",
	},
}

// transferred is what an entry says of a disk.
type transferred struct{ bytes, requests uint64 }

// table is what the map holds: the entries by their keys.
type table map[uint32]transferred

func read(t *grader.T) table {
	all := make(table)
	for key, s := range disks.Read(t) {
		all[key] = transferred{tables.Number(s, "bytes"), tables.Number(s, "requests")}
	}
	return all
}

// since is what was added since before.
func (all table) since(before table) table {
	added := make(table)
	for key, now := range all {
		was := before[key]
		if diff := (transferred{now.bytes - was.bytes, now.requests - was.requests}); diff != (transferred{}) {
			added[key] = diff
		}
	}
	return added
}

// String lists the entries, a line each.
func (all table) String() string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, fmt.Sprintf("key %s: bytes %d, requests %d", number(key), all[key].bytes, all[key].requests))
	}
	return strings.Join(lines, "\n")
}

// number writes the number of a disk with its two halves.
func number(n uint32) string { return fmt.Sprintf("%#x (%d:%d)", n, n>>20, n&(1<<20-1)) }

// outcome is a workload, what was done, and what was added to the map by it.
type outcome struct {
	steps  []testbed.BlockStep
	report *testbed.BlockReport
	added  table
	runs   uint64
}

func run(t *grader.T, steps []testbed.BlockStep) outcome {
	before, runs := read(t), t.Runs()
	report := t.BlockIO(steps...)
	return outcome{steps, report, read(t).since(before), t.Runs() - runs}
}

// truth is what was transferred by the steps of a kind on a disk; nil stands for
// all of them.
func (o outcome) truth(disk int, kind func(testbed.BlockStep) bool) transferred {
	var sum transferred
	for i, s := range o.steps {
		if s.Disk == disk && (kind == nil || kind(s)) {
			sum.bytes += uint64(s.Bytes)
			sum.requests += uint64(o.report.Steps[i].Requests)
		}
	}
	return sum
}

func reads(s testbed.BlockStep) bool  { return !s.Write }
func writes(s testbed.BlockStep) bool { return s.Write }

// draw draws reads and writes of a disk, some of each, with as many different
// sizes as there may be.
func draw(t *grader.T, disk, low, high int) []testbed.BlockStep {
	steps := make([]testbed.BlockStep, low+t.Rand.IntN(high-low+1))
	for i := range steps {
		steps[i] = testbed.BlockStep{Disk: disk, Write: i%2 == 0, Bytes: 512 * (1 + t.Rand.IntN(255))}
	}
	return shuffled(t, steps)
}

func shuffled(t *grader.T, steps []testbed.BlockStep) []testbed.BlockStep {
	grader.Shuffle(t, steps)
	return steps
}

// various draws reads and writes of the first disk of which one is too long for
// a length of 16 bits, in bytes, and no whole number of pages.
func various(t *grader.T) []testbed.BlockStep {
	long := testbed.BlockStep{Bytes: 512 * (129 + 2*t.Rand.IntN(63))}
	return shuffled(t, append(draw(t, 0, 5, 9), long))
}

// countsBytes wants the bytes that a disk reads and writes in its entry, also
// when they are more than 4 bytes hold. How often each counts as a request is for
// another check.
func countsBytes(t *grader.T) {
	o := run(t, various(t))
	disk := t.Disk(0)
	want, got := o.truth(0, nil).bytes, o.added[disk.Number].bytes
	if got != want {
		t.Fail(wrongBytes(t, o, want, got))
	}

	// The lower half overflows with the first request. A program may keep what
	// it adds up in other fields, and write their sum.
	before, start := read(t)[disk.Number].bytes, (1+t.Rand.Uint64N(1<<16))<<32-512
	if !disks.Set(t, disk.Number, "bytes", start) {
		return
	}
	want = run(t, draw(t, 0, 2, 4)).truth(0, nil).bytes
	if now := read(t)[disk.Number].bytes; now != start+want && now != before+want {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("key %s: bytes %d", number(disk.Number), start+want),
			Actual:   fmt.Sprintf("bytes %d", now),
			Message:  fmt.Sprintf("The grader set the bytes of the disk %s to %d, it read and wrote %d more, and they became %d.", disk.Name, start, want, now),
			Help:     "The number has 8 bytes: is the sum kept in a variable of 4 bytes on its way into the entry?",
		})
	}
}

// wrongBytes says what may be wrong when an outcome added other bytes to the
// first disk's entry than it read and wrote.
func wrongBytes(t *grader.T, o outcome, want, got uint64) grader.Failure {
	disk := t.Disk(0)
	f := grader.Failure{
		Expected: fmt.Sprintf("key %s: bytes up by %d", number(disk.Number), want),
		Actual:   cmp.Or(o.added.String(), "nothing was added"),
		Message:  fmt.Sprintf("The disk %s read and wrote %d bytes, and the bytes in its entry went up by %d.", disk.Name, want, got),
		Help:     "Each request adds its own length to the entry of its disk, reads and writes alike.",
	}
	switch last := o.steps[len(o.steps)-1]; {
	case o.runs == 0:
		f.Help = "No program of the object ran: is it attached to an event that every request passes?"
		f.Diagnosis = "hook-never-fired"
	case len(o.added) == 0:
		f.Help = fmt.Sprintf("The object's programs ran %d times and left the map as it was: an entry of a HASH is not there before bpf_map_update_elem has made it.", o.runs)
	case got == 0:
		otherKey(t, o, want, &f)
	case got == want/512:
		f.Help = "This is the number of sectors: a sector of the block layer has 512 bytes."
		f.Diagnosis = "sectors-as-bytes"
	case got == o.truth(0, reads).bytes:
		f.Help = "These are the bytes that were read: what is written counts as well."
	case got == o.truth(0, writes).bytes:
		f.Help = "These are the bytes that were written: what is read counts as well."
	case got == 2*want:
		f.Help = "Every byte is there twice: a request passes several events, such as those of its issue and of its completion. Hook one of them."
	case got == uint64(last.Bytes):
		f.Help = "This is the length of the last request alone: add to what the entry holds."
	}
	return f
}

// otherKey explains why the bytes are not at the disk's number: in one entry for
// all disks, if the requests of another disk are there as well.
func otherKey(t *grader.T, o outcome, want uint64, f *grader.Failure) {
	disk := t.Disk(0)
	f.Help = fmt.Sprintf("The key is the number of the disk: for %s it is %s, the field dev of the event, as it is.", disk.Name, number(disk.Number))
	more := run(t, draw(t, 1, 2, 3))
	for key, sum := range o.added {
		if sum.bytes != want && sum.bytes != want/512 {
			continue
		}
		if _, both := more.added[key]; both {
			f.Help = "The requests of another disk were added to the same entry: each disk has one of its own, with its number as the key."
			f.Diagnosis = "no-device-filter"
		}
	}
}

// countsRequests wants as many requests as the disk was given. Some of what is
// read and written is more than it takes at once, and becomes two requests.
func countsRequests(t *grader.T) {
	steps := draw(t, 0, 2, 5)
	halved := 2 + t.Rand.IntN(3)
	for i := range halved {
		steps = append(steps, testbed.BlockStep{Write: i%2 == 0, Halved: true, Bytes: 8192 * (1 + t.Rand.IntN(16))})
	}
	o := run(t, shuffled(t, steps))
	disk := t.Disk(0)
	want, got := o.truth(0, nil), o.added[disk.Number]
	if got == want {
		return
	}
	f := grader.Failure{
		Expected: fmt.Sprintf("bytes up by %d, requests up by %d", want.bytes, want.requests),
		Actual:   fmt.Sprintf("bytes up by %d, requests up by %d", got.bytes, got.requests),
		Message:  fmt.Sprintf("The disk %s was given %d requests, and the requests in its entry went up by %d.", disk.Name, want.requests, got.requests),
		Help:     "Each request that goes to the disk adds one, whatever its length.",
	}
	switch {
	case got.requests == want.requests:
		f.Message = fmt.Sprintf("The disk %s was given %d bytes in %d requests, and the bytes in its entry went up by %d.", disk.Name, want.bytes, want.requests, got.bytes)
	case got.requests == 0:
		f.Help = "requests was never added to: each request adds one, beside its bytes."
	case got.requests == uint64(len(steps)):
		f.Message += fmt.Sprintf(" Processes read and wrote %d times, and the disk took some of it in two requests.", len(steps))
		f.Help = "This is what was submitted to the block layer, which splits and merges it before it goes to the disk: count where requests are issued or completed."
		f.Diagnosis = "counts-bios"
	case got.requests == 2*want.requests:
		f.Help = "Every request is there twice: it passes several events. Hook one of them."
	}
	t.Fail(f)
}

// tellsDisksApart makes requests to two disks in turns.
func tellsDisksApart(t *grader.T) {
	o := run(t, shuffled(t, append(draw(t, 0, 2, 4), draw(t, 1, 2, 4)...)))
	want := table{t.Disk(0).Number: o.truth(0, nil), t.Disk(1).Number: o.truth(1, nil)}
	for i := range testbed.Disks {
		disk, other := t.Disk(i), t.Disk(1-i)
		here, got := want[disk.Number], o.added[disk.Number]
		if got == here {
			continue
		}
		f := grader.Failure{
			Expected: want.String(),
			Actual:   cmp.Or(o.added.String(), "nothing was added"),
			Message: fmt.Sprintf("Two disks were busy. %s read and wrote %d bytes in %d requests, and its entry went up by %d bytes and %d requests.",
				disk.Name, here.bytes, here.requests, got.bytes, got.requests),
			Help: "The key is the whole number of the disk: the major number of its driver and the minor number that tells its disks apart.",
		}
		switch {
		case got.bytes == here.bytes+want[other.Number].bytes:
			f.Help = "These are the bytes of both: each disk has an entry of its own, with its number as the key."
			f.Diagnosis = "no-device-filter"
		case got.bytes == here.bytes && got.requests == here.requests-1:
			f.Help = "One request is missing: the first one of a disk, for which its entry is made, counts as well."
		}
		t.Fail(f)
	}
}
