package class

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lay makes a folder with files; a name that ends with a slash is a folder.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if strings.HasSuffix(name, "/") {
			require.NoError(t, os.MkdirAll(path, 0o755))
			continue
		}
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

// zipOf is an archive of files.
func zipOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range files {
		w, err := archive.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return b.String()
}

// found are the entries of a class as lines "exercise name path", and what is
// set aside as "name: reason".
func found(t *testing.T, dir string, slugs ...string) (entries, aside []string) {
	t.Helper()
	all, left, err := Find(t.Context(), dir, slugs)
	require.NoError(t, err)
	for _, e := range all {
		path, err := filepath.Rel(dir, e.Path)
		require.NoError(t, err)
		entries = append(entries, e.Exercise+"|"+e.Name+"|"+path)
	}
	for _, a := range left {
		aside = append(aside, a.Name+": "+a.Reason)
	}
	return entries, aside
}

const source = "int x;"

func TestPlainFolder(t *testing.T) {
	dir := lay(t, map[string]string{
		"anna/prog.bpf.c": source, "chen.zip": zipOf(t, map[string]string{"prog.bpf.c": source}), "marek.tar.gz": "broken",
		"Mary Okafor/prog.bpf.c": source, "tariq.bpf.c": source, ".DS_Store": "x", "__MACOSX/x": "x",
		"both/prog.bpf.c": source, "both.zip": "x", "empty/": "", "=1, \"x\"\n/prog.bpf.c": source, "a\x01/prog.bpf.c": source, "a\x02/prog.bpf.c": source,
	})
	entries, aside := found(t, dir, "a")
	assert.Empty(t, aside)
	assert.Equal(t, []string{
		"a|=1, \"x\"_|=1, \"x\"\n", "a|Mary Okafor|Mary Okafor", "a|a_|a\x01", "a|a_ (2)|a\x02", "a|anna|anna",
		"a|both|both", "a|both.zip|both.zip", "a|chen|chen.zip", "a|empty|empty", "a|marek|marek.tar.gz", "a|tariq.bpf.c|tariq.bpf.c",
	}, entries)
}

func TestMoodle(t *testing.T) {
	archive := zipOf(t, map[string]string{"prog.bpf.c": source})
	entries, aside := found(t, lay(t, map[string]string{
		"Anna Lindqvist_101_assignsubmission_file/prog.bpf.c":        source,
		"Chen Wei_102_assignsubmission_file_/work.zip":               archive,
		"José_García_103_assignsubmission_file/work.tar.gz":          "x",
		"José_García_103_assignsubmission_file/report.pdf":           "x",
		"Chen Wei_104_assignsubmission_file/a.zip":                   archive,
		"Chen Wei_104_assignsubmission_file/b.zip":                   archive,
		"Mary_105_assignsubmission_file/work.zip":                    archive,
		"Mary_105_assignsubmission_file/prog.bpf.c":                  source,
		"Lucia_106_assignsubmission_file_prog.bpf.c":                 source,
		"Marek_107_assignsubmission_file_prog.bpf.c":                 source,
		"Marek_107_assignsubmission_file_prog.c":                     source,
		"Tariq_108_assignsubmission_onlinetext/onlinetext.html":      "x",
		"Anna Lindqvist_101_assignsubmission_onlinetext/online.html": "x",
		"grades.csv": "x",
	}), "a")
	assert.Equal(t, []string{
		"a|Anna Lindqvist_101|Anna Lindqvist_101_assignsubmission_file",
		"a|Chen Wei_102|Chen Wei_102_assignsubmission_file_/work.zip",
		"a|Chen Wei_104|Chen Wei_104_assignsubmission_file",
		"a|José_García_103|José_García_103_assignsubmission_file/work.tar.gz",
		"a|Lucia_106|Lucia_106_assignsubmission_file_prog.bpf.c",
		"a|Mary_105|Mary_105_assignsubmission_file",
	}, entries)
	require.Len(t, aside, 3)
	assert.Contains(t, aside[0], "grades.csv: ")
	assert.Contains(t, aside[1], "Marek_107: Its files lie among")
	assert.Contains(t, aside[2], "Tariq_108: It was typed")
}

