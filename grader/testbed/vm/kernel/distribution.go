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
// ones, the nearest first, and the earlier ones, the nearest first. What is
// older than the kernels of the own release is looked for in the earlier first.
func (d *distribution) others(home string, older bool) []string {
	i := slices.Index(d.suites, home)
	if i < 0 {
		// An alias: where it stands is not known.
		suites := slices.Clone(d.suites)
		if !older {
			return suites
		}
		slices.Reverse(suites)
		return suites
	}
	later := slices.Clone(d.suites[i+1:])
	earlier := slices.Clone(d.suites[:i])
	slices.Reverse(earlier)
	if older {
		return append(earlier, later...)
	}
	return append(later, earlier...)
}
