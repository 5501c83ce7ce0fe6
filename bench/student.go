package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// verdicts measures what a student waits for: from a changed source to the
// verdict, with a command for each change and with one that watches.
func (b *bench) verdicts(ctx context.Context) error {
	for _, slug := range []string{"exec-counter", "exec-events"} {
		if err := b.verdictsOf(ctx, slug); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) verdictsOf(ctx context.Context, slug string) error {
	w, err := b.work(slug)
	if err != nil {
		return err
	}
	defer w.remove()
	cold, err := w.cold(ctx, b.runs)
	if err != nil {
		return err
	}
	watched, err := w.watched(ctx, b.runs)
	if err != nil {
		return err
	}
	title(slug + ", a changed source to verdict, as a student sees it")
	row("check", cold)
	row("check --watch", watched)
	return nil
}

// work is a student's folder, in one that has what the command keeps as well.
type work struct {
	dir    string
	source []byte
	// arguments are those of a check of it.
	command   string
	arguments []string
}

func (b *bench) work(slug string) (*work, error) {
	command, err := filepath.Abs(b.agent)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bpfgrade-bench-")
	if err != nil {
		return nil, err
	}
	w := &work{dir: dir, command: command, arguments: []string{"check", filepath.Join(dir, "work"), "--exercise", slug}}
	if b.kernel != "" {
		w.arguments = append(w.arguments, "--kernel", b.kernel)
	}
	if err = os.CopyFS(filepath.Join(dir, "work"), os.DirFS(b.accepted(slug))); err == nil {
		w.source, err = os.ReadFile(w.path())
	}
	if err != nil {
		return nil, errors.Join(err, w.remove())
	}
	return w, nil
}

// path is that of the source.
func (w *work) path() string { return filepath.Join(w.dir, "work", "prog.bpf.c") }

func (w *work) remove() error { return os.RemoveAll(w.dir) }

// check is the command, which keeps in the folder what is done.
func (w *work) check(ctx context.Context, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.command, append(slices.Clone(w.arguments), more...)...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(w.dir, "state"))
	return cmd
}

// save changes the source as an editor does.
func (w *work) save() error {
	if err := os.WriteFile(w.path()+"~", changed(w.source), 0o600); err != nil {
		return err
	}
	return os.Rename(w.path()+"~", w.path())
}

// fullMarks begins the line of a verdict.
const fullMarks = "pass  10/10 "

func (w *work) cold(ctx context.Context, runs int) (spread, error) {
	var times spread
	for range runs {
		if err := w.save(); err != nil {
			return nil, err
		}
		begin := time.Now()
		output, err := w.check(ctx).CombinedOutput()
		if err != nil || !bytes.Contains(output, []byte(fullMarks)) {
			return nil, fmt.Errorf("check: not full marks (%v): %s", err, output)
		}
		times = append(times, time.Since(begin))
	}
	return times, nil
}

func (w *work) watched(ctx context.Context, runs int) (times spread, err error) {
	watch := w.check(ctx, "--watch")
	watch.Stderr = os.Stderr
	stdout, err := watch.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := watch.Start(); err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, watch.Process.Signal(os.Interrupt), watch.Wait())
	}()
	lines := bufio.NewScanner(stdout)
	if err := awaitPass(lines); err != nil {
		return nil, err
	}
	for range runs {
		time.Sleep(spareTime)
		begin := time.Now()
		if err := w.save(); err != nil {
			return nil, err
		}
		if err := awaitPass(lines); err != nil {
			return nil, err
		}
		times = append(times, time.Since(begin))
	}
	return times, nil
}

// awaitPass reads to the end of a verdict, which must have full marks.
func awaitPass(lines *bufio.Scanner) error {
	var read strings.Builder
	passes := false
	for lines.Scan() {
		fmt.Fprintln(&read, lines.Text())
		passes = passes || strings.HasPrefix(lines.Text(), fullMarks)
		switch {
		case !strings.HasPrefix(lines.Text(), "checked at "):
		case passes:
			return nil
		default:
			return fmt.Errorf("check --watch: not full marks: %s", read.String())
		}
	}
	return errors.Join(lines.Err(), io.ErrUnexpectedEOF)
}