func TestGradescope(t *testing.T) {
	dir := lay(t, map[string]string{
		"submission_metadata.yml": `---
submission_1:
  :submitters:
  - :name: Anna Lindqvist
    :sid: '1'
    :email: a@b.c
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-25 10:00:00.000000000 Z
  :results: {score: 1}
submission_2:
  :submitters:
  - :name: "../=Chen\e[31m"
  - :name: Marek Nowak
submission_9:
  :submitters:
  - :name: Gone
`,
		"submission_1/prog.bpf.c": source, "submission_2/work.zip": zipOf(t, map[string]string{"prog.bpf.c": source}),
		"submission_3/prog.bpf.c": source, "notes.txt": "x",
	})
	entries, aside := found(t, dir, "a")
	assert.Equal(t, []string{
		"a|.._=Chen_[31m, Marek Nowak_2|submission_2/work.zip", "a|Anna Lindqvist_1|submission_1", "a|submission_3|submission_3",
	}, entries)
	require.Len(t, aside, 2)
	assert.Contains(t, aside[0], "notes.txt: ")
	assert.Contains(t, aside[1], "submission_9: It is listed")

	for name, text := range map[string]string{"no YAML": "\x00", "a list": "- a\n", "a bomb": "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"} {
		_, _, err := Find(t.Context(), lay(t, map[string]string{"submission_metadata.yml": text}), []string{"a"})
		assert.ErrorContains(t, err, "submission_metadata.yml: ", name)
	}
	_, _, err := Find(t.Context(), lay(t, map[string]string{"submission_metadata.yml/x": ""}), []string{"a"})
	assert.ErrorContains(t, err, "submission_metadata.yml: it is no file")
}

func TestGitClones(t *testing.T) {
	entries, _ := found(t, lay(t, map[string]string{
		"lab-anna/.git/HEAD": "ref: x", "lab-anna/.git/objects/a.zip": "x", "lab-anna/prog.bpf.c": source, ".git/HEAD": "x",
	}), "a")
	assert.Equal(t, []string{"a|lab-anna|lab-anna"}, entries)
}

func TestSeveralExercises(t *testing.T) {
	dir := lay(t, map[string]string{"a/anna/prog.bpf.c": source, "b/anna/prog.bpf.c": source, "c/anna/prog.bpf.c": source})
	entries, _ := found(t, dir, "b", "a")
	assert.Equal(t, []string{"a|anna|a/anna", "b|anna|b/anna"}, entries)
	_, _, err := Find(t.Context(), dir, []string{"a", "z"})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestMarkersSay(t *testing.T) {
	entries, aside := found(t, lay(t, map[string]string{
		"anna/prog.bpf.c": source, "anna/.bpfgrade.yaml": "exercise: exec-table\n",
		"chen.zip":         zipOf(t, map[string]string{"prog.bpf.c": source, ".bpfgrade.yaml": "exercise: exec-counter\n"}),
		"marek/prog.bpf.c": source, "lucia/prog.bpf.c": source, "lucia/.bpfgrade.yaml": "score: 10\n", "mary.zip": "x",
	}))
	assert.Equal(t, []string{"exec-counter|chen|chen.zip", "exec-table|anna|anna"}, entries)
	require.Len(t, aside, 3)
	assert.Contains(t, aside[0], "lucia: .bpfgrade.yaml cannot be read: ")
	assert.Contains(t, aside[1], "marek: It has no .bpfgrade.yaml")
	assert.Contains(t, aside[2], "mary: It cannot be opened, so its exercise is not known: ")
}

func TestHashIsOfTheFiles(t *testing.T) {
	dir := lay(t, map[string]string{"a/prog.bpf.c": source, "b/prog.bpf.c": source, "c/prog.bpf.c": "int y;", "d.zip": "x"})
	entries, _, err := Find(t.Context(), dir, []string{"x"})
	require.NoError(t, err)
	assert.Len(t, entries[0].Hash, 64)
	assert.Equal(t, entries[0].Hash, entries[1].Hash)
	assert.NotEqual(t, entries[0].Hash, entries[2].Hash)
	assert.Empty(t, entries[3].Hash, "it cannot be opened, and grading it says so")
}

func TestFindFails(t *testing.T) {
	_, _, err := Find(t.Context(), filepath.Join(t.TempDir(), "none"), []string{"a"})
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "class open ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = Find(ctx, lay(t, map[string]string{"a/prog.bpf.c": source}), []string{"a"})
	assert.ErrorIs(t, err, context.Canceled)
	archive := lay(t, map[string]string{"export.zip": "x"})
	_, _, err = Find(t.Context(), filepath.Join(archive, "export.zip"), []string{"a"})
	assert.ErrorContains(t, err, "export.zip: it is not a folder: unpack it")

	broken := lay(t, map[string]string{"anna/prog.bpf.c": source})
	require.NoError(t, os.Symlink("nowhere", filepath.Join(broken, "chen")))
	entries, aside := found(t, broken, "a")
	assert.Equal(t, []string{"a|anna|anna"}, entries)
	require.Len(t, aside, 1)
	assert.Contains(t, aside[0], "chen: It cannot be opened: ")

	entries, aside = found(t, t.TempDir(), "a")
	assert.Empty(t, entries)
	assert.Empty(t, aside)
}

// A link in a student's folder is not taken for its archive.
func TestLinkIsNoArchive(t *testing.T) {
	dir := lay(t, map[string]string{"anna/": ""})
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "anna", "work.zip")))
	entries, _ := found(t, dir, "a")
	assert.Equal(t, []string{"a|anna|anna"}, entries)
}
