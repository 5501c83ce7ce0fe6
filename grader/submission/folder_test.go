package submission

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinksInFolders(t *testing.T) {
	const (
		nowhere = "it is a symbolic link that leads nowhere"
		out     = "it is a symbolic link that leads out of the submission"
		dir     = "it is a symbolic link to a folder"
	)
	tests := []struct {
		name    string
		links   map[string]string
		content string // of "link", or
		reason  string // why it was left out
	}{
		{"to a file", map[string]string{"link": "prog.h"}, "inside", ""},
		{"to a file in a folder", map[string]string{"link": "sub/file"}, "deeper", ""},
		{"to a file by going up", map[string]string{"sub/link": "../prog.h"}, "inside", ""},
		{"to a hidden file", map[string]string{"link": ".hidden"}, "hidden", ""},
		{"through a link", map[string]string{"link": "a", "a": "b", "b": "prog.h"}, "inside", ""},
		{"through a link to a folder", map[string]string{"link": "folder/file", "folder": "sub"}, "deeper", ""},
		{"out and in again", map[string]string{"link": "../alice/prog.h"}, "", out},
		{"outside", map[string]string{"link": "../secret"}, "", out},
		{"far outside", map[string]string{"link": "../../../../../../../../../etc/passwd"}, "", out},
		{"absolute", map[string]string{"link": "/etc/passwd"}, "", out},
		{"absolute, inside", map[string]string{"link": "$DIR/prog.h"}, "", out},
		{"through a link outside", map[string]string{"link": "a", "a": "/etc/passwd"}, "", out},
		{"through a folder outside", map[string]string{"link": "a/secret", "a": ".."}, "", out},
		{"to a device", map[string]string{"link": "/dev/zero"}, "", out},
		{"dangling", map[string]string{"link": "nothing"}, "", nowhere},
		{"below a file", map[string]string{"link": "prog.h/x"}, "", nowhere},
		{"to itself", map[string]string{"link": "link"}, "", nowhere},
		{"to each other", map[string]string{"link": "a", "a": "link"}, "", nowhere},
		{"to a folder", map[string]string{"link": "sub"}, "", dir},
		{"to the folder that it is in", map[string]string{"link": "."}, "", dir},
		{"to a folder around it", map[string]string{"sub/link": ".."}, "", dir},
		{"to a pipe", map[string]string{"link": "pipe"}, "", "it is a named pipe"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			path := folder(t, map[string]string{
				"prog.bpf.c": source, "prog.h": "inside", "sub/file": "deeper", ".hidden": "hidden", "../secret": "outside",
			})
			require.NoError(t, syscall.Mkfifo(filepath.Join(path, "pipe"), 0o644))
			for name, target := range tt.links {
				require.NoError(t, os.Symlink(strings.ReplaceAll(target, "$DIR", path), filepath.Join(path, name)))
			}
			s := accepted(t, path)
			name := "link"
			if _, ok := tt.links[name]; !ok {
				name = "sub/link"
			}
			if tt.reason != "" {
				assert.Contains(t, s.Ignored, Ignored{name, tt.reason})
				assert.NotContains(t, s.Files, name)
				return
			}
			content, err := os.ReadFile(filepath.Join(s.Dir, name))
			require.NoError(t, err)
			assert.Equal(t, tt.content, string(content))
			fi, err := os.Lstat(filepath.Join(s.Dir, name))
			require.NoError(t, err)
			assert.True(t, fi.Mode().IsRegular())
		})
	}
}

func TestHardLinksInFolders(t *testing.T) {
	watchTemp(t)
	dir := folder(t, map[string]string{"prog.bpf.c": source})
	require.NoError(t, os.Link(filepath.Join(dir, "prog.bpf.c"), filepath.Join(dir, "copy.h")))
	s := accepted(t, dir)
	assert.Equal(t, []string{"copy.h", "prog.bpf.c"}, s.Files)
}

