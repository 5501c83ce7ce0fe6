package class

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// moodleName is what Moodle calls a student's folder in a download of all
// submissions, or each of the files in a download without folders: the student's
// name, the submission's number, the kind, and the file's name.
var moodleName = regexp.MustCompile(`(?s)^(.+)_(\d+)_assignsubmission_(file|onlinetext)_?(.*)$`)

// moodle takes each student's files for a submission. Two students can have one
// name, so the number stays in it.
func moodle(dir string, all []fs.DirEntry) (entries []Entry, aside []Aside) {
	files, typed := make(map[string][]fs.DirEntry), make(map[string]bool)
	var names []string
	for _, e := range all {
		parts := moodleName.FindStringSubmatch(e.Name())
		if parts == nil {
			aside = append(aside, Aside{submission.SafeName(e.Name()), "Its name is not one that Moodle gives."})
			continue
		}
		name := submission.SafeName(parts[1] + "_" + parts[2])
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if parts[3] == "onlinetext" {
			typed[name] = true
			continue
		}
		files[name] = append(files[name], e)
	}
	for _, name := range names {
		switch own := files[name]; {
		case len(own) == 1:
			entries = append(entries, Entry{Name: name, Path: filepath.Join(dir, own[0].Name())})
		case len(own) > 1:
			aside = append(aside, Aside{name, "Its files lie among those of others: tick “Download submissions in folders” in Moodle."})
		case typed[name]:
			aside = append(aside, Aside{name, "It was typed into Moodle; there is no file."})
		}
	}
	return entries, aside
}
