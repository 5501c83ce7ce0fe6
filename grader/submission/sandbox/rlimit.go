package sandbox

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// setLimits sets the limits that the kernel enforces. Little may happen in
// this process afterwards: its own address space may be larger than the limit.
func setLimits(l Limits, countProcesses bool) error {
	seconds := uint64((l.CPU + time.Second - 1) / time.Second)
	limits := []struct {
		name      string
		resource  int
		soft, max uint64
	}{
		// With 1, unlike 0, the kernel starts no program to take the core
		// either (core(5)).
		{"core", unix.RLIMIT_CORE, 1, 1},
		{"open files", unix.RLIMIT_NOFILE, 256, 256},
		{"locked memory", unix.RLIMIT_MEMLOCK, 0, 0},
		{"file size", unix.RLIMIT_FSIZE, uint64(l.FileSize), uint64(l.FileSize)},
		{"processor time", unix.RLIMIT_CPU, seconds, seconds + 1},
		{"processes", unix.RLIMIT_NPROC, uint64(l.Processes), uint64(l.Processes)},
		{"address space", unix.RLIMIT_AS, uint64(l.Memory), uint64(l.Memory)},
	}
	for _, limit := range limits {
		if limit.resource == unix.RLIMIT_NPROC && (!countProcesses || l.Processes == 1) {
			continue
		}
		var now unix.Rlimit
		if err := unix.Getrlimit(limit.resource, &now); err != nil {
			return fmt.Errorf("get limit of %s: %w", limit.name, err)
		}
		// What the caller is itself held to stays.
		set := unix.Rlimit{Cur: min(limit.soft, now.Max), Max: min(limit.max, now.Max)}
		if err := unix.Setrlimit(limit.resource, &set); err != nil {
			return fmt.Errorf("set limit of %s: %w", limit.name, err)
		}
	}
	return nil
}
