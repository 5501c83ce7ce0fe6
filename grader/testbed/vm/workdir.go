package vm

import (
	"fmt"

	"github.com/bpfgrade/bpfgrade/grader/scratch"
)

// maxSocketPath is the longest path of a socket, see unix(7).
const maxSocketPath = 107

// workDir is a working folder: it holds the sockets and consoles of one
// process's machines.
type workDir struct {
	path string
	dir  *scratch.Dir
}

func openWorkDir() (*workDir, error) {
	dir, err := scratch.New("vm")
	if err != nil {
		return nil, err
	}
	if longest := len(dir.Path) + len("/0123456789/") + len(portSocket); longest > maxSocketPath {
		dir.Remove()
		return nil, fmt.Errorf("make working folder: %s is too long for a socket; set TMPDIR to a shorter path", dir.Path)
	}
	return &workDir{dir.Path, dir}, nil
}

func (w *workDir) close() { w.dir.Remove() }
