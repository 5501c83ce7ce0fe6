package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/perf"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// kernelBTF is where the kernel offers its type information.
const kernelBTF = "/sys/kernel/btf/vmlinux"

// probeTarget is a kernel function that no configuration leaves out.
const probeTarget = "vfs_read"

// probe finds out what this kernel can do by doing it. A reason stands for
// each feature that is missing.
func probe() map[testbed.Feature]string {
	missing := make(map[testbed.Feature]string)
	for feature, try := range map[testbed.Feature]func() error{
		testbed.FeatureBTF:         probeBTF,
		testbed.FeatureTracepoints: probeTracepoints,
		testbed.FeatureKprobes:     probeKprobes,
		testbed.FeatureUprobes:     probeUprobes,
		testbed.FeatureFentry:      probeFentry,
		testbed.FeaturePerfBuffer:  probePerfBuffer,
	} {
		if err := try(); err != nil {
			missing[feature] = err.Error()
		}
	}
	return missing
}

func probeBTF() error {
	_, err := os.Stat(kernelBTF)
	return err
}

func probeTracepoints() error {
	dir, err := tracefs()
	if err != nil {
		return err
	}
	_, err = os.ReadFile(filepath.Join(dir, "events/syscalls/sys_enter_execve/id"))
	return err
}

// nothing is a program that returns 0.
func nothing(typ ebpf.ProgramType) *ebpf.ProgramSpec {
	return &ebpf.ProgramSpec{
		Type:         typ,
		License:      "GPL",
		Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()},
	}
}

func probeKprobes() error {
	prog, err := ebpf.NewProgram(nothing(ebpf.Kprobe))
	if err != nil {
		return err
	}
	defer prog.Close()
	l, err := link.Kprobe(probeTarget, prog, nil)
	if err != nil {
		return err
	}
	return l.Close()
}

// probeUprobes looks for the kind of performance events that uprobes are.
func probeUprobes() error {
	_, err := os.Stat("/sys/bus/event_source/devices/uprobe/type")
	return err
}

func probeFentry() error {
	spec := nothing(ebpf.Tracing)
	spec.AttachType = ebpf.AttachTraceFEntry
	spec.AttachTo = probeTarget
	prog, err := ebpf.NewProgram(spec)
	if err != nil {
		return err
	}
	defer prog.Close()
	l, err := link.AttachTracing(link.TracingOptions{Program: prog})
	if err != nil {
		return err
	}
	return l.Close()
}

func probePerfBuffer() error {
	m, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.PerfEventArray})
	if err != nil {
		return err
	}
	defer m.Close()
	reader, err := perf.NewReader(m, os.Getpagesize())
	if err != nil {
		return err
	}
	return reader.Close()
}

// kernelInfo fills in what the kernel says of itself.
func kernelInfo() (*testbed.Info, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return nil, fmt.Errorf("uname: %w", err)
	}
	online, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return nil, err
	}
	cpus, err := parseCPUList(strings.TrimSpace(string(online)))
	if err != nil {
		return nil, fmt.Errorf("read list of processors: %w", err)
	}
	return &testbed.Info{
		Release: unix.ByteSliceToString(uts.Release[:]),
		Version: unix.ByteSliceToString(uts.Version[:]),
		CPUs:    cpus,
	}, nil
}

// maxCPUs is CPUS_MAX of worker.h.
const maxCPUs = 1024

// parseCPUList reads the kernel's list format, such as "0-3,8".
func parseCPUList(list string) ([]int, error) {
	var cpus []int
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		if from < 0 || to < from || to >= maxCPUs {
			return nil, fmt.Errorf("range %q", part)
		}
		for cpu := from; cpu <= to; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}
