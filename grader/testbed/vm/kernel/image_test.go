package kernel

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bzImage is the beginning of an image of a release.
func bzImage(release string) string {
	image := make([]byte, 0x600)
	copy(image[headerMagic:], "HdrS")
	binary.LittleEndian.PutUint16(image[headerVersion:], 0x300)
	copy(image[headerStart+0x300:], release+" (builder@host) #1 SMP\x00")
	return string(image)
}

// elfFile is an ELF file for a machine with one section beside its names.
func elfFile(machine elf.Machine, section string, data []byte) string {
	names := "\x00" + section + "\x00.shstrtab\x00"
	header := elf.Header64{
		Ident:     [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:      uint16(elf.ET_REL),
		Machine:   uint16(machine),
		Version:   uint32(elf.EV_CURRENT),
		Shoff:     64 + uint64(len(data)+len(names)),
		Ehsize:    64,
		Shentsize: 64,
		Shnum:     3,
		Shstrndx:  2,
	}
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: 64, Size: uint64(len(data)), Addralign: 1},
		{Name: uint32(2 + len(section)), Type: uint32(elf.SHT_STRTAB), Off: 64 + uint64(len(data)), Size: uint64(len(names)), Addralign: 1},
	}
	var file bytes.Buffer
	binary.Write(&file, binary.LittleEndian, header)
	file.Write(data)
	file.WriteString(names)
	binary.Write(&file, binary.LittleEndian, sections)
	return file.String()
}

func TestOpen(t *testing.T) {
	const release = "6.12.9-amd64"
	far := append(make([]byte, 3<<20), "Linux version "+release+" (b@h)\x00"...)
	edge := append(make([]byte, 1<<20-20), "Linux version "+release+" (b@h)\x00"...)
	tests := []struct {
		name, image string
		modules     string
		wantErr     string
	}{
		{"a bzImage", bzImage(release), "lib/modules/" + release, ""},
		{"modules beside the folder", bzImage(release), "../lib/modules/" + release, ""},
		{"a vmlinux", elfFile(elf.EM_X86_64, ".rodata", []byte("..Linux version "+release+" (b@h)")), "lib/modules/" + release, ""},
		{"a vmlinux with much before it", elfFile(elf.EM_X86_64, ".rodata", far), "lib/modules/" + release, ""},
		{"a vmlinux with it between two reads", elfFile(elf.EM_X86_64, ".rodata", edge), "lib/modules/" + release, ""},
		{"no modules", bzImage(release), "lib/modules/6.12.8-amd64", "its modules are missing; put the folder " + release},
		{"a vmlinux without a version", elfFile(elf.EM_X86_64, ".rodata", make([]byte, 3<<20)), "", "neither a bzImage nor"},
		{"another machine", elfFile(elf.EM_AARCH64, ".rodata", []byte("Linux version 6.1 ")), "", "neither a bzImage nor"},
		{"no .rodata", elfFile(elf.EM_X86_64, ".data", []byte("Linux version 6.1 ")), "", "neither a bzImage nor"},
		{"text", "a text", "", "neither a bzImage nor"},
		{"empty", "", "", "neither a bzImage nor"},
		{"cut off", bzImage(release)[:0x210], "", "neither a bzImage nor"},
		{"a release that is a path", bzImage("6/../../etc"), "", "neither a bzImage nor"},
		{"no release", bzImage(""), "", "neither a bzImage nor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "boot")
			path := filepath.Join(dir, "vmlinuz")
			require.NoError(t, os.Mkdir(dir, 0o700))
			require.NoError(t, os.MkdirAll(filepath.Join(dir, tt.modules), 0o700))
			require.NoError(t, os.WriteFile(path, []byte(tt.image), 0o600))
			k, err := Open(path)
			if tt.wantErr != "" {
				assert.ErrorContains(t, err, tt.wantErr)
				assert.ErrorContains(t, err, path)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, Kernel{
				Name:    release,
				Release: release,
				Image:   path,
				Modules: filepath.Join(dir, tt.modules),
				Origin:  path,
			}, k)
		})
	}
	t.Run("modules behind a link", func(t *testing.T) {
		dir, elsewhere := t.TempDir(), t.TempDir()
		path := filepath.Join(dir, "vmlinuz")
		require.NoError(t, os.WriteFile(path, []byte(bzImage(release)), 0o600))
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "lib/modules"), 0o700))
		require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "lib/modules", release)))
		k, err := Open(path)
		require.NoError(t, err)
		assert.Equal(t, elsewhere, k.Modules)
	})
	t.Run("nothing there", func(t *testing.T) {
		_, err := Open(filepath.Join(t.TempDir(), "vmlinuz"))
		assert.ErrorIs(t, err, os.ErrNotExist)
		var image *ImageError
		assert.ErrorAs(t, err, &image)
	})
	t.Run("a folder", func(t *testing.T) {
		_, err := Open(t.TempDir())
		assert.ErrorContains(t, err, "neither a bzImage nor")
	})
	t.Run("a file that only root reads", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("root reads everything")
		}
		path := filepath.Join(t.TempDir(), "vmlinuz")
		require.NoError(t, os.WriteFile(path, nil, 0))
		_, err := Open(path)
		assert.ErrorContains(t, err, "sudo install")
	})
}
