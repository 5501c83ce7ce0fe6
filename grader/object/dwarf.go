package object

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
)

// recordsInDWARF is Records for an object's DWARF. Its contents are hostile:
// a parser that panics finds nothing.
func recordsInDWARF(object []byte, field string) (layouts []Layout, err error) {
	defer func() {
		if r := recover(); r != nil {
			layouts, err = nil, fmt.Errorf("%w (its debug information is damaged)", ErrNoTypes)
		}
	}()
	data, err := readDWARF(object)
	if err != nil {
		return nil, err
	}
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil {
			return nil, fmt.Errorf("%w (its debug information is damaged: %v)", ErrNoTypes, err)
		}
		if entry == nil {
			return layouts, nil
		}
		if entry.Tag != dwarf.TagStructType {
			continue
		}
		t, err := data.Type(entry.Offset)
		if err != nil {
			continue
		}
		s, ok := t.(*dwarf.StructType)
		if !ok {
			continue
		}
		for _, f := range s.Field {
			if f.Name == field && f.Type.Size() == 8 && f.BitSize == 0 {
				layouts = append(layouts, Layout{s.StructName, int(f.ByteOffset), int(s.ByteSize)})
			}
		}
	}
}

// maxDebugSection bounds a debug section, in bytes. The standard library
// follows a chain of types by recursion: a crafted file must not be able to
// make one that overflows the stack.
const maxDebugSection = 1 << 20

// readDWARF reads the debug sections of a BPF object. The standard library
// reads them from executables of other machines only, because those of an
// object file are not yet relocated.
func readDWARF(object []byte) (*dwarf.Data, error) {
	file, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return nil, fmt.Errorf("%w (no symbols)", ErrNoTypes)
	}
	sections := make(map[string][]byte)
	for i, s := range file.Sections {
		name, ok := strings.CutPrefix(s.Name, ".debug_")
		if !ok || s.Type != elf.SHT_PROGBITS {
			continue
		}
		if s.Size > maxDebugSection {
			return nil, fmt.Errorf("%w (it is too large)", ErrNoTypes)
		}
		contents, err := s.Data()
		if err != nil {
			return nil, err
		}
		for _, r := range file.Sections {
			if r.Type == elf.SHT_REL && int(r.Info) == i {
				relocations, err := r.Data()
				if err != nil {
					return nil, err
				}
				relocate(contents, relocations, symbols)
			}
		}
		sections[name] = contents
	}
	if sections["info"] == nil {
		return nil, ErrNoTypes
	}
	data, err := dwarf.New(sections["abbrev"], nil, nil, sections["info"], sections["line"], nil, sections["ranges"], sections["str"])
	if err != nil {
		return nil, fmt.Errorf("%w (its debug information is damaged: %v)", ErrNoTypes, err)
	}
	for _, name := range []string{"addr", "line_str", "str_offsets", "rnglists"} { // DWARF 5
		if sections[name] != nil {
			if err := data.AddSection(".debug_"+name, sections[name]); err != nil {
				return nil, fmt.Errorf("%w (its debug information is damaged: %v)", ErrNoTypes, err)
			}
		}
	}
	return data, nil
}

// The relocations of debug sections, from LLVM's BPFELFObjectWriter. Before
// LLVM 13 the first two were used for them.
const (
	relocation64      = 1  // R_BPF_64_64
	relocation32      = 10 // R_BPF_64_32
	relocationABS64   = 2  // R_BPF_64_ABS64
	relocationABS32   = 3  // R_BPF_64_ABS32
	relocationNODYL32 = 4  // R_BPF_64_NODYLD32
)

// relocate adds the values of symbols to the words of a section that refer to
// them. Symbol n stands at symbols[n-1]: the first one of a file is not listed.
func relocate(contents, relocations []byte, symbols []elf.Symbol) {
	const entry = 16
	for ; len(relocations) >= entry; relocations = relocations[entry:] {
		offset := binary.LittleEndian.Uint64(relocations)
		info := binary.LittleEndian.Uint64(relocations[8:])
		n := elf.R_SYM64(info)
		if n == 0 || uint64(n) > uint64(len(symbols)) || offset > uint64(len(contents)) {
			continue
		}
		value, word := symbols[n-1].Value, contents[offset:]
		switch elf.R_TYPE64(info) {
		case relocationABS64, relocation64:
			if len(word) >= 8 {
				binary.LittleEndian.PutUint64(word, binary.LittleEndian.Uint64(word)+value)
			}
		case relocationABS32, relocationNODYL32, relocation32:
			if len(word) >= 4 {
				binary.LittleEndian.PutUint32(word, binary.LittleEndian.Uint32(word)+uint32(value))
			}
		}
	}
}
