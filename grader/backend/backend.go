// Package backend puts a [grader.Grader] together: a kernel, testbeds on it,
// and a builder with the headers of that kernel.
package backend

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/filehash"
	"github.com/bpfgrade/bpfgrade/grader/scratch"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// The names of the backends.
const (
	// Auto takes VM: Local is chosen explicitly.
	Auto = "auto"
	// VM grades on a kernel in QEMU.
	VM = "vm"
	// Local grades on the kernel of this machine and needs root.
	Local = "local"
)

// Options choose a backend.
type Options struct {
	// Name is Auto, VM or Local.
	Name string
	// Kernel is a version or a path; see kernel.Store.Find. Local has none.
	Kernel string
	// Agent is the path of the executable that becomes the first process of a
	// guest; see package agent.
	Agent string
	// OtherDisk is vm.Config.OtherDisk.
	OtherDisk bool
	// Fresh gives each submission a guest that no other has used.
	Fresh bool
	// Trusted is grader.Grader.Trusted.
	Trusted bool
	// Warm readies each spare guest further while nobody waits for it; see
	// vm.NewPool.
	Warm bool
	// Boot boots a kernel for each submission, to compare with.
	Boot bool
	// Log tells a person about what takes long.
	Log func(string)
}

// Backend is a grader and what it rests on.
type Backend struct {
	grader.Grader
	// Headers is the folder that submission.VMLinux made for the kernel.
	Headers string
	close   []func() error
}

// Open gets a backend ready. The first time on a kernel this boots it.
func Open(ctx context.Context, o Options) (*Backend, error) {
	b := &Backend{Grader: grader.Grader{
		LoadTimeout: grader.DefaultLoadTimeout,
		Timeout:     grader.DefaultTimeout,
		Trusted:     o.Trusted,
	}}
	var err error
	switch o.Name {
	case Auto, VM:
		err = b.openVM(ctx, o)
	case Local:
		err = b.openLocal(ctx)
	default:
		err = fmt.Errorf("unknown backend %q", o.Name)
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// KernelHash is the SHA-256 of the image of the kernel that the options choose,
// in hexadecimal; empty for Local, whose kernel has no image that is known.
func KernelHash(o Options) (string, error) {
	if o.Name == Local {
		return "", nil
	}
	_, k, err := findKernel(o.Kernel)
	if err != nil {
		return "", err
	}
	return filehash.SHA256(k.Image)
}

// findKernel finds a kernel in the cache, which it returns as well.
func findKernel(word string) (cache string, k kernel.Kernel, err error) {
	if cache, err = kernel.DefaultDir(); err != nil {
		return "", kernel.Kernel{}, err
	}
	store, err := kernel.OpenStore(cache)
	if err != nil {
		return "", kernel.Kernel{}, err
	}
	k, err = store.Find(word)
	return cache, k, err
}

// buildWith makes a builder whose vmlinux.h comes from a file of BTF.
func (b *Backend) buildWith(ctx context.Context, btf string) error {
	cache, err := kernel.DefaultDir()
	if err != nil {
		return err
	}
	if b.Headers, err = submission.VMLinux(ctx, btf, cache); err != nil {
		return err
	}
	b.Types = btf
	b.Build = &submission.Builder{Headers: b.Headers, Cache: filepath.Join(cache, "builds")}
	return nil
}

// tempBTF puts a kernel's BTF into a file that goes with the backend.
func (b *Backend) tempBTF(btf []byte) (string, error) {
	dir, err := scratch.New("btf")
	if err != nil {
		return "", err
	}
	b.close = append(b.close, dir.Remove)
	path := filepath.Join(dir.Path, "vmlinux.btf")
	return path, os.WriteFile(path, btf, 0o600)
}

// Close releases everything.
func (b *Backend) Close() error {
	var first error
	for i := len(b.close) - 1; i >= 0; i-- {
		if err := b.close[i](); err != nil && first == nil {
			first = err
		}
	}
	b.close = nil
	return first
}
