package submission

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		want  Submission
	}{
		{"agreed name", []string{"prog.bpf.c"}, Submission{Source: "prog.bpf.c"}},
		{"agreed name before others", []string{"a.bpf.c", "prog.bpf.c", "z.bpf.c", "prog.bpf.o"}, Submission{Source: "prog.bpf.c"}},
		{"agreed name in a folder before others", []string{"old.bpf.c", "src/prog.bpf.c"}, Submission{Source: "src/prog.bpf.c"}},
		{"outermost of the agreed name", []string{"a/b/prog.bpf.c", "z/prog.bpf.c"}, Submission{Source: "z/prog.bpf.c"}},
		{"source before object", []string{"prog.bpf.o", "src/prog.bpf.c"}, Submission{Source: "src/prog.bpf.c"}},
		{"another name", []string{"exec.bpf.c", "exec.h"}, Submission{Source: "exec.bpf.c"}},
		{"another name in a folder", []string{"Makefile", "src/exec.bpf.c"}, Submission{Source: "src/exec.bpf.c"}},
		{"outermost of another name", []string{"exec.bpf.c", "old/a.bpf.c", "old/b.bpf.c"}, Submission{Source: "exec.bpf.c"}},
		{"another name before an object", []string{"exec.bpf.c", "prog.bpf.o"}, Submission{Source: "exec.bpf.c"}},
		{"another case", []string{"Prog.bpf.c"}, Submission{Source: "Prog.bpf.c"}},
		{"agreed case before another", []string{"PROG.bpf.c", "prog.bpf.c"}, Submission{Source: "prog.bpf.c"}},
		{"object", []string{"prog.bpf.o", "other.bpf.o", "prog.o"}, Submission{Object: "prog.bpf.o"}},
		{"object of another name", []string{"exec.bpf.o", "exec.o"}, Submission{Object: "exec.bpf.o"}},
		{"object of any name", []string{"exec.o", "README"}, Submission{Object: "exec.o"}},
		{"source of the other half", []string{"prog.bpf.c", "prog.c"}, Submission{Source: "prog.bpf.c", ProgramSource: "prog.c"}},
		{"other half prebuilt", []string{"prog.bpf.o", "prog"}, Submission{Object: "prog.bpf.o", Program: "prog"}},
		{"source of the other half before prebuilt", []string{"prog.bpf.c", "prog", "prog.c"}, Submission{Source: "prog.bpf.c", ProgramSource: "prog.c"}},
		{"other half beside the BPF half", []string{"README", "src/prog.bpf.c", "src/prog.c"}, Submission{Source: "src/prog.bpf.c", ProgramSource: "src/prog.c"}},
		{"other half elsewhere", []string{"prog.bpf.c", "user/prog.c", "user/prog"}, Submission{Source: "prog.bpf.c"}},
		{"folder named prog", []string{"prog.bpf.c", "prog/x"}, Submission{Source: "prog.bpf.c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			contents := make(map[string]string)
			for _, name := range tt.files {
				contents[name] = source
			}
			s := accepted(t, folder(t, contents))
			assert.Equal(t, tt.want, Submission{
				Source: s.Source, Object: s.Object, ProgramSource: s.ProgramSource, Program: s.Program,
			})
		})
	}
}

func TestChooseRefuses(t *testing.T) {
	tests := []struct {
		name   string
		files  []string
		reason string
	}{
		{"several sources", []string{"b.bpf.c", "a.bpf.c", "c.h"}, "It has several files that could be the BPF half: a.bpf.c, b.bpf.c."},
		{"several objects", []string{"a.bpf.o", "b.bpf.o", "c.o"}, "It has several files that could be the BPF half: a.bpf.o, b.bpf.o."},
		{"several objects of any name", []string{"a.o", "b.o"}, "It has several files that could be the BPF half: a.o, b.o."},
		{"several of the agreed name", []string{"old/prog.bpf.c", "new/prog.bpf.c", "x.bpf.c"},
			"It has several files that could be the BPF half: new/prog.bpf.c, old/prog.bpf.c."},
		{"unsafe names", []string{"a\n\x1b.bpf.c", "\u202eb.bpf.c"}, "It has several files that could be the BPF half: a__.bpf.c, _b.bpf.c."},
		{"other half alone", []string{"prog.c", "prog", "Makefile"}, "It has no BPF half, neither prog.bpf.c nor prog.bpf.o. It has Makefile, prog, prog.c."},
		{"capitals", []string{"PROG.BPF.C"}, "It has PROG.BPF.C."},
		{"editor's copy", []string{"prog.bpf.c~"}, "It has prog.bpf.c~."},
		{"many", []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, "It has 0, 1, 2, 3, 4, 5, 6, 7 and 2 more."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			contents := make(map[string]string)
			for _, name := range tt.files {
				contents[name] = source
			}
			refusal := refused(t, folder(t, contents))
			assert.Contains(t, refusal.Reason, tt.reason)
			assert.Contains(t, refusal.Help, "prog.bpf.c")
		})
	}
}

// Were it passed over, the student would be told that there is none.
func TestChooseRefusesWhatWasLeftOut(t *testing.T) {
	tests := []struct {
		name   string
		beside string
		left   string
		reason string // "" when there is a submission all the same
	}{
		{"source", "exec.bpf.c", "prog.bpf.c", "prog.bpf.c was not taken: it is a symbolic link that leads out of the submission."},
		{"source beside its object", "prog.bpf.o", "prog.bpf.c", "prog.bpf.c was not taken: "},
		{"object", "a.o", "prog.bpf.o", "prog.bpf.o was not taken: "},
		{"object beside its source", "prog.bpf.c", "prog.bpf.o", ""},
		{"another file", "prog.bpf.c", "prog.h", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			dir := folder(t, map[string]string{tt.beside: source})
			require.NoError(t, os.Symlink("/etc/hostname", filepath.Join(dir, tt.left)))
			if tt.reason != "" {
				assert.Contains(t, refused(t, dir).Reason, tt.reason)
				return
			}
			s := accepted(t, dir)
			assert.Equal(t, []string{tt.beside}, s.Files)
			require.Len(t, s.Ignored, 1)
			assert.Equal(t, tt.left, s.Ignored[0].File)
		})
	}
}

func TestList(t *testing.T) {
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprint(i))
	}
	assert.Equal(t, "0", list(names[:1]))
	assert.Equal(t, "0, 1, 2, 3, 4, 5, 6, 7", list(names[:8]))
	assert.Equal(t, "0, 1, 2, 3, 4, 5, 6, 7 and 1 more", list(names[:9]))
	assert.Equal(t, "0, 1, 2, 3, 4, 5, 6, 7 and 192 more", list(names))
}
