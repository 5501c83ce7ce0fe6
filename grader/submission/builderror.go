package submission

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

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

// The forms of clang's messages, which have been the same in 11 to 22; gcc's
// and its assembler's are alike.
var (
	located   = regexp.MustCompile(`^(.+?):(\d+):(?:(\d+):)? (?:fatal )?[eE]rror: (.*)$`)
	unlocated = regexp.MustCompile(`^(?:fatal error|error|LLVM ERROR): (.*)$`)
	// undefined is what the linker says of a function that is nowhere.
	undefined = regexp.MustCompile(`(undefined reference to .*)$`)
	// stackDump are the lines on a crash that say nothing about the source.
	stackDump = regexp.MustCompile(`(?m)^(PLEASE submit |Stack dump|0\.\t|/\S+[\[(]| *#\d+ 0x|clang(-\d+)?: ).*\n?`)
	// nextMessage begins what no longer belongs to the first error.
	nextMessage = regexp.MustCompile(`^(In file included from |\d+ (warning|error)s?( and \d+ errors?)? generated|PLEASE |Stack dump|.*: (fatal )?error: |.*: warning: )`)
)

// buildError finds the first error in what the compiler of a source wrote.
func buildError(s *Submission, source string, limits sandbox.Limits, r *sandbox.Result, text string) *BuildError {
	if r.Exceeded != sandbox.ExceededNothing {
		return &BuildError{TimedOut: true, Message: overtime(limits, r.Exceeded)}
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if m := located.FindStringSubmatch(line); m != nil {
			e := &BuildError{
				Message:   truncate(m[4], maxLine),
				File:      truncate(fileName(s, source, m[1]), maxLine),
				Log:       shorten(errorText(lines, i)),
				Diagnosis: diagnose(m[4]),
			}
			e.Line, _ = strconv.Atoi(m[2])
			e.Column, _ = strconv.Atoi(m[3])
			e.SourceLine = sourceLine(s, e.File, e.Line)
			return e
		}
		if m := undefined.FindStringSubmatch(line); m != nil {
			return &BuildError{
				Message:   truncate(m[1], maxLine),
				Log:       shorten(errorText(lines, i)),
				Diagnosis: DiagnosisCompileError,
			}
		}
		if m := unlocated.FindStringSubmatch(line); m != nil && exhausted(limits, line) == "" {
			return &BuildError{
				Message:   truncate(m[1], maxLine),
				Log:       shorten(errorText(lines, i)),
				Diagnosis: diagnose(m[1]),
			}
		}
	}
	return &BuildError{Message: ending(limits, r, text), Log: shorten(stackDump.ReplaceAllString(text, ""))}
}

// overtime says which limit the compiler went beyond.
func overtime(limits sandbox.Limits, exceeded sandbox.Exceeded) string {
	limit := cmp.Or(limits.CPU, sandbox.DefaultLimits.CPU)
	if exceeded == sandbox.ExceededWall {
		limit = cmp.Or(limits.Wall, sandbox.DefaultLimits.Wall)
	}
	return fmt.Sprintf("the compiler was not done after %v of %s", limit, exceeded)
}

// ending says what became of a compiler that gave no error.
func ending(limits sandbox.Limits, r *sandbox.Result, text string) string {
	first, _, _ := strings.Cut(text, "\n")
	switch what := exhausted(limits, text); {
	case what != "":
		return what
	case r.Signal != 0 && r.Signal != syscall.SIGSEGV:
		return fmt.Sprintf("the compiler crashed on this source (%v)", r.Signal)
	case r.Signal != 0, strings.Contains(text, "Stack dump"):
		return "the compiler crashed on this source"
	}
	return truncate(fmt.Sprintf("the compiler ended with status %d: %s", r.ExitCode, first), maxLine)
}

// exhausted says what the compiler had too little of, by its own account. It
// returns "" when that was not it.
func exhausted(limits sandbox.Limits, text string) string {
	switch {
	case strings.Contains(text, "std::bad_alloc"), strings.Contains(text, "out of memory"),
		strings.Contains(text, "Cannot allocate memory"):
		return "the compiler ran out of memory"
	case strings.Contains(text, "IO failure on output stream: File too large"):
		return fmt.Sprintf("the object is larger than %d MiB", cmp.Or(limits.FileSize, sandbox.DefaultLimits.FileSize)>>20)
	}
	return ""
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
func fileName(s *Submission, source, file string) string {
	if path.IsAbs(file) {
		return file
	}
	if joined := path.Join(path.Dir(source), file); s.has(joined) {
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
