package object

//go:generate -command bpf clang -O2 -Wall -target bpf -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c
//go:generate bpf -g testdata/tracepoint.bpf.c -o testdata/tracepoint.bpf.o
//go:generate llvm-strip -g testdata/tracepoint.bpf.o
//go:generate bpf testdata/tracepoint.bpf.c -o testdata/tracepoint-no-debug.bpf.o
//go:generate bpf -g testdata/records.bpf.c -o testdata/records.bpf.o
//go:generate llvm-strip -g testdata/records.bpf.o -o testdata/records-stripped.bpf.o
//go:generate bpf -g testdata/globals.bpf.c -o testdata/globals.bpf.o
//go:generate llvm-strip -g testdata/globals.bpf.o
//go:generate bpf -g testdata/no-program.bpf.c -o testdata/no-program.bpf.o
//go:generate llvm-strip -g testdata/no-program.bpf.o
//go:generate bpf -g testdata/map-field.bpf.c -o testdata/map-field.bpf.o
//go:generate llvm-strip -g testdata/map-field.bpf.o
//go:generate bpf -g testdata/static-map.bpf.c -o testdata/static-map.bpf.o
//go:generate llvm-strip -g testdata/static-map.bpf.o
//go:generate bpf -g -D__TARGET_ARCH_x86 testdata/access.bpf.c -o testdata/access.bpf.o
//go:generate llvm-strip -g testdata/access.bpf.o -o testdata/access-stripped.bpf.o
//go:generate bpf testdata/no-map.bpf.c -o testdata/no-map.bpf.o
//go:generate clang -O2 -target bpfeb -c testdata/no-map.bpf.c -o testdata/no-map-bpfeb.o
//go:generate clang -O2 -target x86_64 -c testdata/no-map.bpf.c -o testdata/no-map-x86_64.o

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, name string) *Object {
	o, err := Read(filepath.Join("testdata", name))
	require.NoError(t, err)
	return o
}

func TestParse(t *testing.T) {
	type program struct {
		name, hook, kind string
		helpers          []string
	}
	tests := map[string]struct {
		programs []program
		maps     []string
		license  string
		hasBTF   bool
	}{
		"tracepoint.bpf.o": {
			programs: []program{
				{"enter", "a tracepoint on syscalls/sys_enter_execve", "TracePoint", []string{"bpf_get_current_pid_tgid", "bpf_map_lookup_elem", "bpf_map_update_elem", "bpf_trace_printk"}},
				// Its helper is called by a function that it calls.
				{"leave", "a tracepoint on syscalls/sys_exit_execve", "TracePoint", []string{"bpf_map_lookup_elem", "bpf_perf_event_output"}},
			},
			maps: []string{
				".rodata: Array, 4 bytes -> 13 bytes, 1 entry",
				"events: PerfEventArray",
				"slots: PerCPUArray, enum kind -> u16[2][3], 1 entry",
				"values: Hash, u32 -> struct value, 1024 entries",
			},
			license: "Dual BSD/GPL",
			hasBTF:  true,
		},
		"records.bpf.o": {
			programs: []program{{"handle", "a raw_tp on sys_enter", "RawTracepoint", []string{"bpf_map_lookup_elem", "bpf_perf_event_output"}}},
			maps:     []string{"events: PerfEventArray", "scratch: PerCPUArray, u32 -> struct wide, 1 entry"},
			license:  "GPL",
			hasBTF:   true,
		},
		"globals.bpf.o": {
			programs: []program{{"handle", "a kprobe on vfs_read", "Kprobe", []string{"unknown#999"}}},
			maps: []string{
				".bss: Array, 4 bytes -> 8 bytes, 1 entry",
				".data: Array, 4 bytes -> 4 bytes, 1 entry",
				".rodata: Array, 4 bytes -> 4 bytes, 1 entry",
			},
			hasBTF: true,
		},
		"no-map.bpf.o": {
			programs: []program{{"handle", "in the section tracepoints/syscalls/sys_enter_execve", Unspecified, nil}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := read(t, name)
			var programs []program
			for _, p := range o.Programs {
				programs = append(programs, program{p.Name, p.Hook.String(), p.Type, p.Helpers})
			}
			var maps []string
			for _, m := range o.Maps {
				maps = append(maps, m.String())
			}
			assert.Equal(t, test.programs, programs)
			assert.Equal(t, test.maps, maps)
			assert.Equal(t, test.license, o.License)
			assert.Equal(t, test.hasBTF, o.HasBTF)
			data, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			assert.Equal(t, data, o.Data)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	object := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		return data
	}
	shared := object("no-map.bpf.o")
	shared[16] = 3 // ET_DYN

	tests := map[string]struct {
		data                    []byte
		reason, help, diagnosis string
	}{
		"nothing":                  {nil, "The object file is empty.", buildHelp, ""},
		"text":                     {[]byte("#include <linux/bpf.h>\n"), `This is not an object file: it begins with "#include <linux/".`, buildHelp, ""},
		"bytes for a terminal":     {[]byte("\x1b[2J\x00"), `This is not an object file: it begins with "\x1b[2J\x00".`, buildHelp, ""},
		"four bytes of an object":  {[]byte("\x7fELF"), "The object file cannot be read: it ends within its header.", buildHelp, ""},
		"another machine":          {object("no-map-x86_64.o"), "This object file is for the processor X86_64, not for BPF.", buildHelp, ""},
		"big-endian":               {object("no-map-bpfeb.o"), "This object file is for a machine with another byte order or word size.", buildHelp, ""},
		"a shared object":          {shared, "This is not an object file but a file of type ET_DYN.", buildHelp, ""},
		"no program":               {object("no-program.bpf.o"), "The object contains no BPF program.", `SEC("…")`, "no-program"},
		"maps without BTF":         {object("tracepoint-no-debug.bpf.o"), "The loader cannot read the object file: load BTF maps: missing BTF.", "debug information", ""},
		"a field that no map has":  {object("map-field.bpf.o"), "unrecognized field max_entry in BTF map definition", "__uint(max_entries, …)", ""},
		"a map that is not global": {object("static-map.bpf.o"), "possible erroneous static qualifier on map definition", "remove static", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(test.data)
			assert.Nil(t, o)
			var refused *Error
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, refused.Reason, test.reason)
			assert.Contains(t, refused.Help, test.help)
			assert.Equal(t, test.diagnosis, refused.Diagnosis)
			assert.Equal(t, refused.Reason, refused.Error())
		})
	}
}

