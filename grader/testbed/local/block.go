package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// BlockSerial is the serial number by which a testbed recognises the i-th virtio
// disk that is its own.
func BlockSerial(i int) string { return fmt.Sprintf("bpfgrade-%d", i) }

// maxBlockBytes is the largest request that stays one request: a bio that is
// not split by the limits of virtio_blk and loop.
const maxBlockBytes = 128 << 10

// disks are block devices that nobody else uses, and a buffer for direct IO.
type disks struct {
	all      []*disk
	io       *heldIO
	buf      []byte
	observer *observer
}

// disk is one of them. Its requests go through it from its start, so that
// neighbours are never merged: each ends before the next begins.
type disk struct {
	testbed.Disk
	fd     int
	next   int64
	detach func()
}

// openDisks opens the virtio disks made for this purpose, or makes loop devices
// over memory. Both reach blk_mq_start_request once for each direct read or
// write; see drivers/block/virtio_blk.c and loop.c in the kernel's source.
func openDisks() (*disks, error) {
	d := &disks{}
	if err := d.open(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *disks) open() (err error) {
	for i := range testbed.Disks {
		one, err := openDisk(i)
		if err != nil {
			return err
		}
		d.all = append(d.all, one)
	}
	// Direct IO wants aligned memory: a page of its own is.
	d.buf, err = unix.Mmap(-1, 0, maxBlockBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("map buffer: %w", err)
	}
	if d.io, err = openHeldIO(); err != nil {
		return err
	}
	d.observer, err = observeDisks(d.all)
	return err
}

func openDisk(i int) (*disk, error) {
	path, detach, err := findVirtioDisk(BlockSerial(i))
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
	d := &disk{fd: fd, detach: detach}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		d.close()
		return nil, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	d.Name = filepath.Base(path)
	d.Number = unix.Major(stat.Rdev)<<20 | unix.Minor(stat.Rdev)
	return d, nil
}

func findVirtioDisk(serial string) (path string, detach func(), err error) {
	serials, err := filepath.Glob("/sys/block/vd*/serial")
	if err != nil {
		return "", nil, err
	}
	for _, file := range serials {
		text, err := os.ReadFile(file)
		if err == nil && strings.TrimSpace(string(text)) == serial {
			return "/dev/" + filepath.Base(filepath.Dir(file)), func() {}, nil
		}
	}
	return "", nil, nil
}

func (d *disks) close() {
	if d.observer != nil {
		d.observer.close()
	}
	if d.io != nil {
		d.io.close()
	}
	if d.buf != nil {
		_ = unix.Munmap(d.buf)
	}
	for _, one := range d.all {
		one.close()
	}
}

func (d *disk) close() {
	unix.Close(d.fd)
	d.detach()
}

// limit makes the disk take no more than some bytes at a time, until restore is
// called.
func (d *disk) limit(bytes int) (restore func() error, err error) {
	file := filepath.Join("/sys/block", d.Name, "queue/max_sectors_kb")
	before, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, []byte(strconv.Itoa(bytes>>10)), 0); err != nil {
		return nil, err
	}
	return func() error { return os.WriteFile(file, before, 0) }, nil
}

// transfer reads or writes once.
func (d *disks) transfer(step testbed.BlockStep) (report testbed.BlockStepReport, err error) {
	on := d.all[step.Disk]
	if on.next+int64(step.Bytes) > diskSize {
		on.next = 0
	}
	name := "read"
	if step.Write {
		name = "write"
	}
	report.Requests = 1
	if step.Halved {
		report.Requests = 2
		restore, limitErr := on.limit(step.Bytes / 2)
		if limitErr != nil {
			return report, fmt.Errorf("limit the requests of %s: %w", on.Name, limitErr)
		}
		defer func() { err = errors.Join(err, restore()) }()
	}
	report.Start = monotonic()
	n, err := d.io.transfer(on.fd, step.Write, d.buf[:step.Bytes], on.next)
	report.End = monotonic()
	on.next += int64(step.Bytes)
	if err != nil {
		return report, fmt.Errorf("%s %s: %w", name, on.Name, err)
	}
	if n != step.Bytes {
		return report, fmt.Errorf("%s %s: %d of %d bytes", name, on.Name, n, step.Bytes)
	}
	observed, err := d.observer.take()
	if err != nil {
		return report, err
	}
	if len(observed) != report.Requests {
		return report, fmt.Errorf("%s %s: %d requests were started instead of %d", name, on.Name, len(observed), report.Requests)
	}
	for _, request := range observed {
		if request.Disk != uint32(step.Disk) {
			return report, fmt.Errorf("%s %s: a request was started on %s", name, on.Name, d.all[request.Disk].Name)
		}
	}
	report.Allocated, report.Started = observed[0].Allocated, observed[0].Started
	return report, nil
}

// checkBlockStep tells what is wrong with a step, if anything.
func checkBlockStep(step testbed.BlockStep) error {
	switch {
	case step.Disk < 0 || step.Disk >= testbed.Disks:
		return fmt.Errorf("no disk %d", step.Disk)
	case step.Bytes <= 0 || step.Bytes > maxBlockBytes || step.Bytes%512 != 0:
		return fmt.Errorf("%d bytes is out of range", step.Bytes)
	case step.Halved && step.Bytes%(8<<10) != 0:
		return fmt.Errorf("%d bytes have no halves of whole pages", step.Bytes)
	}
	return nil
}

// BlockIO implements [testbed.Testbed].
func (tb *Testbed) BlockIO(ctx context.Context, req testbed.BlockRequest) (*testbed.BlockReport, error) {
	if tb.disks == nil {
		return nil, fmt.Errorf("block IO: %w: %s", testbed.ErrNotSupported, tb.info.Missing[testbed.FeatureBlockDevice])
	}
	for i, step := range req.Steps {
		if err := checkBlockStep(step); err != nil {
			return nil, fmt.Errorf("block step %d: %w", i, err)
		}
	}
	report := &testbed.BlockReport{}
	for i, step := range req.Steps {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("block IO: %w", ctx.Err())
		}
		done, err := tb.disks.transfer(step)
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
