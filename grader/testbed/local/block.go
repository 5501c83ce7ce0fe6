package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// BlockSerial is the serial number by which a testbed recognises the virtio
// disk that is its own.
const BlockSerial = "bpfgrade"

// maxBlockBytes is the largest request that stays one request: a bio that is
// not split by the limits of virtio_blk and loop.
const maxBlockBytes = 128 << 10

// disk is a block device that nobody else uses, and a buffer for direct IO.
type disk struct {
	name     string
	fd       int
	io       *heldIO
	buf      []byte
	next     int64
	observer *observer
	detach   func()
}

// openDisk opens the virtio disk made for this purpose, or makes a loop device
// over memory. Both reach blk_mq_start_request once for each direct read or
// write; see drivers/block/virtio_blk.c and loop.c in the kernel's source.
func openDisk() (*disk, error) {
	path, detach, err := findVirtioDisk()
	if err != nil {
		return nil, err
	}
	if path == "" {
		if path, detach, err = makeLoopDisk(); err != nil {
			return nil, err
		}
	}

	fd, err := unix.Open(path, unix.O_RDWR|unix.O_DIRECT|unix.O_CLOEXEC, 0)
	if err != nil {
		detach()
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	// Direct IO wants aligned memory: a page of its own is.
	buf, err := unix.Mmap(-1, 0, maxBlockBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_POPULATE)
	if err != nil {
		unix.Close(fd)
		detach()
		return nil, fmt.Errorf("map buffer: %w", err)
	}
	d := &disk{name: filepath.Base(path), fd: fd, buf: buf, detach: detach}
	if d.io, err = openHeldIO(); err != nil {
		d.close()
		return nil, err
	}
	if d.observer, err = observeDisk(fd); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func findVirtioDisk() (path string, detach func(), err error) {
	serials, err := filepath.Glob("/sys/block/vd*/serial")
	if err != nil {
		return "", nil, err
	}
	for _, file := range serials {
		serial, err := os.ReadFile(file)
		if err == nil && strings.TrimSpace(string(serial)) == BlockSerial {
			return "/dev/" + filepath.Base(filepath.Dir(file)), func() {}, nil
		}
	}
	return "", nil, nil
}

func (d *disk) close() {
	if d.observer != nil {
		d.observer.close()
	}
	if d.io != nil {
		d.io.close()
	}
	unix.Close(d.fd)
	_ = unix.Munmap(d.buf)
	d.detach()
}

// transfer makes one request. Requests go through the disk from its start, so
// that neighbours are never merged: each ends before the next begins.
func (d *disk) transfer(step testbed.BlockStep) (testbed.BlockStepReport, error) {
	if d.next+int64(step.Bytes) > diskSize {
		d.next = 0
	}
	name := "read"
	if step.Write {
		name = "write"
	}
	var report testbed.BlockStepReport
	report.Start = monotonic()
	n, err := d.io.transfer(d.fd, step.Write, d.buf[:step.Bytes], d.next)
	report.End = monotonic()
	d.next += int64(step.Bytes)
	if err != nil {
		return report, fmt.Errorf("%s %s: %w", name, d.name, err)
	}
	if n != step.Bytes {
		return report, fmt.Errorf("%s %s: %d of %d bytes", name, d.name, n, step.Bytes)
	}
	observed, err := d.observer.take()
	if err != nil {
		return report, err
	}
	if len(observed) != 1 {
		return report, fmt.Errorf("%s %s: %d requests were started instead of one", name, d.name, len(observed))
	}
	report.Allocated, report.Started = observed[0].Allocated, observed[0].Started
	return report, nil
}

// BlockIO implements [testbed.Testbed].
func (tb *Testbed) BlockIO(ctx context.Context, req testbed.BlockRequest) (*testbed.BlockReport, error) {
	if tb.disk == nil {
		return nil, fmt.Errorf("block IO: %w: %s", testbed.ErrNotSupported, tb.info.Missing[testbed.FeatureBlockDevice])
	}
	for i, step := range req.Steps {
		if step.Bytes <= 0 || step.Bytes > maxBlockBytes || step.Bytes%512 != 0 {
			return nil, fmt.Errorf("block step %d: %d bytes is out of range", i, step.Bytes)
		}
	}
	report := &testbed.BlockReport{Device: tb.disk.name}
	for i, step := range req.Steps {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("block IO: %w", ctx.Err())
		}
		done, err := tb.disk.transfer(step)
		if err != nil {
			return nil, fmt.Errorf("block step %d: %w", i, err)
		}
		report.Steps = append(report.Steps, done)
	}
	return report, nil
}

// monotonic is the clock of bpf_ktime_get_ns, in nanoseconds.
func monotonic() uint64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return uint64(ts.Nano())
}
