package vm

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"

	"github.com/cavaliergopher/cpio"

	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// Modules that a guest needs, where the kernel does not have them built in:
// the port to the host and the disk for block workloads.
var guestModules = []string{"virtio_pci", "virtio_console", "virtio_blk"}

// initramfs is the archive that is a guest's whole file system: the agent as
// /init and the modules in loading order. It depends on nothing else, not even
// on the time.
type initramfs struct {
	// agent is the path of an executable.
	agent   string
	modules []kernel.Module
}

// checkAgent tells why the agent does not run where it is all there is.
func (i initramfs) checkAgent() error {
	executable, err := elf.Open(i.agent)
	if err != nil {
		return fmt.Errorf("read agent: %s: %w", i.agent, err)
	}
	defer executable.Close()
	for _, p := range executable.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s needs shared libraries, and a guest has none: build it with CGO_ENABLED=0, as make does", i.agent)
		}
	}
	return nil
}

// write writes the archive, of which no more than a buffer is in memory at a
// time: each command reads the whole of it to find the template.
func (i initramfs) write(to io.Writer) error {
	agent, err := os.Open(i.agent)
	if err != nil {
		return fmt.Errorf("read agent: %w", err)
	}
	defer agent.Close()
	info, err := agent.Stat()
	if err != nil {
		return fmt.Errorf("read agent: %w", err)
	}
	w := cpio.NewWriter(to)
	add := func(name string, mode cpio.FileMode, size int64, from io.Reader) {
		if err == nil {
			err = w.WriteHeader(&cpio.Header{Name: name, Mode: mode, Size: size, Links: 1})
		}
		if err == nil {
			_, err = io.CopyN(w, from, size)
		}
	}
	for _, dir := range []string{"dev", "modules", "proc", "sys", "tmp"} {
		add(dir, cpio.TypeDir|0o755, 0, nil)
	}
	add("init", cpio.TypeReg|0o755, info.Size(), agent)
	for n, m := range i.modules {
		add(fmt.Sprintf("modules/%02d-%s.ko", n, m.Name), cpio.TypeReg|0o644, int64(len(m.Data)), bytes.NewReader(m.Data))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("make initramfs: %w", err)
	}
	return nil
}
