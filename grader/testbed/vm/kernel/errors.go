package kernel

import (
	"errors"
	"fmt"
	"strings"
)

// NotFoundError says that there is no such kernel: for [Store.Find] in the
// store, for [Store.Add] in the package sources of this machine.
type NotFoundError struct {
	// Version is what was asked for. Empty means the default.
	Version string
	// Have are the names of the kernels in the store.
	Have []string
	// Offered are the newest versions of each series in the package sources,
	// the newest last. Only Add sets it.
	Offered []string
}

func (e *NotFoundError) Error() string {
	switch {
	case e.Offered != nil:
		return fmt.Sprintf("kernel %s: not in the package sources, which have %s", e.Version, strings.Join(e.Offered, ", "))
	case e.Version == "":
		return "no kernel is here yet; get one with: bpfgrade kernel add"
	case len(e.Have) == 0:
		return fmt.Sprintf("kernel %s: no kernel is here yet; get it with: bpfgrade kernel add %s", e.Version, e.Version)
	default:
		return fmt.Sprintf("kernel %s: not among those that are here (%s); get it with: bpfgrade kernel add %s",
			e.Version, strings.Join(e.Have, ", "), e.Version)
	}
}

// SourceError says that a kernel could not be looked for, or not everywhere,
// because package sources did not answer.
type SourceError struct {
	// Version is what was asked for. Empty means the default.
	Version string
	// Reports are apt's words, one for each source.
	Reports []string
}

func (e *SourceError) Error() string {
	what := "kernel"
	if e.Version != "" {
		what += " " + e.Version
	}
	return what + ": not every package source answered:\n  " + strings.Join(e.Reports, "\n  ")
}

// ErrVersion says that a word is no version.
var ErrVersion = errors.New("give a version such as 6.12, or the word newest; a kernel of your own is given to grade with --kernel PATH")

// ErrNoMirror says that the package sources of this machine are those of a
// distribution whose kernels are not known.
var ErrNoMirror = errors.New("none of this machine's package sources is Debian's or Ubuntu's; " +
	"give a kernel of its own with --kernel PATH")

// ErrNoApt says that this machine has no packages that could be fetched.
var ErrNoApt = errors.New("this machine has no apt; give a kernel of its own with --kernel PATH")

// ImageError says why a file cannot be used as a kernel.
type ImageError struct{ Err error }

func (e *ImageError) Error() string { return "open kernel " + e.Err.Error() }
func (e *ImageError) Unwrap() error { return e.Err }
