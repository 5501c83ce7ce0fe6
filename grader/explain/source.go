package explain

import (
	"regexp"
	"strings"
)

var (
	// updates are the calls of libbpf that write to a map, loads those that
	// load an object, whether it is one of libbpf's or a skeleton's.
	updates = regexp.MustCompile(`\bbpf_map_{1,2}update_elem\s*\(`)
	loads   = regexp.MustCompile(`\w__(?:open_and_)?load\s*\(`)
	// apart from code are comments, texts, and lines of the preprocessor.
	apart = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?m:^[ \t]*#(?:\\\n|[^\n])*)`)
)

// SetBeforeLoad returns the number of the line in the source of a user-space
// program where a map is written to although the object is loaded further down
// in the same function, and 0 where that is not certain. It is certain when all
// that is written is written there.
func SetBeforeLoad(source string) (line int) {
	code := apart.ReplaceAllStringFunc(source, blank)
	all := updates.FindAllStringIndex(code, -1)
	load := loads.FindStringIndex(code)
	if all == nil || load == nil || all[len(all)-1][0] > load[0] {
		return 0
	}
	first := all[0][0]
	depth := strings.Count(code[:first], "{") - strings.Count(code[:first], "}")
	for _, c := range code[first:load[0]] {
		switch c {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth <= 0 {
			return 0
		}
	}
	return 1 + strings.Count(code[:first], "\n")
}

// blank leaves nothing of a text but its lines.
func blank(text string) string { return strings.Repeat("\n", strings.Count(text, "\n")) }