func TestRead(t *testing.T) {
	_, err := Read(filepath.Join(t.TempDir(), "missing"))
	assert.ErrorIs(t, err, os.ErrNotExist)

	var refused *Error
	_, err = Read(t.TempDir())
	require.Error(t, err)
	assert.NotErrorAs(t, err, &refused, "a folder is no object that a student can mend")

	large := filepath.Join(t.TempDir(), "large.bpf.o")
	file, err := os.Create(large)
	require.NoError(t, err)
	require.NoError(t, file.Truncate(MaxSize+1))
	require.NoError(t, file.Close())
	_, err = Read(large)
	require.ErrorAs(t, err, &refused)
	assert.Contains(t, refused.Reason, "more than 8388608 bytes")
}

func TestMap(t *testing.T) {
	o := read(t, "tracepoint.bpf.o")
	m, err := o.Map("values")
	require.NoError(t, err)
	assert.Equal(t, Map{Name: "values", Type: "Hash", KeySize: 4, ValueSize: 32, MaxEntries: 1024, Key: m.Key, Value: m.Value}, *m)
	assert.Equal(t, "u32", typeName(m.Key, 4))

	events, err := o.Map("events")
	require.NoError(t, err)
	assert.Equal(t, Map{Name: "events", Type: "PerfEventArray", KeySize: 4, ValueSize: 4}, *events)

	// Global variables are in maps too, but not in ones that a student made.
	_, err = o.Map("counter")
	assert.EqualError(t, err, "no map named counter; the object has events: PerfEventArray; "+
		"slots: PerCPUArray, enum kind -> u16[2][3], 1 entry; values: Hash, u32 -> struct value, 1024 entries")
	var missing *MapError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "counter", missing.Name)

	_, err = read(t, "globals.bpf.o").Map("counter")
	assert.EqualError(t, err, "no map named counter; the object has no maps")
}

func TestPrintable(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"plain":                {`section "a b": it's µ`, `section "a b": it's µ`},
		"control characters":   {"a\x1b[31m\r\n\x00", `a\x1b[31m\r\n\x00`},
		"no valid UTF-8":       {"a\xff", "a�"},
		"a text that turns":    {"a\u202eb", `a\u202eb`},
		"longer than is shown": {strings.Repeat("ä", maxReason+1), strings.Repeat("ä", maxReason) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, printable(test.text))
		})
	}
}
