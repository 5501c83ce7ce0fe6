package object

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// objects are the compiled objects by name.
func objects(t testing.TB) map[string][]byte {
	files, err := filepath.Glob("testdata/*.o")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := make(map[string][]byte)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		all[filepath.Base(file)] = data
	}
	return all
}

// use does with an object whatever a grader can do with one.
func use(t testing.TB, data []byte) {
	o, err := Parse(data)
	if err != nil {
		var refused *Error
		require.ErrorAs(t, err, &refused)
		assert.NotEmpty(t, refused.Reason)
		assert.LessOrEqual(t, len(refused.Reason), 8*maxReason)
		return
	}
	_, _ = o.Map("counter")
	for _, m := range o.Maps {
		_ = m.String()
		_, _ = Decode(m.Key, make([]byte, min(m.KeySize, 1<<10)))
		_, _ = Decode(m.Value, make([]byte, min(m.ValueSize, 1<<10)))
	}
	for _, p := range o.Programs {
		_ = p.Hook.String()
		_ = NearestSection(p.Hook.Section)
		for i := range 20 {
			_, _ = o.Access(p.Name, i)
			_, _ = o.Line(p.Name, i)
		}
		_, _, _ = o.ContextEnd(p.Name)
	}
	_ = o.Remarks()
	if layouts, err := o.Records("count_value"); err == nil {
		_ = Fitting(layouts, 12)
		_, _ = layouts[0].Uint64(make([]byte, 16))
	}
}

func TestParseTruncated(t *testing.T) {
	for name, data := range objects(t) {
		t.Run(name, func(t *testing.T) {
			for n := range data {
				o, err := Parse(data[:n])
				var refused *Error
				require.ErrorAs(t, err, &refused, "%d bytes", n)
				require.Nil(t, o)
			}
		})
	}
}

func TestParseOverwritten(t *testing.T) {
	for name, data := range objects(t) {
		t.Run(name, func(t *testing.T) {
			for n := range data {
				damaged := bytes.Clone(data)
				damaged[n] = 0xff
				use(t, damaged)
			}
		})
	}
}

// Each of these would take more memory or stack than there is, or hours.
func TestParseCrafted(t *testing.T) {
	f := function("f", 0, 2)
	overlapping := make([]symbol, 1<<10)
	for i := range overlapping {
		overlapping[i] = function(fmt.Sprint("f", i), i, 1<<19-i)
	}
	many := make([]symbol, 1<<13)
	for i := range many {
		many[i] = function(fmt.Sprint("f", i), i, 1)
	}
	huge := data(".bss", nil)
	huge.Type, huge.Size = uint32(elf.SHT_NOBITS), 1<<40
	largest := data(".bss", nil)
	largest.Type, largest.Size = uint32(elf.SHT_NOBITS), MaxSize
	var sections []section
	for i := range maxSections {
		sections = append(sections, data(fmt.Sprint(".rodata.", i), []byte{1}))
	}
	long := strings.Repeat("x", maxName+1)
	compressed := data("license", deflate(MaxSize+1))
	compressed.Flags = uint64(elf.SHF_COMPRESSED)

	tests := map[string]struct {
		data []byte
		want string
	}{
		"functions that overlap":           {craft([]section{program(1 << 19)}, overlapping), "its symbols have more than 8388608 bytes together"},
		"many functions":                   {craft([]section{program(1 << 13)}, many), "8192 functions with 8192 instructions together"},
		"many symbols":                     {craft([]section{program(2)}, make([]symbol, maxSymbols)), "it has 16385 symbols"},
		"a symbol that is huge":            {craft([]section{program(2)}, []symbol{f, {Sym64: elf.Sym64{Size: 1<<64 - 1}}}), "its symbols have more than"},
		"zeros that are not in the file":   {craft([]section{program(2), huge}, []symbol{f}), "its sections have more than 8388608 bytes together"},
		"sections that are together huge":  {craft([]section{program(2), largest}, []symbol{f}), "its sections have more than 8388608 bytes together"},
		"a section that grows":             {craft([]section{program(2), compressed}, []symbol{f}), "its sections have more than 8388608 bytes together"},
		"many sections":                    {craft(sections, nil), "it has 516 sections"},
		"a section with a long name":       {craft([]section{program(2), data(long, nil)}, []symbol{f}), "a name in it has 2049 bytes"},
		"a symbol with a long name":        {craft([]section{program(2)}, []symbol{f, {name: long}}), "a name in it has 2049 bytes"},
		"a type with a long name":          {craft([]section{program(2), btfSection(nil, "\x00"+long+"\x00")}, []symbol{f}), "a name in it has 2049 bytes"},
		"types in a long chain":            {craft([]section{program(2), chain(maxTypes)}, []symbol{f}), "its type information has"},
		"too much line information":        {craft([]section{program(2), data(".BTF.ext", make([]byte, maxTypesExt+1))}, []symbol{f}), "its line information has"},
		"names of sections are elsewhere":  {withHeader(func(h *elf.Header64) { h.Shstrndx = 99 }), "its table of sections is not valid"},
		"sections of another size":         {withHeader(func(h *elf.Header64) { h.Shentsize = 8 }), "its table of sections is not valid"},
		"sections are elsewhere":           {withHeader(func(h *elf.Header64) { h.Shoff = 1 << 40 }), "its table of sections is outside of the file"},
		"sections are at the end of space": {withHeader(func(h *elf.Header64) { h.Shoff = 1<<64 - 1 }), "its table of sections is outside of the file"},
		"no sections":                      {withHeader(func(h *elf.Header64) { h.Shnum = 0 }), "it has 0 sections"},
		"more sections than there are":     {withHeader(func(h *elf.Header64) { h.Shnum += 9 }), "The object file cannot be read"},
		"a name that takes over a terminal": {craft([]section{program(2), data(".maps", nil), btfSection(nil, "\x00")}, []symbol{f, {name: "\x1b[2J", Sym64: elf.Sym64{Shndx: 2, Info: 0x11}}}),
			`contains 1 symbols but 0 btf.Vars`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(test.data)
			var refused *Error
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, refused.Reason, test.want)
		})
	}
}

