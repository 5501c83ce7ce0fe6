package object

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cilium/ebpf/btf"
)

// Access is the use of a field of a structure that the loader looks for in the
// kernel's types, which CO-RE calls a relocation.
type Access struct {
	// Struct is the name of the structure or union, Field that of the field;
	// a field of a field is written a.b.
	Struct, Field string
	// Own tells that the object has variables of that structure, or keeps
	// them in a map: it is not the kernel's then, though it has the name of
	// one of the kernel's. Foreign tells that it has none. Neither is set
	// when the object, which has no DWARF, does not tell.
	Own, Foreign bool
}

// relocation matches what the library says of a relocation: the numbers of the
// members on the way to the field, and the id of the structure's type.
var relocation = regexp.MustCompile(`\[([\d:]+)\], local_id=(\d+)\)$`)

// Access returns what the instruction of that number accesses, counted as the
// verifier does. It is false when the instruction accesses no field.
func (o *Object) Access(program string, instruction int) (Access, bool) {
	i := slices.IndexFunc(o.Programs, func(p Program) bool { return p.Name == program })
	if i < 0 || o.types == nil {
		return Access{}, false
	}
	for iter := o.Programs[i].instructions.Iterate(); iter.Next(); {
		if int(iter.Offset) != instruction {
			continue
		}
		return o.access(btf.CORERelocationMetadata(iter.Ins))
	}
	return Access{}, false
}

func (o *Object) access(r *btf.CORERelocation) (Access, bool) {
	if r == nil {
		return Access{}, false
	}
	match := relocation.FindStringSubmatch(r.String())
	if match == nil {
		return Access{}, false
	}
	id, err := strconv.ParseUint(match[2], 10, 32)
	if err != nil {
		return Access{}, false
	}
	t, err := o.types.TypeByID(btf.TypeID(id))
	if err != nil {
		return Access{}, false
	}
	t = btf.UnderlyingType(t)
	// The first number is an index as in pointer[0].
	_, numbers, _ := strings.Cut(match[1], ":")
	a := Access{}
	var ok bool
	if a.Field, ok = fieldName(t, numbers); !ok {
		return Access{}, false
	}
	a.Struct = t.TypeName()
	a.Own, a.Foreign = o.owns(a.Struct)
	return a, true
}

// fieldName names the field that the numbers of members lead to.
func fieldName(t btf.Type, numbers string) (string, bool) {
	var field []string
	for number := range strings.SplitSeq(numbers, ":") {
		n, err := strconv.Atoi(number)
		if err != nil {
			return "", false
		}
		t = btf.UnderlyingType(t)
		if array, ok := t.(*btf.Array); ok {
			t = array.Type
			continue
		}
		inner := members(t)
		if n >= len(inner) {
			return "", false
		}
		if inner[n].Name != "" {
			field = append(field, inner[n].Name)
		}
		t = inner[n].Type
	}
	return strings.Join(field, "."), len(field) > 0
}

// owns tells whether the object itself has memory of a structure, for example
// in a local variable, or whether it has none.
func (o *Object) owns(name string) (own, foreign bool) {
	if name == "" {
		return false, false
	}
	for _, m := range o.Maps {
		if structName(m.Key) == name || structName(m.Value) == name {
			return true, false
		}
	}
	types, err := readDebugTypes(o.Data)
	if err != nil {
		return false, false
	}
	own = slices.ContainsFunc(types.variables, func(t btf.Type) bool { return structName(t) == name })
	return own, !own
}

// structName returns the name of a structure or union, or of those in an array,
// and nothing for any other type.
func structName(t btf.Type) string {
	for range maxDepth {
		switch inner := btf.UnderlyingType(t).(type) {
		case *btf.Array:
			t = inner.Type
		case *btf.Struct, *btf.Union:
			return inner.TypeName()
		default:
			return ""
		}
	}
	return ""
}
