package kernel

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	debversion "github.com/knqyf263/go-deb-version"
)

// deb is a package in a list of packages.
type deb struct{ name, version, depends string }

func (p deb) String() string { return p.name + " " + p.version }

func debOf(fields []field) deb {
	var p deb
	for _, f := range fields {
		value := strings.TrimSpace(f.value)
		switch f.name {
		case "Package":
			p.name = value
		case "Version":
			p.version = value
		case "Depends":
			p.depends = value
		}
	}
	return p
}

// dependencies returns the names of the packages that p depends on, without
// alternatives.
func (p deb) dependencies() []string {
	var names []string
	for clause := range strings.SplitSeq(p.depends, ",") {
		if words := strings.Fields(clause); len(words) > 0 {
			names = append(names, words[0])
		}
	}
	return names
}

// candidate is a kernel that could be fetched.
type candidate struct {
	deb
	// kernel is its name in the store, release what uname -r will print.
	kernel, release string
	// flavour is its rank among the distribution's flavours, 0 for the best.
	flavour int
	// signed tells that the image is signed for secure boot.
	signed bool
}

// candidate tells which kernel is in a package, if one is.
func (d *distribution) candidate(p deb) (candidate, bool) {
	c := candidate{deb: p, signed: true}
	rest, ok := strings.CutPrefix(p.name, imagePrefix)
	if !ok {
		return c, false
	}
	for _, cut := range []func(string, string) (string, bool){strings.CutPrefix, strings.CutSuffix} {
		for _, mark := range []string{"unsigned-", "-unsigned"} {
			if without, ok := cut(rest, mark); ok {
				rest, c.signed = without, false
			}
		}
	}
	for i, flavour := range d.flavours {
		abi, ok := strings.CutSuffix(rest, "-"+flavour)
		if !ok || !validName(abi) {
			continue
		}
		c.release, c.flavour, c.kernel = rest, i, abi
		if !d.namedByABI {
			c.kernel, _, _ = strings.Cut(p.version, "-")
		}
		return c, validName(c.kernel)
	}
	return c, false
}

// imagePrefix begins the name of a kernel's package, partPrefixes those of the
// packages that it depends on where the distribution splits them off: the
// modules (Ubuntu's, and Debian's 7.3), the image itself and the list of what is
// built in (Debian's 7.3).
const imagePrefix = "linux-image-"

var partPrefixes = []string{"linux-modules-", "linux-binary-", "linux-base-"}

// matches tells whether a word means a kernel of this name and release.
func matches(word, name, release string) bool {
	return word == Newest && name != "" || name == word || strings.HasPrefix(name, word+".") || strings.HasPrefix(name, word+"-") ||
		release == word || strings.HasPrefix(release, word+"-")
}

// choose returns the best candidate for a word: of the best flavour the newest.
func choose(candidates []candidate, word string) (candidate, bool) {
	var fitting []candidate
	for _, c := range candidates {
		if matches(word, c.kernel, c.release) {
			fitting = append(fitting, c)
		}
	}
	if len(fitting) == 0 {
		return candidate{}, false
	}
	return slices.MinFunc(fitting, func(a, b candidate) int {
		signed := map[bool]int{true: 0, false: 1}
		return cmp.Or(
			cmp.Compare(a.flavour, b.flavour),
			compareVersions(b.version, a.version),
			cmp.Compare(signed[a.signed], signed[b.signed]),
		)
	}), true
}

// offer lists the names of candidates, of each series such as 6.12 the newest
// one, in the order of their versions.
func offer(candidates []candidate) []string {
	newest := make(map[string]string)
	for _, c := range candidates {
		parts := strings.FieldsFunc(c.kernel, func(r rune) bool { return r == '.' || r == '-' })
		series := strings.Join(parts[:min(len(parts), 2)], ".")
		if newest[series] == "" || compareVersions(c.kernel, newest[series]) > 0 {
			newest[series] = c.kernel
		}
	}
	return slices.SortedFunc(maps.Values(newest), compareVersions)
}

// compareVersions orders versions as the package manager does.
func compareVersions(a, b string) int {
	x, errX := debversion.NewVersion(a)
	y, errY := debversion.NewVersion(b)
	if errX != nil || errY != nil {
		return cmp.Compare(a, b)
	}
	return x.Compare(y)
}
