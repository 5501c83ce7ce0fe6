package object

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cilium/ebpf/asm"
)

// The parsers of ELF, BTF and DWARF take a file at its word: a small file can
// make them allocate more memory than there is, or recurse until the stack
// overflows, and neither can be recovered from. These bounds, far above what
// clang writes for an exercise, are checked before they see the file.
const (
	// maxSections and maxSymbols are numbers, maxName is in bytes: each
	// section and symbol gets a copy of its name, and names may overlap.
	maxSections = 512
	maxSymbols  = 1 << 14
	maxName     = 2 << 10
	// maxTypes is the size of the section .BTF in bytes. The types are read
	// by recursion, each has 12 bytes or more.
	maxTypes = 256 << 10
	// maxTypesExt is the size of the section .BTF.ext in bytes.
	maxTypesExt = 512 << 10
	// maxCopied is a number of instructions: each program gets a copy of the
	// functions that it calls.
	maxCopied = 1 << 22
)

// sectionHeaderSize is that of elf.Section64 in a file.
const sectionHeaderSize = 64

// checkLimits refuses files that the parsers cannot be trusted with. The
// header has been checked.
func checkLimits(data []byte, header *elf.Header64) error {
	if header.Shnum == 0 || header.Shnum > maxSections {
		return fmt.Errorf("it has %d sections; %d is the most that is read", header.Shnum, maxSections)
	}
	if err := checkSectionNames(data, header); err != nil {
		return err
	}
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := checkSections(file); err != nil {
		return err
	}
	return checkSymbols(file)
}

// checkSectionNames bounds the names that elf.NewFile copies.
func checkSectionNames(data []byte, header *elf.Header64) error {
	if header.Shstrndx >= header.Shnum || header.Shentsize != sectionHeaderSize {
		return errors.New("its table of sections is not valid")
	}
	start := header.Shoff + uint64(header.Shstrndx)*sectionHeaderSize
	if start < header.Shoff || start > uint64(len(data)) {
		return errors.New("its table of sections is outside of the file")
	}
	var names elf.Section64
	if _, err := binary.Decode(data[start:], binary.LittleEndian, &names); err != nil {
		return errors.New("its table of sections is outside of the file")
	}
	if names.Off > uint64(len(data)) || names.Size > uint64(len(data))-names.Off {
		return errors.New("the names of its sections are outside of the file")
	}
	return checkNames(data[names.Off : names.Off+names.Size])
}

// checkSections bounds the contents of all sections together: sections may
// overlap, be compressed, or be zeros that are not in the file.
func checkSections(file *elf.File) error {
	var sum uint64
	for _, s := range file.Sections {
		if s.Type == elf.SHT_NULL {
			continue
		}
		if s.Size > MaxSize-sum {
			return fmt.Errorf("its sections have more than %d bytes together", MaxSize)
		}
		sum += s.Size
		switch {
		case s.Name == ".BTF" && s.Size > maxTypes:
			return fmt.Errorf("its type information has %d bytes; %d is the most that is read", s.Size, maxTypes)
		case s.Name == ".BTF.ext" && s.Size > maxTypesExt:
			return fmt.Errorf("its line information has %d bytes; %d is the most that is read", s.Size, maxTypesExt)
		case s.Name == ".BTF":
			types, err := s.Data()
			if err != nil {
				return err
			}
			if err := checkNames(types); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkSymbols bounds the symbols, and what the functions among them contain:
// they may overlap.
func checkSymbols(file *elf.File) error {
	table := file.SectionByType(elf.SHT_SYMTAB)
	if table == nil {
		return errors.New("it has no symbols")
	}
	if n := table.Size / elf.Sym64Size; n > maxSymbols {
		return fmt.Errorf("it has %d symbols; %d is the most that is read", n, maxSymbols)
	}
	if table.Link < uint32(len(file.Sections)) {
		names, err := file.Sections[table.Link].Data()
		if err != nil {
			return err
		}
		if err := checkNames(names); err != nil {
			return err
		}
	}
	symbols, err := file.Symbols()
	if err != nil {
		return err
	}
	var functions, instructions, sum uint64
	for _, s := range symbols {
		if s.Size > MaxSize-sum {
			return fmt.Errorf("its symbols have more than %d bytes together", MaxSize)
		}
		sum += s.Size
		if isFunction(s) {
			functions++
			instructions += s.Size / asm.InstructionSize
		}
	}
	if functions*instructions > maxCopied {
		return fmt.Errorf("it has %d functions with %d instructions together, which is too much", functions, instructions)
	}
	return nil
}

// isFunction tells whether a symbol can be one of a function. Those without a
// type are what old compilers wrote; the local ones among them are labels.
func isFunction(s elf.Symbol) bool {
	switch elf.ST_TYPE(s.Info) {
	case elf.STT_FUNC:
		return true
	case elf.STT_NOTYPE:
		return elf.ST_BIND(s.Info) != elf.STB_LOCAL
	}
	return false
}

// checkNames bounds the longest string in a table of strings.
func checkNames(table []byte) error {
	for name := range bytes.SplitSeq(table, []byte{0}) {
		if len(name) > maxName {
			return fmt.Errorf("a name in it has %d bytes; %d is the most that is read", len(name), maxName)
		}
	}
	return nil
}
