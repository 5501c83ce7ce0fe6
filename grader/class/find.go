// Package class finds the submissions of a class in the layouts that learning
// platforms give them, and grades all of them without losing a result.
package class

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// Entry is one submission of a class.
type Entry struct {
	// Name is that of the submission, safe to print, unique in its exercise.
	Name string
	// Path is where it is: a folder or a file.
	Path string
	// Exercise is the slug of its exercise.
	Exercise string
	// Hash is [submission.Submission.Hash]; empty for what cannot be opened.
	Hash string
}

// Aside is what lies in a class's folder and is not graded.
type Aside struct {
	Name string
	// Reason is a sentence.
	Reason string
}

// Find lists the submissions in a folder, sorted by exercise and name. With one
// slug all of them are for that exercise; with several the folder has one for
// each; without any, each submission's own marker says. What cannot be graded
// because it does not say is set aside. The error is that of ctx, or says what is
// wrong with the folder.
func Find(ctx context.Context, dir string, slugs []string) (entries []Entry, aside []Aside, err error) {
	if len(slugs) > 1 {
		for _, slug := range slugs {
			own, left, err := find(filepath.Join(dir, slug))
			if err != nil {
				return nil, nil, err
			}
			aside = append(aside, left...)
			for _, e := range own {
				e.Exercise = slug
				entries = append(entries, e)
			}
		}
	} else if entries, aside, err = find(dir); err != nil {
		return nil, nil, err
	}
	var known []Entry
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if len(slugs) == 1 {
			e.Exercise = slugs[0]
		}
		if reason := e.look(); reason != "" {
			aside = append(aside, Aside{e.Name, reason})
			continue
		}
		known = append(known, e)
	}
	slices.SortFunc(known, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Exercise, b.Exercise), strings.Compare(a.Name, b.Name))
	})
	return known, aside, nil
}

// look opens the submission for its hash and, where its exercise is not known,
// for its marker. It says why the exercise cannot be known.
func (e *Entry) look() (reason string) {
	s, err := submission.Open(e.Path)
	if err != nil {
		if e.Exercise == "" {
			return "It cannot be opened, so its exercise is not known: " + reasonOf(err)
		}
		return "" // grading it says so
	}
	defer s.Close()
	e.Hash = s.Hash
	if e.Exercise != "" {
		return ""
	}
	if e.Exercise, err = s.Exercise(); err != nil {
		return reasonOf(err)
	}
	if e.Exercise == "" {
		return fmt.Sprintf("It has no %s that says which exercise it is for.", submission.MarkerName)
	}
	return ""
}

func reasonOf(err error) string {
	var own *submission.Error
	if errors.As(err, &own) {
		return own.Reason
	}
	return err.Error()
}

// find lists what lies in one folder, in whatever layout.
func find(dir string) ([]Entry, []Aside, error) {
	all, err := os.ReadDir(dir)
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, nil, fmt.Errorf("class %s: it is not a folder: unpack it, and name the folder with the submissions", dir)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("class %w", err)
	}
	all = slices.DeleteFunc(all, func(e fs.DirEntry) bool { return isClutter(e.Name()) })
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(e fs.DirEntry) bool { return e.Name() == name })
	}
	var entries []Entry
	var aside []Aside
	switch {
	case has(gradescopeMetadata):
		entries, aside, err = gradescope(dir, all)
	case slices.ContainsFunc(all, func(e fs.DirEntry) bool { return moodleName.MatchString(e.Name()) }):
		entries, aside = moodle(dir, all)
	default:
		entries, aside = plainly(dir, all)
	}
	for i, e := range entries {
		entries[i].Path = within(e.Path)
	}
	return entries, aside, err
}

// isClutter tells whether a name is what systems leave in folders.
func isClutter(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini"
}

// plainly takes each entry for a submission named by its folder or archive.
func plainly(dir string, all []fs.DirEntry) (entries []Entry, aside []Aside) {
	count := make(map[string]int)
	for _, e := range all {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if err != nil { // a link that leads nowhere, say
			aside = append(aside, Aside{submission.SafeName(e.Name()), "It cannot be opened: " + err.Error() + "."})
			continue
		}
		name := submission.Name(path, info)
		count[name]++
		entries = append(entries, Entry{Name: name, Path: path})
	}
	for i, e := range entries {
		if count[e.Name] > 1 { // a folder and an archive, say
			entries[i].Name = submission.SafeName(filepath.Base(e.Path))
		}
	}
	return unique(entries), aside
}

// unique numbers the names that are still the same.
func unique(entries []Entry) []Entry {
	seen := make(map[string]bool)
	for i, e := range entries {
		name := e.Name
		for n := 2; seen[name]; n++ {
			name = fmt.Sprintf("%s (%d)", e.Name, n)
		}
		seen[name] = true
		entries[i].Name = name
	}
	return entries
}

// within is the archive in a folder that holds one and no work beside it, as a
// platform makes of an upload; otherwise the path itself.
func within(path string) string {
	all, err := os.ReadDir(path)
	if err != nil {
		return path // a file, or what grading it will say
	}
	archive := ""
	for _, e := range all {
		switch name := e.Name(); {
		case isClutter(name):
		case e.Type().IsRegular() && submission.IsArchive(name) && archive == "":
			archive = name
		case !e.Type().IsRegular() || submission.IsArchive(name) || strings.HasSuffix(name, ".c") || strings.HasSuffix(name, ".o"):
			return path
		}
	}
	return filepath.Join(path, archive)
}
