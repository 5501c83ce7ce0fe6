package local

import (
	"bytes"
	"unsafe"

	"golang.org/x/sys/unix"
)

// programInfo, mapInfo and linkInfo are struct bpf_prog_info, bpf_map_info and
// bpf_link_info of linux/bpf.h, as far as they are read here. A kernel fills in
// as much as it knows of, and no more than it is asked for. cilium/ebpf asks for
// everything, and reads files of /proc beside it, which takes an emulated machine
// ten times as long.
type programInfo struct {
	kind, id             uint32
	tag                  [8]byte
	_                    [2]uint32 // sizes of the code
	_                    [2]uint64 // and where to put it
	loadTime             uint64
	uid                  uint32
	_                    uint32 // number of maps
	_                    uint64 // and where to put their ids
	name                 [16]byte
	_                    [2]uint32
	_                    [2]uint64 // name space of the network
	_                    [2]uint32
	_                    [2]uint64 // symbols
	_                    [2]uint32 // type information
	_                    uint64    // of functions
	_                    [2]uint32
	_                    [2]uint64 // of lines
	_                    [4]uint32
	_                    uint64 // tags
	runTime, runs        uint64
	recursionMisses      uint64
	verifiedInstructions uint32 // 0 before Linux 5.16
	_                    uint32
}

type mapInfo struct {
	kind, id                       uint32
	keySize, valueSize, maxEntries uint32
	flags                          uint32
	name                           [16]byte
}

type linkInfo struct {
	kind, id, program uint32
	_                 uint32
}

// objectInfo asks for what the kernel knows of an open program, map or link.
func objectInfo[Info programInfo | mapInfo | linkInfo](fd int) (*Info, error) {
	info := new(Info)
	attr := struct {
		fd, size uint32
		info     unsafe.Pointer
	}{uint32(fd), uint32(unsafe.Sizeof(*info)), unsafe.Pointer(info)}
	if err := bpfCall(unix.BPF_OBJ_GET_INFO_BY_FD, &attr); err != nil {
		return nil, err
	}
	return info, nil
}

// infoByID is objectInfo for one that is not open. The command opens those of its
// kind. The error wraps os.ErrNotExist when there is none.
func infoByID[Info programInfo | mapInfo | linkInfo](command uintptr, id uint32) (*Info, error) {
	attr := struct{ id, next, flags uint32 }{id: id}
	fd, err := bpfOpen(command, &attr)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return objectInfo[Info](fd)
}

// objectName is the text of a name that the kernel keeps.
func objectName(name [16]byte) string {
	text, _, _ := bytes.Cut(name[:], []byte{0})
	return string(text)
}
