package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Add fetches a kernel from the package mirrors that this machine is set up
// with: the newest that a version such as "6.12" or a release means, the newest
// of all for Newest, or the distribution's own for an empty version. It looks in
// the machine's own release first, then in its backports, then in other
// releases; for Newest it looks in all of them. A kernel that is here already is
// not fetched again. log is told what takes long.
//
// The error wraps ErrVersion when version is none, is a *NotFoundError when
// the mirrors have no such kernel, a *SourceError when they did not all answer,
// or ErrNoApt.
func (s *Store) Add(ctx context.Context, version string, log func(string)) (Kernel, error) {
	if version != "" && version != Newest && !validName(version) {
		return Kernel{}, fmt.Errorf("kernel %q: %w", version, ErrVersion)
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return Kernel{}, fmt.Errorf("add kernel: %w", err)
	}
	defer unlock()
	// The newest that is here need not be the newest that can be had.
	if version != Newest {
		k, err := s.Find(version)
		var missing *NotFoundError
		if !errors.As(err, &missing) {
			return k, err
		}
	}
	dir, err := s.unfinished()
	if err != nil {
		return Kernel{}, fmt.Errorf("add kernel: %w", err)
	}
	defer os.RemoveAll(dir)
	k, err := s.fetch(ctx, dir, version, log)
	if err != nil {
		return Kernel{}, fmt.Errorf("add kernel: %w", err)
	}
	return k, nil
}

// fetch finds a kernel in package sources, unpacks it below dir and keeps it.
func (s *Store) fetch(ctx context.Context, dir, version string, log func(string)) (Kernel, error) {
	a, err := newAPT(ctx, filepath.Join(dir, "apt"))
	if err != nil {
		return Kernel{}, err
	}
	c, parts, err := a.find(ctx, version, log)
	if err != nil {
		return Kernel{}, err
	}
	if version == Newest {
		if k, err := s.Find(c.kernel); err == nil {
			return k, nil
		}
	}
	log(fmt.Sprintf("fetching Linux %s (%s)", c.kernel, c.name))
	root := filepath.Join(dir, "root")
	for _, p := range append([]deb{c.deb}, parts...) {
		if err := a.unpack(ctx, p, root); err != nil {
			return Kernel{}, err
		}
	}
	return s.keep(Kernel{Name: c.kernel, Release: c.release, Origin: c.deb.String()}, root)
}

// Newest is the word for the newest kernel: for [Store.Find] of those in the
// store, for [Store.Add] of those in all package sources.
const Newest = "newest"

// step is a place to look for a kernel.
type step struct {
	what    string
	sources []source
}

// find looks for a kernel in one package source after the other. It returns
// the package of its image and those of its other parts.
func (a *apt) find(ctx context.Context, version string, log func(string)) (candidate, []deb, error) {
	configured, err := machineSources(ctx)
	if err != nil {
		return candidate{}, nil, err
	}
	d, home, own := mirrors(configured)
	if d == nil {
		return candidate{}, nil, ErrNoMirror
	}
	steps := []step{{"the package mirrors", own}, {"backports", d.withBackports(own)}}
	if version == "" {
		steps = steps[:1]
		steps[0].sources = d.plain(home, own)
	} else {
		for _, release := range d.others(home) {
			steps = append(steps, step{release, d.of(release, own)})
		}
	}

	// A kernel is fetched from the source in which it was found.
	var newest candidate
	var newestAt step
	var offered []candidate
	var silent []string
	for i, step := range steps {
		log(fmt.Sprintf("looking for the kernel in %s", step.what))
		packages, reports, err := a.kernelPackages(ctx, step.sources)
		if err != nil {
			return candidate{}, nil, err
		}
		// Not every release has backports, and not every mirror every release.
		if i == 0 {
			silent = reports
		}
		found := d.candidates(packages)
		offered = append(offered, found...)
		if version == Newest {
			if c, ok := choose(append(found, newest), Newest); ok && c != newest {
				newest, newestAt = c, step
			}
			continue
		}
		word := version
		if word == "" {
			word = d.standardRelease(packages)
		}
		if c, ok := choose(found, word); ok && word != "" {
			return c, partsOf(c, packages), nil
		}
	}
	if newest.kernel != "" {
		packages, _, err := a.kernelPackages(ctx, newestAt.sources)
		return newest, partsOf(newest, packages), err
	}
	if silent != nil {
		return candidate{}, nil, &SourceError{Version: version, Reports: silent}
	}
	return candidate{}, nil, &NotFoundError{Version: version, Offered: offer(offered)}
}

// kernelPackages fetches the lists of packages of sources and returns those
// that a kernel may consist of. The reports are those of update.
func (a *apt) kernelPackages(ctx context.Context, sources []source) (packages []deb, reports []string, err error) {
	if reports, err = a.update(ctx, sources); err != nil {
		return nil, nil, err
	}
	packages, err = a.packages(ctx, func(p deb) bool {
		return strings.HasPrefix(p.name, imagePrefix) || isPart(p.name)
	})
	return packages, reports, err
}

func (d *distribution) candidates(packages []deb) []candidate {
	var all []candidate
	for _, p := range packages {
		c, ok := d.candidate(p)
		if _, points := d.pointsTo(p); ok && !points {
			all = append(all, c)
		}
	}
	return all
}

// pointsTo returns the release of the kernel that a package depends on: one
// without an image of its own, such as the distribution's standard kernel.
func (d *distribution) pointsTo(p deb) (release string, ok bool) {
	for _, dependency := range p.dependencies() {
		if c, ok := d.candidate(deb{name: dependency, version: p.version}); ok {
			return c.release, true
		}
	}
	return "", false
}

// standardRelease returns the release of the distribution's own kernel: the one
// that its package without a version depends on.
func (d *distribution) standardRelease(packages []deb) string {
	for _, name := range d.standard {
		var newest deb
		for _, p := range packages {
			if p.name == name && (newest.name == "" || compareVersions(p.version, newest.version) > 0) {
				newest = p
			}
		}
		if release, ok := d.pointsTo(newest); ok {
			return release
		}
	}
	return ""
}

// partsOf returns the packages of which an image consists beside its own.
func partsOf(c candidate, packages []deb) []deb {
	var parts []deb
	for _, name := range c.dependencies() {
		if !isPart(name) {
			continue
		}
		if i := slices.IndexFunc(packages, func(p deb) bool { return p.name == name }); i >= 0 {
			parts = append(parts, packages[i])
		}
	}
	return parts
}

// isPart tells whether a package may be a part of a kernel.
func isPart(name string) bool {
	return slices.ContainsFunc(partPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
