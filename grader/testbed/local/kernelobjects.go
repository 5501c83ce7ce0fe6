package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// kernelObjects are the ids of what BPF has in the kernel, each in ascending
// order.
type kernelObjects struct {
	programs []ebpf.ProgramID
	maps     []ebpf.MapID
	// links are those that are attached, owners their programs.
	links  []link.ID
	owners map[link.ID]ebpf.ProgramID
}

// listKernelObjects asks the kernel for all its programs, maps and links.
func listKernelObjects() (*kernelObjects, error) {
	o := &kernelObjects{owners: make(map[link.ID]ebpf.ProgramID)}
	var err error
	if o.programs, err = listIDs(ebpf.ProgramGetNextID); err != nil {
		return nil, fmt.Errorf("list programs: %w", err)
	}
	if o.maps, err = listIDs(ebpf.MapGetNextID); err != nil {
		return nil, fmt.Errorf("list maps: %w", err)
	}
	ids, err := listIDs(nextLink)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	for _, id := range ids {
		program, err := linkProgram(id)
		// The kernel answers EAGAIN for a link that is about to be attached.
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.EAGAIN) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("describe link %d: %w", id, err)
		}
		o.links = append(o.links, id)
		o.owners[id] = program
	}
	return o, nil
}

// listIDs follows the kernel's list of one kind to its end.
func listIDs[ID ebpf.ProgramID | ebpf.MapID | link.ID](next func(ID) (ID, error)) ([]ID, error) {
	var ids []ID
	for id := ID(0); ; {
		var err error
		if id, err = next(id); errors.Is(err, os.ErrNotExist) {
			return ids, nil
		} else if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
}

// nextLink returns the id that follows another one in the kernel's list of
// links.
func nextLink(after link.ID) (link.ID, error) {
	attr := struct{ start, next, flags uint32 }{start: uint32(after)}
	if err := bpfCall(unix.BPF_LINK_GET_NEXT_ID, &attr); err != nil {
		return 0, err
	}
	return link.ID(attr.next), nil
}

// bpfCall makes the system call bpf, for commands that cilium/ebpf does not
// offer; see bpf(2).
func bpfCall[Attr any](command uintptr, attr *Attr) error {
	_, err := bpfOpen(command, attr)
	return err
}

// bpfOpen is bpfCall for a command that opens something, whose descriptor it
// returns.
func bpfOpen[Attr any](command uintptr, attr *Attr) (fd int, err error) {
	r, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(unsafe.Pointer(attr)), unsafe.Sizeof(*attr))
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}

// linkProgram returns the program of a link.
func linkProgram(id link.ID) (ebpf.ProgramID, error) {
	info, err := infoByID[linkInfo](unix.BPF_LINK_GET_FD_BY_ID, uint32(id))
	if err != nil {
		return 0, err
	}
	return ebpf.ProgramID(info.program), nil
}

// subtract returns the elements of all that are not in some.
func subtract[T comparable](all, some []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return slices.Contains(some, x) })
}

// newPrograms describes the programs that were not there before.
func (o *kernelObjects) newPrograms(before *kernelObjects) ([]testbed.Program, error) {
	var programs []testbed.Program
	for _, id := range subtract(o.programs, before.programs) {
		info, err := infoByID[programInfo](unix.BPF_PROG_GET_FD_BY_ID, uint32(id))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("describe program %d: %w", id, err)
		}
		programs = append(programs, testbed.Program{
			ID: info.id, Name: objectName(info.name), Type: ebpf.ProgramType(info.kind).String(),
		})
	}
	return programs, nil
}

// newMaps describes the maps that were not there before.
func (o *kernelObjects) newMaps(before *kernelObjects) ([]testbed.Map, error) {
	var maps []testbed.Map
	for _, id := range subtract(o.maps, before.maps) {
		info, err := infoByID[mapInfo](unix.BPF_MAP_GET_FD_BY_ID, uint32(id))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("describe map %d: %w", id, err)
		}
		maps = append(maps, testbed.Map{
			ID: info.id, Name: objectName(info.name), Type: ebpf.MapType(info.kind).String(),
			KeySize: info.keySize, ValueSize: info.valueSize, MaxEntries: info.maxEntries,
		})
	}
	return maps, nil
}

// attachments are what the program has attached: by links, and by perf events
// without one, as on kernels before 5.15.
func (p *program) attachments(now *kernelObjects) ([]testbed.Attachment, error) {
	var attached []testbed.Attachment
	for _, id := range subtract(now.links, p.before.links) {
		attached = append(attached, testbed.Attachment{ID: uint32(id), ProgramID: uint32(now.owners[id])})
	}
	processes, err := p.group.processes()
	if err != nil {
		return nil, err
	}
	for _, process := range processes {
		for _, id := range perfPrograms(process) {
			if !slices.ContainsFunc(attached, func(a testbed.Attachment) bool { return a.ProgramID == id }) {
				attached = append(attached, testbed.Attachment{ProgramID: id})
			}
		}
	}
	return attached, nil
}

// perfPrograms are the programs on the perf events that a process has open.
func perfPrograms(process int) []uint32 {
	dir := fmt.Sprintf("/proc/%d/fd", process)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // it has ended
	}
	var ids []uint32
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join(dir, entry.Name()))
		if err != nil || !strings.Contains(target, "[perf_event]") {
			continue
		}
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if id, err := taskFDQuery(process, fd); err == nil && id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// taskFDQuery returns the id of the program that is attached to a descriptor
// of a process.
func taskFDQuery(process, fd int) (uint32, error) {
	attr := struct {
		pid, fd, flags, bufLen uint32
		buf                    uint64
		progID, fdType         uint32
		offset, address        uint64
	}{pid: uint32(process), fd: uint32(fd)}
	if err := bpfCall(unix.BPF_TASK_FD_QUERY, &attr); err != nil {
		return 0, err
	}
	return attr.progID, nil
}
