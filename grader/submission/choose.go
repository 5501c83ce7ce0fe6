package submission

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The names of a submission's files.
const (
	sourceName        = "prog.bpf.c"
	objectName        = "prog.bpf.o"
	programSourceName = "prog.c"
	programName       = "prog"
)

const nameIt = "Call the BPF half's source prog.bpf.c. An object made from it, prog.bpf.o, is taken where there is no source."

// choose finds the BPF half among the files. A source is preferred to an
// object, which may be older than it, and a file with the agreed name to any
// other.
func (s *Submission) choose() error {
	rules := []struct {
		half  *string
		match func(name string) bool
	}{
		{&s.Source, func(name string) bool { return name == sourceName }},
		{&s.Source, func(name string) bool { return strings.HasSuffix(name, ".bpf.c") }},
		{&s.Object, func(name string) bool { return name == objectName }},
		{&s.Object, func(name string) bool { return strings.HasSuffix(name, ".bpf.o") }},
		{&s.Object, func(name string) bool { return strings.HasSuffix(name, ".o") }},
	}
	if err := s.refused(); err != nil {
		return err
	}
	for _, rule := range rules {
		switch found := s.outermost(rule.match); len(found) {
		case 0:
		case 1:
			*rule.half = found[0]
			return nil
		default:
			return &Error{
				Reason: fmt.Sprintf("It has several files that could be the BPF half: %s.", list(found)),
				Help:   nameIt,
			}
		}
	}
	return s.missing()
}

// check looks at the BPF half, and at what lies beside it.
func (s *Submission) check() error {
	half := s.Source + s.Object
	fi, err := os.Stat(filepath.Join(s.Dir, filepath.FromSlash(half)))
	if err != nil {
		return err
	}
	if fi.Size() == 0 {
		return &Error{Reason: fmt.Sprintf("%s is empty.", safePath(half)), Help: nameIt}
	}
	if file := path.Join(path.Dir(half), programSourceName); file != half && s.has(file) {
		s.ProgramSource = file
	} else if file := path.Join(path.Dir(half), programName); file != half && s.has(file) {
		s.Program = file
	}
	return nil
}

// refused fails when the file that is the BPF half by its name was left out.
func (s *Submission) refused() error {
	for _, name := range []string{sourceName, objectName} {
		if len(s.outermost(func(n string) bool { return n == name })) > 0 {
			return nil
		}
		for _, ignored := range s.Ignored {
			if path.Base(ignored.File) == name {
				return &Error{
					Reason: fmt.Sprintf("%s was not taken: %s.", safePath(ignored.File), ignored.Reason),
					Help:   "Hand in the file itself.",
				}
			}
		}
	}
	return nil
}

// missing says that there is no BPF half, and what there is.
func (s *Submission) missing() error {
	if len(s.Files) == 0 {
		return &Error{Reason: "There are no files in it.", Help: nameIt}
	}
	return &Error{
		Reason: fmt.Sprintf("It has no BPF half, neither prog.bpf.c nor prog.bpf.o. It has %s.", list(s.Files)),
		Help:   nameIt,
	}
}

// outermost returns the files whose names match, those in the least deep
// folder that has any.
func (s *Submission) outermost(match func(name string) bool) []string {
	var found []string
	depth := maxDepth
	for _, file := range s.Files {
		if !match(path.Base(file)) {
			continue
		}
		switch d := strings.Count(file, "/"); {
		case d < depth:
			found, depth = []string{file}, d
		case d == depth:
			found = append(found, file)
		}
	}
	return found
}

func (s *Submission) has(file string) bool {
	_, found := slices.BinarySearch(s.Files, file)
	return found
}

// list names a few files.
func list(files []string) string {
	const shown = 8
	var names []string
	for _, file := range files[:min(len(files), shown)] {
		names = append(names, safePath(file))
	}
	if more := len(files) - shown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}
