package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/renameio/v2"

	"github.com/bpfgrade/bpfgrade/grader"
)

// WriteFile writes a file whole or not at all: it is there, on the disk and
// under its name, once all of it has been written.
func WriteFile(path string, write func(io.Writer) error) error {
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if err := write(file); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// WriteFiles writes a folder of reports: one file of each format, or one for
// each result, in a folder of the format's and in one of the exercise's. Each is
// written whole or not at all.
func WriteFiles(dir, tool string, results []*grader.Result, formats []Format) error {
	for _, f := range formats {
		if !f.Each() {
			if err := f.writeFile(filepath.Join(dir, f.File), tool, results); err != nil {
				return err
			}
			continue
		}
		for _, slug := range exercisesOf(results) {
			folder := filepath.Join(dir, f.Folder, fileName(slug))
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
			var own []*grader.Result
			var names []string
			for _, r := range results {
				if r.Exercise == slug {
					own, names = append(own, r), append(names, r.Submission)
				}
			}
			for i, name := range fileNames(names) {
				if err := f.writeFile(filepath.Join(folder, name+f.File), tool, own[i:i+1]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f Format) writeFile(path, tool string, results []*grader.Result) error {
	err := WriteFile(path, func(w io.Writer) error { return f.Write(w, tool, results) })
	if err != nil {
		return fmt.Errorf("write report %s: %w", path, err)
	}
	return nil
}

// fileNames makes names of files, no two of them the same, also where case does
// not count.
func fileNames(names []string) []string {
	count := make(map[string]int)
	for _, name := range names {
		count[strings.ToLower(fileName(name))]++
	}
	var safe []string
	for i, name := range names {
		file := fileName(name)
		if count[strings.ToLower(file)] > 1 {
			sum := sha256.Sum256([]byte(name))
			file += "~" + hex.EncodeToString(sum[:4])
			if at := indexOf(names[:i], name); at >= 0 {
				file += fmt.Sprintf("~%d", i-at+1)
			}
		}
		safe = append(safe, file)
	}
	return safe
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

// maxFileName bounds a file's name without what it ends with, in bytes.
const maxFileName = 180

// fileName is a name that every file system takes, and that no shell and no
// spreadsheet takes for an option or a formula.
func fileName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || strings.ContainsRune(`<>:"/\|?*`+"`$'~", r) || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, name)
	for len(safe) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(safe)
		safe = safe[:len(safe)-size]
	}
	safe = strings.Trim(safe, " .")
	if safe == "" || strings.ContainsAny(safe[:1], "=-+@%") || reserved(safe) {
		return "_" + safe
	}
	return safe
}

// reserved tells whether Windows keeps a name for a device.
func reserved(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && unicode.IsDigit(rune(base[3]))
}
