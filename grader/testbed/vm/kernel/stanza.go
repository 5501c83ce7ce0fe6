package kernel

import (
	"iter"
	"strings"
)

// field is a field of a stanza. Its value begins behind the colon and has its
// further lines as they stand.
type field struct{ name, value string }

// stanzas yields the stanzas of a text in the format deb822(5).
func stanzas(text string) iter.Seq[[]field] {
	return func(yield func([]field) bool) {
		var fields []field
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, " \t\r\n")
			switch {
			case strings.HasPrefix(line, "#"):
			case line == "":
				if fields != nil && !yield(fields) {
					return
				}
				fields = nil
			case line[0] == ' ' || line[0] == '\t':
				if len(fields) > 0 {
					fields[len(fields)-1].value += "\n" + line
				}
			default:
				name, value, _ := strings.Cut(line, ":")
				fields = append(fields, field{name, value})
			}
		}
		if fields != nil {
			yield(fields)
		}
	}
}
