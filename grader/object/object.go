// Package object says what a BPF object file contains: programs and where they
// hook, maps and their types, the licence. It reads the file on the host and
// needs no kernel. Object files come from students: nothing in them is trusted.
package object

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// MaxSize is the largest object file that is read, in bytes.
const MaxSize = 8 << 20

// Object is the contents of a BPF object file.
type Object struct {
	// Data is the file itself.
	Data []byte
	// Programs and Maps are in the order of their names.
	Programs []Program
	Maps     []Map
	// License is what the section license says, or empty.
	License string
	// HasBTF tells whether the object carries type information.
	HasBTF bool

	types *btf.Spec
	// data is what global variables begin with, by the name of their map.
	data map[string][]byte
}

// Program is a BPF program in an object file.
type Program struct {
	Name string
	Hook Hook
	// Type is the program type that the section stands for, such as "Kprobe",
	// or Unspecified.
	Type string
	// Helpers are the names of the kernel's helpers that it calls, sorted.
	Helpers []string

	instructions asm.Instructions
}

// Unspecified is the type of a program whose section no loader knows.
var Unspecified = ebpf.UnspecifiedProgram.String()

// Map is the definition of a map in an object file.
type Map struct {
	Name string
	// Type is the map type, such as "Array".
	Type string
	// KeySize and ValueSize are in bytes.
	KeySize, ValueSize, MaxEntries uint32
	// Key and Value are nil when the object does not say.
	Key, Value btf.Type

	// initialised tells that the object puts elements into it.
	initialised bool
}

// Error says why an object file is of no use. It is the student's to mend.
type Error struct {
	// Reason and Help are sentences.
	Reason, Help string
	// Diagnosis is the id of the mistake, when it is a known one.
	Diagnosis string
	Err       error
}

func (e *Error) Error() string { return e.Reason }
func (e *Error) Unwrap() error { return e.Err }

// Read reads an object file. The error is an *Error when the file's contents
// are to blame.
func Read(path string) (*Object, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, &Error{
			Reason: fmt.Sprintf("The object file has more than %d bytes, which is the most that is read.", MaxSize),
			Help:   "A BPF object of an exercise has some ten thousand bytes: is this the right file?",
		}
	}
	return Parse(data)
}

