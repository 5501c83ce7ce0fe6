package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
			if at := slices.Index(names[:i], name); at >= 0 {
				file += fmt.Sprintf("~%d", i-at+1)
			}
		}
		safe = append(safe, file)
	}
	return safe
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