func TestSpecialFilesInFolders(t *testing.T) {
	tests := []struct {
		name   string
		make   func(t *testing.T, path string)
		reason string
	}{
		{"named pipe", func(t *testing.T, path string) { require.NoError(t, syscall.Mkfifo(path, 0o644)) }, "it is a named pipe"},
		{"socket", func(t *testing.T, path string) { listen(t, filepath.Dir(path)) }, "it is a socket"},
		{"device", func(t *testing.T, path string) {
			err := syscall.Mknod(path, syscall.S_IFCHR|0o644, 1<<8|5) // zero
			if errors.Is(err, syscall.EPERM) {
				t.Skipf("devices cannot be made here: %v", err)
			}
			require.NoError(t, err)
		}, "it is a device"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			dir := folder(t, map[string]string{"prog.bpf.c": source})
			tt.make(t, filepath.Join(dir, "socket"))
			s := accepted(t, dir)
			assert.Equal(t, []string{"prog.bpf.c"}, s.Files)
			assert.Equal(t, []Ignored{{"socket", tt.reason}}, s.Ignored)
		})
	}
}

// The names of what was left out lie in the same folder as those of the files.
func TestIgnoredNames(t *testing.T) {
	watchTemp(t)
	dir := folder(t, map[string]string{"alice/work/prog.bpf.c": source})
	for _, name := range []string{"alice/work/z", "alice/work/a", "outside"} {
		require.NoError(t, os.Symlink("/etc/hostname", filepath.Join(dir, name)))
	}
	const reason = "it is a symbolic link that leads out of the submission"
	s := accepted(t, dir)
	assert.Equal(t, []string{"prog.bpf.c"}, s.Files)
	assert.Equal(t, []Ignored{{"a", reason}, {"z", reason}, {"outside", reason}}, s.Ignored)
}

func TestFolderLimits(t *testing.T) {
	number := func(n int, pattern string) map[string]string {
		contents := map[string]string{"prog.bpf.c": source}
		for i := range n - 1 {
			contents[fmt.Sprintf(pattern, i)] = ""
		}
		return contents
	}
	mebibytes := func(sizes ...int) map[string]string {
		contents := map[string]string{"prog.bpf.c": source}
		for i, size := range sizes {
			contents[fmt.Sprintf("%d.h", i)] = strings.Repeat("/", size<<20)
		}
		return contents
	}
	deep := strings.Repeat("d/", maxDepth-1)
	tests := []struct {
		name     string
		contents map[string]string
		reason   string // "" when it is within the limits
	}{
		{"200 files", number(maxFiles, "%d.h"), ""},
		{"201 files", number(maxFiles+1, "%d.h"), "It has more than 200 files."},
		{"201 files in folders", number(maxFiles+1, "%d/a.h"), "It has more than 200 files."},
		{"10000 entries", number(maxEntries, ".%d"), ""},
		{"10001 entries", number(maxEntries+1, ".%d"), "It has more than 10000 entries."},
		{"a large file", mebibytes(8), ""},
		{"too large a file", map[string]string{"prog.bpf.c": strings.Repeat("/", maxFile+1)}, "prog.bpf.c is larger than 8 MiB."},
		{"large in all", mebibytes(8, 8, 8, 7), ""},
		{"too large in all", mebibytes(8, 8, 8, 8), "It is larger than 32 MiB in all."},
		{"hidden files of any size", map[string]string{"prog.bpf.c": source, ".cache": strings.Repeat("/", 9<<20)}, ""},
		{"deep", map[string]string{"prog.bpf.c": source, deep + "a.h": ""}, ""},
		{"too deep", map[string]string{"prog.bpf.c": source, deep + "d/a.h": ""}, "Its folders are nested more than 10 deep."},
		{"long name", map[string]string{"prog.bpf.c": source, strings.Repeat("a", maxName): ""}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			dir := folder(t, tt.contents)
			if tt.reason == "" {
				accepted(t, dir)
			} else {
				assert.Equal(t, tt.reason, refused(t, dir).Reason)
			}
		})
	}
}

func TestFileLimits(t *testing.T) {
	watchTemp(t)
	accepted(t, file(t, "a.c", make([]byte, maxFile)))
	assert.Equal(t, "a.c is larger than 8 MiB.", refused(t, file(t, "a.c", make([]byte, maxFile+1))).Reason)
	assert.Equal(t, "a.o is larger than 8 MiB.", refused(t, file(t, "a.o", make([]byte, maxFile+1))).Reason)
}