// What is within the bounds is read, and its types are followed to their end.
func TestParseAtTheBounds(t *testing.T) {
	f := function("f", 0, 2)
	labels := []symbol{function("f", 0, 1<<13)}
	for i := range 1 << 13 {
		labels = append(labels, symbol{name: "LBB", Sym64: elf.Sym64{Shndx: 1, Value: uint64(8 * i)}})
	}
	objects := map[string][]byte{
		"types in a chain":      craft([]section{program(2), chain(maxTypes - 12)}, []symbol{f}),
		"types that are a loop": craft([]section{program(2), btfSection([]uint32{0, 8 << 24, 2, 0, 8 << 24, 1}, "\x00")}, []symbol{f}),
		"a long name":           craft([]section{program(2), data(strings.Repeat("x", maxName), nil)}, []symbol{f}),
		"a program":             craft([]section{program(2)}, []symbol{f}),
		"a program with labels": craft([]section{program(1 << 13)}, labels),
	}
	for name, data := range objects {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(data)
			require.NoError(t, err)
			assert.Len(t, o.Programs, 1)
			_, err = o.Records("count_value")
			assert.ErrorIs(t, err, ErrNoTypes)
		})
	}
}

func TestParseLicense(t *testing.T) {
	o, err := Parse(craft([]section{program(2), data("license", []byte("GPL\x00 and more\x00"))}, []symbol{function("f", 0, 2)}))
	require.NoError(t, err)
	assert.Equal(t, "GPL", o.License, "as the kernel reads it")
}

func withHeader(change func(*elf.Header64)) []byte {
	object := craft([]section{program(2)}, []symbol{function("f", 0, 2)})
	var header elf.Header64
	if _, err := binary.Decode(object, binary.LittleEndian, &header); err != nil {
		panic(err)
	}
	change(&header)
	return append(marshal(header), object[64:]...)
}

// deflate compresses n zeros as a section has them.
func deflate(n int) []byte {
	var b bytes.Buffer
	b.Write(marshal(elf.Chdr64{Type: uint32(elf.COMPRESS_ZLIB), Size: uint64(n), Addralign: 1}))
	w := zlib.NewWriter(&b)
	if _, err := w.Write(make([]byte, n)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// chain is a section of const of const of const, and so on, of that many bytes.
func chain(size int) section {
	const kindConst = 10
	var types []uint32
	for next := uint32(2); 24+4*len(types) < size; next++ {
		types = append(types, 0, kindConst<<24, next)
	}
	types[len(types)-1] = 0
	return btfSection(types, "\x00")
}

func FuzzParse(f *testing.F) {
	for _, data := range objects(f) {
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte("#include <linux/bpf.h>"))
	f.Add([]byte(nil))
	f.Add(craft([]section{program(2), chain(1 << 10)}, []symbol{function("f", 0, 2)}))
	f.Fuzz(func(t *testing.T, data []byte) { use(t, data) })
}