// Parse reads the contents of an object file. The error is an *Error.
func Parse(data []byte) (obj *Object, err error) {
	defer func() {
		// The parsers below are not made for hostile files.
		if r := recover(); r != nil {
			obj, err = nil, malformed(fmt.Errorf("%v", r))
		}
	}()
	header, err := checkHeader(data)
	if err != nil {
		return nil, err
	}
	if err := checkLimits(data, header); err != nil {
		return nil, malformed(err)
	}
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(data))
	if err != nil {
		return nil, unreadable(err)
	}
	if len(spec.Programs) == 0 {
		return nil, &Error{
			Reason:    "The object contains no BPF program.",
			Help:      `A program is a function with a section that names its hook: put SEC("…") before it.`,
			Diagnosis: "no-program",
		}
	}
	obj = &Object{Data: data, types: spec.Types, HasBTF: spec.Types != nil, data: make(map[string][]byte)}
	for _, name := range slices.Sorted(maps.Keys(spec.Programs)) {
		p := spec.Programs[name]
		obj.License, _, _ = strings.Cut(p.License, "\x00")
		obj.Programs = append(obj.Programs, Program{
			Name:         name,
			Hook:         ParseHook(p.SectionName),
			Type:         p.Type.String(),
			Helpers:      helpers(p.Instructions),
			instructions: p.Instructions,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(spec.Maps)) {
		m := spec.Maps[name]
		obj.Maps = append(obj.Maps, Map{
			Name:       name,
			Type:       m.Type.String(),
			KeySize:    m.KeySize,
			ValueSize:  m.ValueSize,
			MaxEntries: m.MaxEntries,
			Key:        m.Key,
			Value:      m.Value,

			initialised: len(m.Contents) > 0,
		})
		if strings.Contains(name, ".") && len(m.Contents) == 1 {
			if data, ok := m.Contents[0].Value.([]byte); ok {
				obj.data[name] = data
			}
		}
	}
	return obj, nil
}

const buildHelp = "Build it with clang -g -O2 -target bpf -c prog.bpf.c -o prog.bpf.o"

func malformed(err error) *Error {
	return &Error{Reason: fmt.Sprintf("The object file cannot be read: %s.", printable(err.Error())), Help: buildHelp, Err: err}
}

// unreadable explains what the loader says of an object. It can be a damaged
// file, but also something that was written so in the source.
func unreadable(err error) *Error {
	e := &Error{Reason: fmt.Sprintf("The loader cannot read the object file: %s.", printable(err.Error())), Err: err}
	switch {
	case strings.Contains(e.Reason, "missing BTF"):
		e.Help = "What a map is made of stands in the debug information. " + buildHelp
	case strings.Contains(e.Reason, "in BTF map definition"):
		e.Help = "A map is defined by __uint(type, …), __uint(max_entries, …), __type(key, …) and __type(value, …)."
	case strings.Contains(e.Reason, "erroneous static qualifier"):
		e.Help = "A map must be visible to the loader: remove static from its definition."
	}
	return e
}

// maxReason is how much of an error is repeated, in characters.
const maxReason = 300

// printable makes text that may quote a file safe to show, on one line.
func printable(text string) string {
	quoted := strconv.QuoteToGraphic(strings.ToValidUTF8(text, "�"))
	quoted = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	if runes := []rune(quoted); len(runes) > maxReason {
		return string(runes[:maxReason]) + "…"
	}
	return quoted
}

// checkHeader recognises files that are no BPF objects at all.
func checkHeader(data []byte) (*elf.Header64, error) {
	if len(data) == 0 {
		return nil, &Error{Reason: "The object file is empty.", Help: buildHelp}
	}
	if !bytes.HasPrefix(data, []byte(elf.ELFMAG)) {
		return nil, &Error{
			Reason: fmt.Sprintf("This is not an object file: it begins with %q.", data[:min(len(data), 16)]),
			Help:   buildHelp,
		}
	}
	// A header of 32 bits is the same up to the machine.
	var header elf.Header64
	if _, err := binary.Decode(data, binary.LittleEndian, &header); err != nil {
		return nil, malformed(errors.New("it ends within its header"))
	}
	bigEndian := elf.Data(header.Ident[elf.EI_DATA]) == elf.ELFDATA2MSB
	if bigEndian {
		header.Machine = bits.ReverseBytes16(header.Machine)
		header.Type = bits.ReverseBytes16(header.Type)
	}
	switch machine := elf.Machine(header.Machine); {
	case machine != elf.EM_BPF:
		return nil, &Error{
			Reason: fmt.Sprintf("This object file is for the processor %s, not for BPF.", strings.TrimPrefix(machine.String(), "EM_")),
			Help:   buildHelp,
		}
	case bigEndian || elf.Class(header.Ident[elf.EI_CLASS]) != elf.ELFCLASS64:
		return nil, &Error{Reason: "This object file is for a machine with another byte order or word size.", Help: buildHelp}
	case elf.Type(header.Type) != elf.ET_REL:
		return nil, &Error{Reason: fmt.Sprintf("This is not an object file but a file of type %s.", elf.Type(header.Type)), Help: buildHelp}
	}
	return &header, nil
}

// Loops tells whether the program of that name, or a function that it calls,
// jumps back. Not every loop is one in the object: the compiler unrolls short
// ones.
func (o *Object) Loops(program string) bool {
	return slices.ContainsFunc(o.Programs, func(p Program) bool {
		return p.Name == program && slices.ContainsFunc(p.instructions, jumpsBack)
	})
}

func jumpsBack(ins asm.Instruction) bool {
	switch ins.OpCode.JumpOp() {
	case asm.InvalidJumpOp, asm.Call, asm.Exit:
		return false
	}
	return ins.Offset < 0
}

// helpers lists the helpers that instructions call.
func helpers(insns asm.Instructions) []string {
	seen := make(map[string]bool)
	for _, ins := range insns {
		if ins.IsBuiltinCall() {
			seen[helperName(asm.BuiltinFunc(ins.Constant))] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// helperName writes FnTracePrintk as bpf_trace_printk, and a helper without a
// name as the kernel does: unknown#999.
func helperName(helper asm.BuiltinFunc) string {
	name, known := strings.CutPrefix(helper.String(), "Fn")
	if !known {
		return fmt.Sprintf("unknown#%d", helper)
	}
	var b strings.Builder
	b.WriteString("bpf")
	for _, r := range name {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// String writes a map as "counter: Array, u32 -> u64, 1 entry".
func (m *Map) String() string {
	s := fmt.Sprintf("%s: %s", m.Name, m.Type)
	if m.Type == "PerfEventArray" || m.Type == "RingBuf" {
		return s
	}
	entries := "entries"
	if m.MaxEntries == 1 {
		entries = "entry"
	}
	return fmt.Sprintf("%s, %s -> %s, %d %s", s, typeName(m.Key, m.KeySize), typeName(m.Value, m.ValueSize), m.MaxEntries, entries)
}

// MapError says that an object has no map of a name.
type MapError struct {
	Name string
	// Others are the maps there are.
	Others []string
	// Near is the name of the one that is nearest by its letters, or empty.
	Near string
}

func (e *MapError) Error() string {
	switch len(e.Others) {
	case 0:
		return fmt.Sprintf("no map named %s; the object has no maps", e.Name)
	}
	return fmt.Sprintf("no map named %s; the object has %s", e.Name, strings.Join(e.Others, "; "))
}

// Map returns the map of that name, or a *MapError that says what there is
// instead.
func (o *Object) Map(name string) (*Map, error) {
	e := &MapError{Name: name}
	var names []string
	for i := range o.Maps {
		m := &o.Maps[i]
		if m.Name == name {
			return m, nil
		}
		if !strings.HasPrefix(m.Name, ".") { // those of global variables
			e.Others, names = append(e.Others, m.String()), append(names, m.Name)
		}
	}
	e.Near = nearest(name, names)
	return nil, e
}
