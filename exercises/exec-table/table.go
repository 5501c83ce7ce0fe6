package exectable

import (
	"slices"

	"github.com/bpfgrade/bpfgrade/exercises/internal/tables"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
)

var values = tables.Table{
	Map: mapName, MinEntries: 1024,
	Key: "The key is a process id", Many: "Many processes call execve",
	Struct: "value",
	Fields: []tables.Field{
		tables.U64("count"), tables.U64("last_ns"),
		{Name: "comm", Types: []string{"char[16]", "u8[16]", "s8[16]"}, Decl: "char comm[16]"},
	},
}

// entry is the value of one process.
type entry struct {
	count, lastNS uint64
	comm          string
}

// table is what the map holds: the entries by their keys.
type table map[uint32]entry

// readTable reads the whole map. The check of the map has passed.
func readTable(t *grader.T) table {
	all := make(table)
	for key, s := range values.Read(t) {
		all[key] = toEntry(s)
	}
	return all
}

func toEntry(s *object.Struct) entry {
	return entry{count: tables.Number(s, "count"), lastNS: tables.Number(s, "last_ns"), comm: tables.Text(s, "comm")}
}

// calls adds up the counts of all entries.
func (all table) calls() uint64 {
	var sum uint64
	for _, e := range all {
		sum += e.count
	}
	return sum
}

// added lists the keys that were not there before, in their order.
func (all table) added(before table) []uint32 {
	var keys []uint32
	for key := range all {
		if _, old := before[key]; !old {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
