package kernel

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Module is a kernel module, ready to be loaded.
type Module struct {
	Name string
	// Data is the module's ELF file, decompressed.
	Data []byte
}

// ModuleError says that a kernel lacks a module.
type ModuleError struct {
	Module, Dir string
}

func (e *ModuleError) Error() string {
	return fmt.Sprintf("module %s: neither built in nor in %s", e.Module, e.Dir)
}

// LoadModules reads modules and those they depend on, in the order in which
// they can be loaded. Modules that are built in are left out. The error is a
// *ModuleError when the kernel has no such module.
//
// What a module depends on is read from the module itself, since a package
// that was only unpacked has no modules.dep.
func (k Kernel) LoadModules(names ...string) ([]Module, error) {
	if k.Modules == "" {
		return nil, fmt.Errorf("kernel %s: no modules were found for it", k.Release)
	}
	builtin, err := os.ReadFile(filepath.Join(k.Modules, "modules.builtin"))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	files := make(map[string]string)
	for line := range strings.Lines(string(builtin)) {
		files[moduleName(strings.TrimSpace(line))] = ""
	}
	err = filepath.WalkDir(k.Modules, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && strings.Contains(entry.Name(), ".ko") {
			files[moduleName(path)] = path
		}
		return err
	})
	if err != nil {
		return nil, err
	}

	var loaded []Module
	var load func(name string) error
	load = func(name string) error {
		name = moduleName(name)
		path, ok := files[name]
		if !ok {
			return &ModuleError{name, k.Modules}
		}
		if path == "" || slices.ContainsFunc(loaded, func(m Module) bool { return m.Name == name }) {
			return nil
		}
		data, err := readModule(path)
		if err != nil {
			return fmt.Errorf("read module %s: %w", path, err)
		}
		depends, err := dependencies(data)
		if err != nil {
			return fmt.Errorf("read module %s: %w", path, err)
		}
		// A cycle cannot be loaded anyway.
		files[name] = ""
		for _, other := range depends {
			if err := load(other); err != nil {
				return err
			}
		}
		loaded = append(loaded, Module{name, data})
		return nil
	}
	for _, name := range names {
		if err := load(name); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}

// moduleName is the name by which the kernel knows a module, from its file's.
func moduleName(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// maxModuleSize bounds a decompressed module, in bytes.
const maxModuleSize = 64 << 20

func readModule(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// A decoder of xz asks for a byte at a time.
	var r io.Reader = bufio.NewReader(file)
	switch filepath.Ext(path) {
	case ".xz":
		r, err = xz.NewReader(r)
	case ".gz":
		r, err = gzip.NewReader(r)
	case ".zst":
		var decoder *zstd.Decoder
		if decoder, err = zstd.NewReader(r); err == nil {
			defer decoder.Close()
			r = decoder
		}
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxModuleSize+1))
	if err == nil && len(data) > maxModuleSize {
		err = fmt.Errorf("larger than %d bytes", maxModuleSize)
	}
	return data, err
}

// dependencies reads the line "depends=a,b" of a module's section .modinfo.
func dependencies(module []byte) ([]string, error) {
	file, err := elf.NewFile(bytes.NewReader(module))
	if err != nil {
		return nil, err
	}
	section := file.Section(".modinfo")
	if section == nil {
		return nil, fmt.Errorf("no section .modinfo")
	}
	info, err := section.Data()
	if err != nil {
		return nil, err
	}
	for field := range bytes.SplitSeq(info, []byte{0}) {
		if list, ok := strings.CutPrefix(string(field), "depends="); ok && list != "" {
			return strings.Split(list, ","), nil
		}
	}
	return nil, nil
}
