package vm

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/cavaliergopher/cpio"

	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// Modules that a guest needs, where the kernel does not have them built in:
// the port to the host and the disk for block workloads.
var guestModules = []string{"virtio_pci", "virtio_console", "virtio_blk"}

// initramfs makes the archive that is a guest's whole file system: the agent
// as /init and the modules in loading order. It depends on nothing else, not
// even on the time.
func initramfs(agent string, modules []kernel.Module) ([]byte, error) {
	init, err := os.ReadFile(agent)
	if err != nil {
		return nil, fmt.Errorf("read agent: %w", err)
	}
	var archive bytes.Buffer
	w := cpio.NewWriter(&archive)
	add := func(name string, mode cpio.FileMode, data []byte) {
		if err == nil {
			err = w.WriteHeader(&cpio.Header{Name: name, Mode: mode, Size: int64(len(data)), Links: 1})
		}
		if err == nil {
			_, err = io.Copy(w, bytes.NewReader(data))
		}
	}
	for _, dir := range []string{"dev", "modules", "proc", "sys", "tmp"} {
		add(dir, cpio.TypeDir|0o755, nil)
	}
	add("init", cpio.TypeReg|0o755, init)
	for i, m := range modules {
		add(fmt.Sprintf("modules/%02d-%s.ko", i, m.Name), cpio.TypeReg|0o644, m.Data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("make initramfs: %w", err)
	}
	return archive.Bytes(), nil
}
