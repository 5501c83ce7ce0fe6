package kernel

import (
	"slices"
	"strings"
)

// distribution is a family of package archives that have kernels.
type distribution struct {
	// suites are the releases by their code names, the oldest first.
	suites []string
	// aliases are names of suites that mean another release each year.
	aliases []string
	// rolling are the suites that have no others beside them, such as backports.
	rolling []string
	// images are the flavours of kernels to take, the best first: small ones
	// for machines like ours before those with drivers for everything.
	flavours []string
	// standard are the packages that depend on the distribution's own kernel,
	// the best first.
	standard []string
	// namedByABI tells that a version of the kernel is told apart by its ABI,
	// such as 6.8.0-45, rather than by its upstream version.
	namedByABI bool
}

var distributions = []distribution{
	{
		suites:   []string{"buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid"},
		aliases:  []string{"oldoldstable", "oldstable", "stable", "testing", "unstable"},
		rolling:  []string{"sid", "unstable"},
		flavours: []string{"cloud-amd64"},
		standard: []string{"linux-image-cloud-amd64"},
	},
	{
		suites:   []string{"bionic", "focal", "jammy", "noble", "questing", "resolute"},
		aliases:  []string{"devel"},
		flavours: []string{"generic", "virtual", "kvm"},
		standard: []string{"linux-image-generic", "linux-image-virtual"},

		namedByABI: true,
	},
}

// base is the release that a suite belongs to: bookworm of bookworm-security.
// It is empty for a suite of something else.
func (d *distribution) base(suite string) string {
	base, _, _ := strings.Cut(suite, "-")
	base, _, _ = strings.Cut(base, "/")
	if slices.Contains(d.suites, base) || slices.Contains(d.aliases, base) {
		return base
	}
	return ""
}

// others lists the releases but for one, in the order to ask them: the later
// ones, the nearest first, and then the earlier ones, the nearest first. Where
// an alias stands is not known: for one it lists all.
func (d *distribution) others(home string) []string {
	i := slices.Index(d.suites, home)
	earlier := slices.Clone(d.suites[:max(i, 0)])
	slices.Reverse(earlier)
	return append(slices.Clone(d.suites[i+1:]), earlier...)
}
