package submission

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
)

// The diagnoses of a BuildError.
const (
	DiagnosisCompileError = "compile-error"
	DiagnosisStackLimit   = "stack-limit"
)

// BuildError says why a submission's source could not be built. It is the
// student's fault.
type BuildError struct {
	// Message is the compiler's first error, in its own words, or what became
	// of the compiler.
	Message string
	// File and Line say where, when the compiler does: a path in the
	// submission or of a header, lines and columns from 1. Otherwise they are
	// "" and 0.
	File         string
	Line, Column int
	// SourceLine is that line, when the file is the submission's.
	SourceLine string
	// Log is the compiler's text on the first error, with its notes.
	Log string
	// TimedOut tells that the compiler was ended because it took too long.
	TimedOut bool
	// Diagnosis is DiagnosisCompileError or DiagnosisStackLimit, or empty when
	// the compiler gave no error.
	Diagnosis string
}

func (e *BuildError) Error() string {
	switch {
	case e.File == "":
		return e.Message
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// The forms of clang's messages, which have been the same in 11 to 22.
var (
	located   = regexp.MustCompile(`^(.+?):(\d+):(?:(\d+):)? (?:fatal )?error: (.*)$`)
	unlocated = regexp.MustCompile(`^(?:fatal error|error|LLVM ERROR): (.*)$`)
	driver    = regexp.MustCompile(`^clang(?:-\d+)?: error: (.*)$`)
	// nextMessage begins what no longer belongs to the first error.
	nextMessage = regexp.MustCompile(`^(In file included from |\d+ (warning|error)s?( and \d+ errors?)? generated|PLEASE |Stack dump|.*: (fatal )?error: |.*: warning: )`)
)

// compilerFault tells whether the compiler failed for a reason that no source
// can bring about, and gives it.
func compilerFault(r *sandbox.Result, text string) (string, bool) {
	if r.Signal != 0 || r.Exceeded != sandbox.ExceededNothing {
		return "", false
	}
	first, _, _ := strings.Cut(text, "\n")
	// The dynamic loader's status when a library is missing.
	if r.ExitCode == 127 {
		return first, true
	}
	m := driver.FindStringSubmatch(first)
	if m == nil || strings.Contains(m[1], "frontend command failed") || strings.Contains(m[1], "unable to execute command") {
		return "", false
	}
	return m[1], true
}

// buildError finds the first error in what the compiler wrote.
func buildError(s *Submission, limits sandbox.Limits, r *sandbox.Result, text string) *BuildError {
	if r.Exceeded != sandbox.ExceededNothing {
		return &BuildError{TimedOut: true, Message: overtime(limits, r.Exceeded)}
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if m := located.FindStringSubmatch(line); m != nil {
			e := &BuildError{Message: m[4], Log: shorten(errorText(lines, i)), Diagnosis: diagnose(m[4])}
			e.Line, _ = strconv.Atoi(m[2])
			e.Column, _ = strconv.Atoi(m[3])
			e.File = fileName(s, m[1])
			e.SourceLine = sourceLine(s, e.File, e.Line)
			return e
		}
		if m := unlocated.FindStringSubmatch(line); m != nil && !outOfMemory(line) {
			return &BuildError{Message: m[1], Log: shorten(errorText(lines, i)), Diagnosis: diagnose(m[1])}
		}
	}
	return &BuildError{Message: ending(r, text), Log: shorten(text)}
}

// overtime says which limit the compiler went beyond. limits may be unset.
func overtime(limits sandbox.Limits, exceeded sandbox.Exceeded) string {
	limit := limits.CPU
	if limit == 0 {
		limit = sandbox.DefaultLimits.CPU
	}
	if exceeded == sandbox.ExceededWall {
		if limit = limits.Wall; limit == 0 {
			limit = sandbox.DefaultLimits.Wall
		}
	}
	return fmt.Sprintf("the compiler was not done after %v of %s", limit.Round(time.Second), exceeded)
}

// ending says what became of a compiler that gave no error.
func ending(r *sandbox.Result, text string) string {
	switch {
	case outOfMemory(text):
		return "the compiler ran out of memory"
	case r.Signal == syscall.SIGSEGV:
		return "the compiler crashed on this source"
	case r.Signal != 0:
		return fmt.Sprintf("the compiler crashed on this source (%v)", r.Signal)
	case strings.Contains(text, "Stack dump"):
		return "the compiler crashed on this source"
	}
	return fmt.Sprintf("the compiler ended with status %d and no message", r.ExitCode)
}

func outOfMemory(text string) bool {
	return strings.Contains(text, "std::bad_alloc") || strings.Contains(text, "out of memory") ||
		strings.Contains(text, "Cannot allocate memory")
}

// diagnose recognises what the compiler says about the stack: LLVM's
// BPFRegisterInfo.cpp and, from 19, with another middle.
func diagnose(message string) string {
	if strings.Contains(message, "BPF stack limit") {
		return DiagnosisStackLimit
	}
	return DiagnosisCompileError
}

// errorText returns the text on the error in lines[i]: which files included the
// one that it is in, the source, and the notes.
func errorText(lines []string, i int) string {
	begin, end := i, i+1
	for begin > 0 && strings.HasPrefix(lines[begin-1], "In file included from ") {
		begin--
	}
	for end < len(lines) && !nextMessage.MatchString(lines[end]) {
		end++
	}
	return strings.Join(lines[begin:end], "\n")
}

// fileName returns the path in the submission of a file that the compiler
// names, relative to the source's folder. Other files keep their name.
func fileName(s *Submission, file string) string {
	if path.IsAbs(file) {
		return file
	}
	if joined := path.Join(path.Dir(s.Source), file); s.has(joined) {
		return joined
	}
	return path.Clean(file)
}

// maxLine bounds SourceLine, in bytes.
const maxLine = 300

func sourceLine(s *Submission, file string, line int) string {
	if !slices.Contains(s.Files, file) {
		return ""
	}
	data, err := os.ReadFile(filepath.Join(s.Dir, filepath.FromSlash(file)))
	if err != nil {
		return ""
	}
	lines := strings.Split(string(data), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return truncate(safeText(strings.TrimRight(lines[line-1], "\r")), maxLine)
}

// The limits on a shortened log.
const (
	maxLogLines = 30
	maxLog      = 4000
)

// shorten keeps the beginning of a log.
func shorten(log string) string {
	lines := strings.Split(strings.TrimRight(log, "\n"), "\n")
	if len(lines) > maxLogLines {
		lines = append(lines[:maxLogLines:maxLogLines], fmt.Sprintf("… (%d more lines)", len(lines)-maxLogLines))
	}
	for i, line := range lines {
		lines[i] = truncate(line, maxLine)
	}
	return truncate(strings.Join(lines, "\n"), maxLog)
}

// truncate cuts text to at most n bytes, at the end of a character.
func truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n-len("…")], "") + "…"
}
