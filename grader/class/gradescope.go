package class

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bpfgrade/bpfgrade/grader/plain"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// gradescopeMetadata is the file in an export of submissions from Gradescope
// that says whose they are.
const gradescopeMetadata = "submission_metadata.yml"

// maxMetadata bounds the file, in bytes. There are also the results of earlier
// autograders in it.
const maxMetadata = 256 << 20

var gradescopeFolder = regexp.MustCompile(`^submission_(\d+)$`)

// gradescopeEntry is what the file says of a submission. The keys are symbols of
// Ruby's.
type gradescopeEntry struct {
	Submitters []struct {
		Name string `yaml:":name"`
	} `yaml:":submitters"`
}

// gradescope names each folder for its submitters and its number.
func gradescope(dir string, all []fs.DirEntry) (entries []Entry, aside []Aside, err error) {
	listed, err := readMetadata(filepath.Join(dir, gradescopeMetadata))
	if err != nil {
		return nil, nil, err
	}
	for _, e := range all {
		if e.Name() == gradescopeMetadata {
			continue
		}
		parts := gradescopeFolder.FindStringSubmatch(e.Name())
		own, ok := listed[e.Name()]
		delete(listed, e.Name())
		if parts == nil {
			aside = append(aside, Aside{submission.SafeName(e.Name()), "Its name is not one that Gradescope gives."})
			continue
		}
		name := e.Name()
		if ok && len(own.Submitters) > 0 {
			var names []string
			for _, s := range own.Submitters {
				names = append(names, s.Name)
			}
			name = strings.Join(names, ", ") + "_" + parts[1]
		}
		entries = append(entries, Entry{Name: submission.SafeName(name), Path: filepath.Join(dir, e.Name())})
	}
	for name := range listed {
		aside = append(aside, Aside{submission.SafeName(name), "It is listed in " + gradescopeMetadata + ", and there is no such folder."})
	}
	slices.SortFunc(aside, func(a, b Aside) int { return strings.Compare(a.Name, b.Name) })
	return unique(entries), aside, nil
}

func readMetadata(path string) (map[string]gradescopeEntry, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errors.New("it is no file")}
	}
	if err != nil {
		return nil, fmt.Errorf("class %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("class %w", err)
	}
	defer file.Close()
	listed := make(map[string]gradescopeEntry)
	err = yaml.NewDecoder(io.LimitReader(file, maxMetadata)).Decode(&listed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("class %s: %s (export it again, or remove it: then the folders' names are taken)", path, plain.Line(err.Error()))
	}
	return listed, nil
}
