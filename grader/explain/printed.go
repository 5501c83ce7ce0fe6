package explain

import "regexp"

// printed are mistakes that libbpf names in what a program prints.
var printed = []mistake{
	{
		id:      "page-count",
		pattern: regexp.MustCompile(`page count should be power of two, but is (\d+)`),
		help:    "perf_buffer__new takes the number of pages of each buffer, which must be a power of two, and it is $1: give it 8, and look whether it returns NULL.",
	},
	{
		id:      "user-value-size",
		pattern: regexp.MustCompile(`map '[^']*': unexpected value size (\d+) provided, expected (\d+)`),
		help:    "libbpf refused to write to the map: the value that you gave has $1 bytes, and those of the map have $2.",
	},
	{
		id:      "pinned-leftover",
		pattern: regexp.MustCompile(`couldn't reuse pinned map at '([^']{1,200})': parameter mismatch`),
		help:    "A map of another shape is pinned at $1 from an earlier run: remove that file, or leave the pinning out.",
	},
	{
		id:      "memlock-red-herring",
		pattern: regexp.MustCompile(`permission error while running as root; try raising 'ulimit -l'|(?:Operation not permitted|EPERM)[^\n]{0,20}\. Couldn't load trivial BPF program`),
		help:    memlock,
	},
}

// Printed finds the mistake that libbpf names in what a program has printed.
// All is empty when it names none.
func Printed(text string) (id, help string) { return find(printed, text) }

// find finds the first of mistakes whose pattern a text matches.
func find(mistakes []mistake, text string) (id, help string) {
	for _, m := range mistakes {
		if match := m.pattern.FindStringSubmatchIndex(text); match != nil {
			return m.id, string(m.pattern.ExpandString(nil, m.help, text, match))
		}
	}
	return "", ""
}

// asRoot are signs, in what a program prints, that it wants to be root.
var asRoot = []mistake{
	{
		pattern: regexp.MustCompile(`\btrace_pipe\b`),
		help:    "trace_pipe is root's, and the grader runs the program as an ordinary user who may load and attach BPF programs and no more: read it in another terminal, with sudo cat.",
	},
	{
		pattern: regexp.MustCompile(`(?i)\b(root|sudo|superuser)\b`),
		help:    "The grader runs the program as an ordinary user who may load and attach BPF programs: do not ask who runs it, and look at whether the calls of libbpf succeed.",
	},
}

// AsRoot is the help for a program that ended because it is not run as root, as
// what it printed says. It is empty when nothing of it says so.
func AsRoot(text string) string {
	_, help := find(asRoot, text)
	return help
}
