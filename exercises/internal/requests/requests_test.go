package requests

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/exercises/internal/clocks"
	"github.com/bpfgrade/bpfgrade/grader"
)

func TestIntegers(t *testing.T) {
	for line, want := range map[string][]string{
		"allocated 12 now 34":       {"12", "34"},
		"12 34":                     {"12", "34"},
		"12-34":                     {"12", "34"},
		"12+34":                     {"12", "34"},
		"a=12,b=34.":                {"12", "34"},
		"start_12_now_34":           {"12", "34"},
		"12ns 34ns":                 {"12", "34"},
		"start.12...34":             {"12", "34"},
		"-12 -34":                   {"-12", "-34"},
		"now-12 34":                 {"12", "34"},
		"u64 12 blk2 34":            {"12", "34"},
		"12":                        {"12"},
		"nothing":                   nil,
		"12 34 56":                  {"12", "34", "56"},
		"1 12 2 34":                 {"1", "12", "2", "34"},
		"99999999999999999999999 1": {"99999999999999999999999", "1"},
	} {
		assert.Equal(t, want, integers(line), line)
	}
}

func TestTime(t *testing.T) {
	assert.Equal(t, uint64(1<<63), time("9223372036854775808"))
	for _, number := range []string{"-12", "99999999999999999999999"} {
		assert.False(t, clocks.Near(time(number), 1, 1<<62), number)
	}
}

func TestCut(t *testing.T) {
	const at = 3<<32 + 4_000_000_000
	for number, want := range map[string]bool{
		"4000000000":  true,
		"-294967296":  true, // as an int
		"4000000001":  true,
		"4000000002":  false,
		"16884901888": false, // as it is
		"-4294967296": false,
		"-":           false,
	} {
		assert.Equal(t, want, cut(number, at, at+1), number)
	}
	assert.True(t, cut("5", 1<<32-10, 1<<32+10), "the window has the overflow in it")
	assert.True(t, cut("4294967290", 1<<32-10, 1<<32+10), "the window has the overflow in it")
}

func TestDraw(t *testing.T) {
	for seed := range uint64(1000) {
		steps := draw(&grader.T{Rand: rand.New(rand.NewPCG(seed, 0))})
		writes := 0
		for _, step := range steps {
			if step.Write {
				writes++
			}
		}
		assert.Equal(t, len(steps)/2+1, writes, "with the seed %d", seed)
	}
}
