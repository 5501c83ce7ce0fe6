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
