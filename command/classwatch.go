package command

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/class"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// classWatch tells a person how a class is graded.
type classWatch struct {
	stderr io.Writer
	// outdated counts kept results by what they came from that is another now.
	outdated map[string]int
	progress *progress
}

func (w *classWatch) Begin(toGrade, kept int) {
	if kept > 0 {
		w.Warn(fmt.Sprintf("%d graded before, %d to grade", kept, toGrade))
	}
	for _, what := range slices.Sorted(maps.Keys(w.outdated)) {
		w.Warn(fmt.Sprintf("the %s has changed since for %d of them: bpfgrade regrade --changed grades those again", what, w.outdated[what]))
	}
	w.progress = newProgress(w.stderr, toGrade, true)
}

func (w *classWatch) Start(class.Entry) { w.progress.start() }

func (w *classWatch) Done(e class.Entry, r *grader.Result, again bool) {
	text := fmt.Sprintf("%s  %s  %s", plain.Line(e.Name), e.Exercise, r.Status)
	switch {
	case again:
		w.progress.more()
		text += ": to be tried again, alone"
	case r.Graded():
		text += fmt.Sprintf("  %v/%v", r.Score, r.MaxScore)
	}
	w.progress.step(fmt.Sprintf("%s  %.1f s", text, r.Duration.Seconds()))
}

func (w *classWatch) Warn(text string) {
	w.end()
	fmt.Fprintln(w.stderr, "bpfgrade:", plain.Line(text))
}

func (w *classWatch) end() {
	if w.progress != nil {
		w.progress.end()
	}
}
