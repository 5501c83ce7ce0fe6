package object

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"github.com/cilium/ebpf/asm"
)

// section is a section of a crafted object.
type section struct {
	elf.Section64
	name string
	data []byte
}

// symbol is a symbol of a crafted object.
type symbol struct {
	elf.Sym64
	name string
}

// names is a table of strings.
type names []byte

func (n *names) add(name string) uint32 {
	offset := len(*n)
	*n = append(append(*n, name...), 0)
	return uint32(offset)
}

// craft writes an object with sections 1, 2, … and symbols, as no compiler
// would.
func craft(sections []section, symbols []symbol) []byte {
	strtab := names{0}
	symtab := marshal(elf.Sym64{})
	for _, s := range symbols {
		s.Sym64.Name = strtab.add(s.name)
		symtab = append(symtab, marshal(s.Sym64)...)
	}
	n := len(sections)
	sections = append([]section{{}}, sections...)
	sections = append(sections,
		section{name: ".symtab", data: symtab, Section64: elf.Section64{Type: uint32(elf.SHT_SYMTAB), Link: uint32(n + 2), Entsize: elf.Sym64Size}},
		section{name: ".strtab", data: strtab, Section64: elf.Section64{Type: uint32(elf.SHT_STRTAB)}},
		section{name: ".shstrtab", Section64: elf.Section64{Type: uint32(elf.SHT_STRTAB)}},
	)
	shstrtab := names{0}
	for i := range sections[1:] {
		sections[i+1].Section64.Name = shstrtab.add(sections[i+1].name)
	}
	sections[len(sections)-1].data = shstrtab

	var contents, table []byte
	for _, s := range sections {
		s.Off = 64 + uint64(len(contents))
		if s.Size == 0 {
			s.Size = uint64(len(s.data))
		}
		contents = append(contents, s.data...)
		table = append(table, marshal(s.Section64)...)
	}
	header := elf.Header64{
		Ident:     [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:      uint16(elf.ET_REL),
		Machine:   uint16(elf.EM_BPF),
		Version:   uint32(elf.EV_CURRENT),
		Ehsize:    64,
		Shoff:     64 + uint64(len(contents)),
		Shentsize: sectionHeaderSize,
		Shnum:     uint16(len(sections)),
		Shstrndx:  uint16(len(sections) - 1),
	}
	return append(append(marshal(header), contents...), table...)
}

func marshal(values ...any) []byte {
	var b bytes.Buffer
	for _, value := range values {
		if err := binary.Write(&b, binary.LittleEndian, value); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// program is a section of n equal instructions.
func program(n int) section {
	var b bytes.Buffer
	insns := asm.Instructions{asm.Mov.Imm(asm.R0, 0)}
	if err := insns.Marshal(&b, binary.LittleEndian); err != nil {
		panic(err)
	}
	return section{
		name:      "kprobe/vfs_read",
		data:      bytes.Repeat(b.Bytes(), n),
		Section64: elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_EXECINSTR | elf.SHF_ALLOC)},
	}
}

// function is a symbol for instructions of section 1.
func function(name string, first, n int) symbol {
	return symbol{name: name, Sym64: elf.Sym64{
		Info:  elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC),
		Shndx: 1,
		Value: uint64(first * asm.InstructionSize),
		Size:  uint64(n * asm.InstructionSize),
	}}
}

// data is a section that is neither code nor a table.
func data(name string, contents []byte) section {
	return section{name: name, data: contents, Section64: elf.Section64{Type: uint32(elf.SHT_PROGBITS), Addralign: 1}}
}

// btfSection is a section .BTF of raw types and strings.
func btfSection(types []uint32, strings string) section {
	raw := marshal(types)
	header := marshal(uint16(0xeb9f), uint8(1), uint8(0), uint32(24),
		uint32(0), uint32(len(raw)), uint32(len(raw)), uint32(len(strings)))
	return data(".BTF", append(append(header, raw...), strings...))
}
