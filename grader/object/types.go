package object

import (
	"fmt"

	"github.com/cilium/ebpf/btf"
)

// typeName writes a type as it is written in C, integers as the kernel's own
// names. A type that is not known is written by its size in bytes.
func typeName(t btf.Type, size uint32) string {
	switch t := btf.UnderlyingType(t).(type) {
	case nil:
		return fmt.Sprintf("%d bytes", size)
	case *btf.Int:
		return intName(t)
	case *btf.Struct:
		return "struct " + orUnnamed(t.Name)
	case *btf.Union:
		return "union " + orUnnamed(t.Name)
	case *btf.Enum:
		return "enum " + orUnnamed(t.Name)
	case *btf.Pointer:
		return "pointer"
	case *btf.Array:
		return arrayName(t)
	}
	return fmt.Sprintf("%d bytes", size)
}

// arrayName writes an array of arrays with the outer one first. A crafted type
// can contain itself.
func arrayName(t *btf.Array) string {
	dimensions := ""
	for range maxDepth {
		dimensions += fmt.Sprintf("[%d]", t.Nelems)
		inner, ok := btf.UnderlyingType(t.Type).(*btf.Array)
		if !ok {
			return typeName(t.Type, 0) + dimensions
		}
		t = inner
	}
	return "array"
}

func orUnnamed(name string) string {
	if name == "" {
		return "{…}"
	}
	return name
}

func intName(t *btf.Int) string {
	switch {
	case t.Encoding == btf.Bool:
		return "bool"
	case t.Encoding == btf.Char || t.Name == "char":
		return "char"
	case t.Encoding == btf.Signed:
		return fmt.Sprintf("s%d", t.Size*8)
	}
	return fmt.Sprintf("u%d", t.Size*8)
}
