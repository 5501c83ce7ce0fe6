package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// probeFiles list the probes that were made through tracefs.
var probeFiles = []string{"kprobe_events", "uprobe_events"}

// untouched is what is in the kernel before any submission.
type untouched struct {
	objects *kernelObjects
	probes  []string
}

func lookUntouched() (*untouched, error) {
	objects, err := listKernelObjects()
	if err != nil {
		return nil, err
	}
	u := &untouched{objects: objects}
	root, err := tracefs()
	if errors.Is(err, testbed.ErrNotSupported) {
		return u, nil
	}
	if err != nil {
		return nil, err
	}
	for _, name := range probeFiles {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		u.probes = append(u.probes, string(text))
	}
	return u, nil
}

// Clean implements [testbed.Testbed].
func (tb *Testbed) Clean(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		err = removeTemp(&tb.kept)
	}
	if err == nil {
		err = tb.clean()
	}
	if err != nil {
		return fmt.Errorf("clean: %w", err)
	}
	return nil
}

func (tb *Testbed) clean() error {
	if tb.collection != nil || tb.program != nil || tb.installed != "" || tb.pins != "" || len(tb.watchers) > 0 {
		return errors.New("it was not reset")
	}
	now, err := lookUntouched()
	if err != nil {
		return err
	}
	switch was := tb.untouched; {
	case !slices.Equal(now.objects.programs, was.objects.programs):
		return errors.New("the programs in the kernel are not those from before")
	case !slices.Equal(now.objects.maps, was.objects.maps):
		return errors.New("the maps in the kernel are not those from before")
	case !slices.Equal(now.objects.links, was.objects.links):
		return errors.New("the links in the kernel are not those from before")
	case !slices.Equal(now.probes, was.probes):
		return errors.New("the probes in the kernel are not those from before")
	}
	for _, w := range tb.workers {
		if _, err := w.run(testbed.ExecStep{Kind: testbed.ExecFailure}); err != nil {
			return fmt.Errorf("ask worker: %w", err)
		}
	}
	if _, err := tb.parent.run(testbed.ProcessRequest{}); err != nil {
		return fmt.Errorf("ask worker: %w", err)
	}
	if tb.disks != nil {
		if _, err := tb.disks.observer.take(); err != nil {
			return err
		}
	}
	if tb.tracer != nil {
		return tb.tracer.clear()
	}
	return nil
}
