package uprobeargs

import (
	"fmt"
	"math"
	"strconv"

	"github.com/bpfgrade/bpfgrade/grader"
)

// pair is what the target calls a function with. The sum of both is an int32.
type pair struct{ a, b int32 }

// What the target's functions leave in registers when they return, see
// starter/target.c: leftBehind is the sum of those of the arguments,
// leftAsResult what is in that of a return value.
const (
	leftBehind   = 0x11111111 + 0x22222222
	leftAsResult = 0x44444444
)

// function is what the target calls with each pair.
type function string

const (
	add      function = "add"
	subtract function = "subtract"
)

// change is what became of an element of the map.
type change struct{ before, after int64 }

func (c change) grown() int64 { return c.after - c.before }

// outcome is what a run of the target did.
type outcome struct {
	pairs      []pair
	sum, count change
	// runs is how often the object's programs ran.
	runs uint64
}

// String says what the target called, as the beginning of a sentence.
func (o outcome) String() string {
	with := "with"
	if len(o.pairs) > 1 {
		with = "first with"
	}
	return fmt.Sprintf("The target called add_pair %s, %s %d and %d", times(len(o.pairs)), with, o.pairs[0].a, o.pairs[0].b)
}

// want is what add_pair adds.
func (o outcome) want() int64 {
	var sum int64
	for _, p := range o.pairs {
		sum += int64(p.a) + int64(p.b)
	}
	return sum
}

// call runs the target, which calls a function with each pair.
func call(t *grader.T, f function, pairs []pair) outcome {
	var args []string
	if f == subtract {
		args = append(args, string(f))
	}
	for _, p := range pairs {
		args = append(args, strconv.Itoa(int(p.a)), strconv.Itoa(int(p.b)))
	}
	m := t.Map("sum")
	read := func(key uint32) int64 { return int64(m.Uint64(key)) }
	o := outcome{pairs: pairs, sum: change{before: read(0)}, count: change{before: read(1)}}
	runs := t.Runs()
	t.RunTarget(args...)
	o.runs = t.Runs() - runs
	o.sum.after, o.count.after = read(0), read(1)
	return o
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// positive draws from low to high pairs of large numbers. Of each, the first is
// larger than the second. The sum of five needs more than 4 bytes.
func positive(t *grader.T, low, high int) []pair {
	return draw(t, low, high, func() pair {
		a, b := 1<<29+t.Rand.Int32N(1<<29), 1<<29+t.Rand.Int32N(1<<29)
		if a == b {
			a++
		}
		return pair{max(a, b), min(a, b)}
	})
}

// signed draws from low to high pairs, low being at least 5, in which each
// argument and the sum are now positive, now negative, now 0.
func signed(t *grader.T, low, high int) []pair {
	large := func() int32 { return 1<<20 + t.Rand.Int32N(1<<20) }
	small := func() int32 { return 1 + t.Rand.Int32N(1<<19) }
	pairs := draw(t, low, high, func() pair {
		return pair{t.Rand.Int32N(1<<30) - 1<<29, t.Rand.Int32N(1<<30) - 1<<29}
	})
	copy(pairs, []pair{
		{-large(), -large()}, {-large(), small()}, {large(), -small()},
		{math.MaxInt32, math.MinInt32}, {math.MinInt32, 0},
	})
	grader.Shuffle(t, pairs)
	return pairs
}

// opposite draws from low to high pairs whose sums are 0.
func opposite(t *grader.T, low, high int) []pair {
	pairs := draw(t, low, high, func() pair {
		n := t.Rand.Int32N(math.MaxInt32)
		return pair{n, -n}
	})
	pairs[0] = pair{}
	return pairs
}

// draw draws from low to high pairs.
func draw(t *grader.T, low, high int, one func() pair) []pair {
	pairs := make([]pair, low+t.Rand.IntN(high-low+1))
	for i := range pairs {
		pairs[i] = one()
	}
	return pairs
}
