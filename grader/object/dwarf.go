package object

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/cilium/ebpf/btf"
)

// These bound what a crafted file can make the standard library do: its tables
// of abbreviations are made anew for each unit, each may name any number of
// attributes that take no room, strings are copied, and the last entry is read
// for ever when it is cut. The numbers are of bytes, of units, and of entries
// and attributes together.
const (
	maxDebugSection  = 1 << 20
	maxAbbreviations = 64 << 10
	maxUnits         = 16
	maxEntries       = 1 << 20
)

// readDebugTypes reads the types that an object's DWARF describes. The error
// wraps ErrNoTypes.
func readDebugTypes(object []byte) (types *debugTypes, err error) {
	defer func() {
		// The parser is not made for hostile files.
		if r := recover(); r != nil {
			types, err = &debugTypes{}, damaged(r)
		}
	}()
	types = &debugTypes{byOffset: make(map[dwarf.Offset]btf.Type)}
	data, err := readDWARF(object)
	if err != nil {
		return types, err
	}
	return types, types.read(data.Reader())
}

func damaged(reason any) error {
	return fmt.Errorf("%w (its debug information is damaged: %v)", ErrNoTypes, reason)
}

// debugTypes are the types that DWARF describes, as far as it takes to find a
// field: without functions. The standard library has a reader of
// types as well, but it follows a type that contains itself until the stack
// overflows.
type debugTypes struct {
	structs []*btf.Struct
	// variables are the types of variables.
	variables []btf.Type
	byOffset  map[dwarf.Offset]btf.Type
	// links are run when all types are known.
	links []func()
}

func (d *debugTypes) read(reader *dwarf.Reader) error {
	var parents []btf.Type
	entries := 0
	for {
		entry, err := reader.Next()
		if err != nil {
			return damaged(err)
		}
		if entry == nil {
			break
		}
		if entries += 1 + len(entry.Field); entries > maxEntries {
			return damaged("it has too many entries")
		}
		if entry.Tag == 0 { // the end of the children of one entry
			parents = parents[:max(0, len(parents)-1)]
			continue
		}
		var t btf.Type
		if entry.Tag == dwarf.TagMember && len(parents) > 0 {
			d.addMember(parents[len(parents)-1], entry)
		} else if t = d.newType(entry); t != nil {
			d.byOffset[entry.Offset] = t
		}
		if entry.Children {
			parents = append(parents, t)
		}
	}
	for _, link := range d.links {
		link()
	}
	return nil
}

// newType makes a type of an entry, or nothing of one that is none.
func (d *debugTypes) newType(entry *dwarf.Entry) btf.Type {
	name, _ := entry.Val(dwarf.AttrName).(string)
	bytes, _ := entry.Val(dwarf.AttrByteSize).(int64)
	size := uint32(min(max(bytes, 0), math.MaxUint32))
	switch entry.Tag {
	case dwarf.TagBaseType:
		return &btf.Int{Name: name, Size: size}
	case dwarf.TagEnumerationType:
		return &btf.Enum{Name: name, Size: size}
	case dwarf.TagPointerType:
		return &btf.Pointer{}
	case dwarf.TagStructType:
		s := &btf.Struct{Name: name, Size: size}
		d.structs = append(d.structs, s)
		return s
	case dwarf.TagUnionType:
		return &btf.Union{Name: name, Size: size}
	case dwarf.TagArrayType:
		// Its length does not matter here.
		t := &btf.Array{}
		d.link(entry, func(target btf.Type) { t.Type = target })
		return t
	case dwarf.TagVariable:
		d.link(entry, func(target btf.Type) { d.variables = append(d.variables, target) })
	case dwarf.TagTypedef, dwarf.TagConstType, dwarf.TagVolatileType:
		t := &btf.Typedef{Name: name}
		d.link(entry, func(target btf.Type) { t.Type = target })
		return t
	}
	return nil
}

func (d *debugTypes) addMember(parent btf.Type, entry *dwarf.Entry) {
	location, ok := entry.Val(dwarf.AttrDataMemberLoc).(int64)
	if entry.Val(dwarf.AttrDataMemberLoc) != nil && !ok || location < 0 || location > math.MaxUint32/8 {
		return
	}
	m := btf.Member{Offset: btf.Bits(location * 8)}
	m.Name, _ = entry.Val(dwarf.AttrName).(string)
	if size, ok := entry.Val(dwarf.AttrBitSize).(int64); ok {
		m.BitfieldSize = btf.Bits(size)
	}
	d.link(entry, func(target btf.Type) {
		m.Type = target
		switch p := parent.(type) {
		case *btf.Struct:
			p.Members = append(p.Members, m)
		case *btf.Union:
			p.Members = append(p.Members, m)
		}
	})
}

// link calls set with the type that an entry refers to, if there is one.
func (d *debugTypes) link(entry *dwarf.Entry, set func(btf.Type)) {
	offset, ok := entry.Val(dwarf.AttrType).(dwarf.Offset)
	if !ok {
		return
	}
	d.links = append(d.links, func() {
		if t := d.byOffset[offset]; t != nil {
			set(t)
		}
	})
}

// readDWARF reads the debug sections of a BPF object. The standard library
// reads them from executables of other machines only, because those of an
// object file are not yet relocated. What refers to another debug section is
// right as it is, for each section begins at 0; addresses of code, which are
// not, are of no interest here.
func readDWARF(object []byte) (*dwarf.Data, error) {
	file, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, damaged(err)
	}
	defer file.Close()
	sections := make(map[string][]byte)
	for _, s := range file.Sections {
		name, ok := strings.CutPrefix(s.Name, ".debug_")
		if !ok || s.Type != elf.SHT_PROGBITS {
			continue
		}
		if s.Size > maxDebugSection {
			return nil, damaged(fmt.Sprintf("%s has %d bytes; %d is the most that is read", s.Name, s.Size, maxDebugSection))
		}
		if sections[name], err = s.Data(); err != nil {
			return nil, damaged(err)
		}
	}
	if sections["info"] == nil {
		return nil, ErrNoTypes
	}
	if err := checkDWARF(sections); err != nil {
		return nil, damaged(err)
	}
	data, err := dwarf.New(sections["abbrev"], nil, nil, sections["info"], sections["line"], nil, sections["ranges"], sections["str"])
	if err != nil {
		return nil, damaged(err)
	}
	for _, name := range []string{"addr", "line_str", "str_offsets", "rnglists"} { // DWARF 5
		if sections[name] != nil {
			if err := data.AddSection(".debug_"+name, sections[name]); err != nil {
				return nil, damaged(err)
			}
		}
	}
	return data, nil
}

// checkDWARF checks the bounds that are not of a single section's size.
func checkDWARF(sections map[string][]byte) error {
	if n := len(sections["abbrev"]); n > maxAbbreviations {
		return fmt.Errorf("%d bytes of abbreviations; %d is the most that is read", n, maxAbbreviations)
	}
	for _, name := range []string{"str", "line_str"} {
		if err := checkNames(sections[name]); err != nil {
			return err
		}
	}
	units := 0
	for info := sections["info"]; len(info) >= 4; units++ {
		if units == maxUnits {
			return fmt.Errorf("more than %d units", maxUnits)
		}
		length := binary.LittleEndian.Uint32(info)
		if uint64(length) > uint64(len(info)-4) { // also those of 64 bits
			return fmt.Errorf("a unit of %d bytes", length)
		}
		info = info[4+length:]
	}
	return nil
}
