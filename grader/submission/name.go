package submission

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SafeName returns a name of a file or folder in a form that can be printed on
// a terminal and used as a file's name: control and formatting characters,
// invalid UTF-8 and slashes become underscores, and it is neither empty nor
// "." or "..".
func SafeName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '/' {
			return '_'
		}
		return safeRune(r)
	}, name)
	if strings.Trim(safe, ". ") == "" {
		return "submission"
	}
	return safe
}

// safePath returns a path as it can be printed on a terminal, on one line.
func safePath(path string) string { return strings.Map(safeRune, path) }

// safeText returns text as it can be printed on a terminal: with its lines and
// tabs, and without other control and formatting characters.
func safeText(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return safeRune(r)
	}, text)
}

func safeRune(r rune) rune {
	if r == utf8.RuneError || unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
		return '_'
	}
	return r
}

// The limits on the names of files. Linux allows 255 bytes a name.
const (
	maxDepth = 10
	maxName  = 255
)

// cleanName returns the path of an archive's entry, with slashes and without
// "." in it. It fails for paths that lead out of the archive.
func cleanName(name string) (string, error) {
	// Some archivers on Windows leave its separator in.
	slashed := strings.ReplaceAll(name, `\`, "/")
	drive := len(slashed) >= 2 && slashed[1] == ':' && unicode.IsLetter(rune(slashed[0]))
	if strings.HasPrefix(slashed, "/") || drive {
		return "", outside(name)
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if part == ".." {
			return "", outside(name)
		}
	}
	if strings.ContainsRune(slashed, 0) {
		return "", &Error{
			Reason: fmt.Sprintf("The archive has a file with a zero byte in its name, %q.", name),
			Help:   "Make the archive again.",
		}
	}
	return path.Clean(slashed), nil
}

func outside(name string) error {
	return &Error{
		Reason: fmt.Sprintf("The archive has a file outside of itself, %s.", safePath(name)),
		Help:   "Make the archive from your folder, with relative names.",
	}
}

// checkName fails for a path whose name or depth is beyond the limits.
func checkName(file string) error {
	parts := strings.Split(file, "/")
	if len(parts) > maxDepth {
		return &Error{
			Reason: fmt.Sprintf("Its folders are nested more than %d deep.", maxDepth),
			Help:   "Hand in the exercise's files alone.",
		}
	}
	for _, part := range parts {
		if len(part) > maxName {
			return &Error{
				Reason: fmt.Sprintf("The name %s… has more than %d bytes.", safePath(part[:20]), maxName),
				Help:   "Give the file a shorter name.",
			}
		}
	}
	return nil
}

// isClutter tells whether a path is what an operating system, an editor or
// version control leaves in a folder, rather than the student's work. That is
// whatever is hidden, but for the marker.
func isClutter(file string) bool {
	if path.Base(file) == MarkerName {
		file = path.Dir(file)
	}
	for part := range strings.SplitSeq(file, "/") {
		if part != "." && strings.HasPrefix(part, ".") {
			return true
		}
		switch part {
		case "__MACOSX", "Thumbs.db", "desktop.ini":
			return true
		}
	}
	return false
}
