package kernel

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
)

func TestLoadModules(t *testing.T) {
	module := func(depends string) string {
		return elfFile(elf.EM_X86_64, ".modinfo", []byte("license=GPL\x00depends="+depends+"\x00name=x\x00"))
	}
	compress := func(text string, open func(io.Writer) (io.WriteCloser, error)) string {
		var out bytes.Buffer
		w, err := open(&out)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return out.String()
	}
	inXZ := func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }
	inZstd := func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }
	inGzip := func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

	files := map[string]string{
		"modules.builtin":              "kernel/drivers/virtio/virtio.ko\nkernel/fs/built-in.ko\n",
		"kernel/block/virtio_blk.ko":   module("virtio,ring-buffer"),
		"kernel/virtio/ring-buffer.ko": module(""),
		"kernel/xz.ko.xz":              compress(module("gz,zst"), inXZ),
		"kernel/gz.ko.gz":              compress(module("zst"), inGzip),
		"kernel/zst.ko.zst":            compress(module(""), inZstd),
		"kernel/a.ko":                  module("b"),
		"kernel/b.ko":                  module("a"),
		"kernel/lacking.ko":            module("nowhere"),
		"kernel/text.ko":               "text",
		"kernel/broken.ko.xz":          "text",
		"kernel/bare.ko":               elfFile(elf.EM_X86_64, ".data", nil),
		"modules.dep":                  "",
	}
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	tests := []struct {
		name    string
		modules []string
		want    []string
		wantErr string
	}{
		{"what it depends on comes first", []string{"virtio_blk"}, []string{"ring_buffer", "virtio_blk"}, ""},
		{"each once", []string{"zst", "gz", "xz", "gz"}, []string{"zst", "gz", "xz"}, ""},
		{"hyphens", []string{"ring-buffer", "ring_buffer"}, []string{"ring_buffer"}, ""},
		{"built in", []string{"virtio", "built_in"}, nil, ""},
		{"a circle", []string{"a"}, []string{"b", "a"}, ""},
		{"missing", []string{"none"}, nil, "module none: neither built in nor in " + dir},
		{"missing further down", []string{"lacking"}, nil, "module nowhere:"},
		{"no ELF file", []string{"text"}, nil, "text.ko"},
		{"badly compressed", []string{"broken"}, nil, "broken.ko.xz"},
		{"no information", []string{"bare"}, nil, "no section .modinfo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			modules, err := Kernel{Modules: dir}.LoadModules(tt.modules...)
			if tt.wantErr != "" {
				assert.ErrorContains(t, err, tt.wantErr)
				return
			}
			require.NoError(t, err)
			var names []string
			for _, m := range modules {
				names = append(names, m.Name)
				assert.Equal(t, "\x7fELF", string(m.Data[:4]))
			}
			assert.Equal(t, tt.want, names)
		})
	}
	_, err := Kernel{Release: "6.1"}.LoadModules("a")
	assert.ErrorContains(t, err, "kernel 6.1: no modules")
}
