package callers

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestDraws(t *testing.T) {
	for seed := range uint64(100) {
		draw := &grader.T{Info: &testbed.Info{CPUs: []int{0, 3}}, Rand: rand.New(rand.NewPCG(seed, 0))}
		processes := Mixed(draw)
		assert.LessOrEqual(t, len(processes), testbed.MaxCallers)
		names := make(map[string]bool)
		single, longest := 0, 0
		for _, p := range processes {
			assert.False(t, names[p.Comm], "%s is there twice", p.Comm)
			names[p.Comm] = true
			assert.Greater(t, len(p.Comm), 8)
			assert.LessOrEqual(t, len(p.Comm), testbed.MaxComm)
			if len(p.Comm) == testbed.MaxComm {
				longest++
			}
			assert.LessOrEqual(t, p.Threads, testbed.MaxThreads)
			if p.Threads == 1 {
				single++
			}
		}
		assert.Equal(t, (len(processes)+1)/2, longest)
		assert.GreaterOrEqual(t, single, 2)
		assert.GreaterOrEqual(t, len(processes)-single, 2)

		OfUsers(draw, processes)
		ordinary := 0
		for _, p := range processes {
			if p.UID != 0 {
				ordinary++
				assert.GreaterOrEqual(t, p.UID, uint32(1000))
				assert.Less(t, p.UID, uint32(60000))
			}
		}
		assert.Positive(t, ordinary)
		assert.Less(t, ordinary, len(processes))

		steps := Calls(draw, processes, testbed.CallExecveFailure, 2, 5)
		steps = append(steps, testbed.CallStep{Kind: testbed.CallMkdirFailure, Count: 1000})
		assert.LessOrEqual(t, len(steps), testbed.MaxCallSteps)
		for i, n := range Count(processes, steps, testbed.CallExecveFailure) {
			assert.GreaterOrEqual(t, n, 2*processes[i].Threads)
			assert.LessOrEqual(t, n, 5*processes[i].Threads)
		}
		for _, s := range steps {
			assert.Contains(t, draw.Info.CPUs, s.CPU)
			assert.Positive(t, s.Count)
		}
	}
}
