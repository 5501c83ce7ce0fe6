package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// source is an entry of apt's list of package sources, see sources.list(5).
type source struct {
	uris       []string
	suites     []string
	components []string
	// options are the other fields, as "Name: value"; a value can have more
	// lines.
	options []string
}

// String writes the source in the deb822 format, for the packages of amd64
// alone.
func (s source) String() string {
	lines := []string{
		"Types: deb",
		"URIs: " + strings.Join(s.uris, " "),
		"Suites: " + strings.Join(s.suites, " "),
		"Components: " + strings.Join(s.components, " "),
		"Architectures: amd64",
		"Languages: none",
		"Targets: Packages",
		"PDiffs: no",
	}
	return strings.Join(append(lines, s.options...), "\n") + "\n"
}

// ownFields are the fields that String writes itself, in lower case, and their
// names in the one-line format.
var ownFields = []string{
	"types", "uris", "suites", "components", "enabled",
	"architectures", "languages", "targets", "pdiffs", "arch", "lang", "target",
}

// kernelComponent is the part of a distribution in which its kernels are.
const kernelComponent = "main"

// readSources reads apt's list of package sources: a file of one-line entries
// and a folder of files in both formats.
func readSources(list, parts string) ([]source, error) {
	paths, err := filepath.Glob(filepath.Join(escapeGlob(parts), "*"))
	if err != nil {
		return nil, err
	}
	var sources []source
	for _, path := range append([]string{list}, paths...) {
		parse := parseOneLine
		switch filepath.Ext(path) {
		case ".sources":
			parse = parseDeb822
		case ".list":
		default:
			continue
		}
		data, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read package sources: %w", err)
		}
		sources = append(sources, parse(string(data))...)
	}
	return sources, nil
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// parseOneLine reads entries such as "deb [signed-by=FILE] URI SUITE main".
// What it does not understand is none of ours.
func parseOneLine(text string) []source {
	var sources []source
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "deb")
		if !ok || rest == "" || !strings.ContainsAny(rest[:1], " \t") {
			continue
		}
		rest = strings.TrimSpace(rest)
		var s source
		if strings.HasPrefix(rest, "[") {
			options, after, ok := strings.Cut(rest[1:], "]")
			if !ok {
				continue
			}
			rest = after
			for option := range strings.FieldsSeq(options) {
				name, value, _ := strings.Cut(option, "=")
				if !slices.Contains(ownFields, strings.ToLower(strings.TrimRight(name, "+-"))) {
					s.options = append(s.options, name+": "+strings.ReplaceAll(value, ",", " "))
				}
			}
		}
		words := strings.Fields(rest)
		if len(words) < 3 {
			continue
		}
		s.uris, s.suites, s.components = words[:1], words[1:2], words[2:]
		sources = append(sources, s)
	}
	return sources
}

// parseDeb822 reads stanzas of fields. What it does not understand is none of
// ours.
func parseDeb822(text string) []source {
	var sources []source
	for fields := range stanzas(text) {
		var s source
		enabled, deb := true, false
		for _, f := range fields {
			words := strings.Fields(f.value)
			switch name := strings.ToLower(f.name); name {
			case "types":
				deb = slices.Contains(words, "deb")
			case "uris":
				s.uris = words
			case "suites":
				s.suites = words
			case "components":
				s.components = words
			case "enabled":
				enabled = !slices.Contains([]string{"no", "false", "0", "off", "without", "disable"}, strings.TrimSpace(strings.ToLower(f.value)))
			default:
				if !slices.Contains(ownFields, strings.TrimSuffix(strings.TrimSuffix(name, "-add"), "-remove")) {
					s.options = append(s.options, f.name+":"+f.value)
				}
			}
		}
		if deb && enabled {
			sources = append(sources, s)
		}
	}
	return sources
}

// mirrors keeps the sources of the distribution whose suites are configured,
// and those suites of them, and returns its own release. Suites such as stable
// count only where none has the name of a release: others have them too.
func mirrors(configured []source) (d *distribution, home string, sources []source) {
	for _, named := range []bool{true, false} {
		for i := range distributions {
			d = &distributions[i]
			releases := d.aliases
			if named {
				releases = d.suites
			}
			for _, s := range configured {
				if suites := s.of(d, releases); len(suites) > 0 {
					if home == "" {
						home = d.base(suites[0])
					}
					s.suites, s.components = suites, []string{kernelComponent}
					sources = append(sources, s)
				}
			}
			if len(sources) > 0 {
				return d, home, sources
			}
		}
	}
	return nil, "", nil
}

// of returns the suites of some releases of a distribution that could be
// fetched and have kernels.
func (s source) of(d *distribution, releases []string) []string {
	disc := func(uri string) bool { return strings.HasPrefix(uri, "cdrom:") }
	if slices.ContainsFunc(s.uris, disc) || !slices.Contains(s.components, kernelComponent) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.suites), func(suite string) bool {
		return !slices.Contains(releases, d.base(suite))
	})
}

// plain keeps the suites of one release, without its backports.
func (d *distribution) plain(release string, sources []source) []source {
	var kept []source
	for _, s := range sources {
		s.suites = slices.DeleteFunc(slices.Clone(s.suites), func(suite string) bool {
			return d.base(suite) != release || strings.HasSuffix(suite, "-backports")
		})
		if len(s.suites) > 0 {
			kept = append(kept, s)
		}
	}
	return kept
}

// withBackports adds to each source the backports of its releases.
func (d *distribution) withBackports(sources []source) []source {
	var wider []source
	for _, s := range sources {
		s.suites = slices.Clone(s.suites)
		for _, suite := range s.suites {
			backports := suite + "-backports"
			if suite == d.base(suite) && !slices.Contains(d.rolling, suite) && !slices.Contains(s.suites, backports) {
				s.suites = append(s.suites, backports)
			}
		}
		wider = append(wider, s)
	}
	return wider
}

// of makes sources that ask the same mirrors for another release.
func (d *distribution) of(release string, sources []source) []source {
	var others []source
	for _, s := range sources {
		var suites []string
		for _, suite := range s.suites {
			suffix := strings.TrimPrefix(suite, d.base(suite))
			other := release + suffix
			if suffix != "" && slices.Contains(d.rolling, release) || slices.Contains(suites, other) {
				continue
			}
			suites = append(suites, other)
		}
		if len(suites) > 0 {
			s.suites = suites
			others = append(others, s)
		}
	}
	return d.withBackports(others)
}
