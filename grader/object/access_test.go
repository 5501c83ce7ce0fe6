package object

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAccess(t *testing.T) {
	tests := map[string]struct {
		program     string
		instruction int
		want        Access
		found       bool
	}{
		"a field of a kernel structure":    {"handle", 25, Access{Struct: "disk", Field: "minors", Foreign: true}, true},
		"a field of a field":               {"handle", 18, Access{Struct: "disk", Field: "number.major", Foreign: true}, true},
		"a local variable":                 {"handle", 12, Access{Struct: "message", Field: "count", Own: true}, true},
		"a value of a map":                 {"handle", 17, Access{Struct: "item", Field: "count", Own: true}, true},
		"an instruction without an access": {"handle", 1, Access{}, false},
		"no such instruction":              {"handle", 1000, Access{}, false},
		"no such program":                  {"other", 18, Access{}, false},
	}
	o := read(t, "access.bpf.o")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			access, found := o.Access(test.program, test.instruction)
			assert.Equal(t, test.found, found)
			assert.Equal(t, test.want, access)
		})
	}
	o = read(t, "access-stripped.bpf.o")
	access, found := o.Access("handle", 12)
	assert.True(t, found)
	assert.Equal(t, Access{Struct: "message", Field: "count"}, access, "an object that does not tell of its variables")
	access, _ = o.Access("handle", 17)
	assert.True(t, access.Own, "what is in a map is known by its BTF")

	_, found = read(t, "no-map.bpf.o").Access("handle", 0)
	assert.False(t, found, "an object without types")
}

func TestFieldName(t *testing.T) {
	inner := structure(8, member("a", u32, 0), member("b", u32, 4))
	outer := structure(40, member("in", inner, 0), member("", typedef(inner), 8))
	tests := map[string]struct {
		path, want string
		found      bool
	}{
		"a member":                      {"0", "in", true},
		"a member of a member":          {"0:1", "in.b", true},
		"through a member without name": {"1:0", "a", true},
		"only a member without name":    {"1", "", false},
		"no path":                       {"", "", false},
		"no such member":                {"2", "", false},
		"a member of an integer":        {"0:0:0", "", false},
		"not a number":                  {"0:x", "", false},
		"a number that is too long":     {"99999999999999999999", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			field, found := fieldName(outer, test.path)
			assert.Equal(t, test.found, found)
			if found {
				assert.Equal(t, test.want, field)
			}
		})
	}
}
