package submission

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
)

// A skeleton is a header in which bpftool puts an object file and functions for
// its programs and maps. The submission's own is replaced: it may have been
// made from another object.
var (
	skeletonInclude = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*include[ \t]*["<]([\w./-]+\.skel\.h)[">]`)
	// skeletonCall is a call of one of its functions, which begin with the
	// object's name.
	skeletonCall = regexp.MustCompile(`\b([A-Za-z]\w*?)__(?:open|open_and_load|open_opts|open_and_load_opts|load|attach)\s*\(`)
)

// libbpfNames begin functions of libbpf's own of that form.
var libbpfNames = map[string]bool{
	"bpf_object": true, "bpf_program": true, "bpf_map": true, "bpf_link": true, "bpf_linker": true,
	"btf": true, "perf_buffer": true, "ring_buffer": true, "user_ring_buffer": true,
}

// defaultSkeleton is the name that bpftool gives to prog.bpf.o.
const defaultSkeleton = "prog_bpf"

// maxSkeleton bounds the header, in bytes: it writes each byte of the object in
// four.
const maxSkeleton = 64 << 20

// skeletonHeader is the skeleton that a user-space half includes.
type skeletonHeader struct {
	// file is its path below the submission's folder, object the name that it
	// gives to the object.
	file, object string
}

// findSkeleton returns the skeleton that the user-space half includes, nil for
// none.
func findSkeleton(s *Submission) (*skeletonHeader, error) {
	source, err := s.ProgramText()
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", s.Name, err)
	}
	include := skeletonInclude.FindSubmatch(source)
	if include == nil {
		return nil, nil
	}
	header := path.Join(path.Dir(s.ProgramSource), string(include[1]))
	if !filepath.IsLocal(header) {
		return nil, nil // the compiler will say that it does not exist
	}
	return &skeletonHeader{header, skeletonName(source)}, nil
}

// make writes the skeleton of an object file, if there is one to write.
func (h *skeletonHeader) make(ctx context.Context, s *Submission, object string) error {
	if h == nil {
		return nil
	}
	bpftool, _, err := FindBPFTool(ctx)
	if err != nil {
		return fmt.Errorf("build %s: %w", s.Name, err)
	}
	text, err := skeleton(ctx, bpftool, object, h.object)
	if err != nil {
		return fmt.Errorf("build %s: make %s: %w", s.Name, path.Base(h.file), err)
	}
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return fmt.Errorf("build %s: %w", s.Name, err)
	}
	defer root.Close()
	if err := errors.Join(root.MkdirAll(path.Dir(h.file), 0o755), root.WriteFile(h.file, text, 0o644)); err != nil {
		return fmt.Errorf("build %s: %w", s.Name, err)
	}
	return nil
}

// skeletonName is the name of the object that a source uses.
func skeletonName(source []byte) string {
	for _, call := range skeletonCall.FindAllSubmatch(source, -1) {
		if name := string(call[1]); !libbpfNames[name] {
			return name
		}
	}
	return defaultSkeleton
}

// skeleton runs bpftool, which reads a hostile file, in the sandbox.
func skeleton(ctx context.Context, bpftool, object, name string) ([]byte, error) {
	bpftool, err := realPath(bpftool)
	if err != nil {
		return nil, err
	}
	result, err := sandbox.Run(ctx, sandbox.Command{
		Path:     bpftool,
		Args:     []string{"gen", "skeleton", object, "name", name},
		Dir:      filepath.Dir(object),
		ReadOnly: append([]string{bpftool, object, filepath.Dir(object)}, existing(libraryDirs)...),
		Output:   maxSkeleton,
	})
	switch {
	case err != nil:
		return nil, err
	case result.ExitCode != 0:
		return nil, &BuildError{Message: truncate("bpftool makes no skeleton of the object: "+safeText(string(result.Stderr)), maxLine)}
	case result.Truncated:
		return nil, &BuildError{Message: fmt.Sprintf("the skeleton is larger than %d MiB", maxSkeleton>>20)}
	}
	return result.Stdout, nil
}
