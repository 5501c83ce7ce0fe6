package submission

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The contents of files, of which Open looks at the first bytes alone.
const (
	source  = "int x;\n"
	elfFile = "\x7fELF and more"
)

// entry is one of an archive.
type entry struct {
	name    string
	content string
	mode    fs.FileMode // with the type of the file
	target  string      // of a link
	hard    bool
}

func files(contents map[string]string) []entry {
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		entries = append(entries, entry{name: name, content: contents[name]})
	}
	return entries
}

func tarred(t testing.TB, entries ...entry) []byte {
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, e := range entries {
		header, err := tar.FileInfoHeader(memoryInfo{e}, e.target)
		require.NoError(t, err)
		header.Name = e.name
		if e.hard {
			header.Typeflag, header.Linkname = tar.TypeLink, e.target
		}
		require.NoError(t, w.WriteHeader(header))
		_, err = w.Write([]byte(e.content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return data.Bytes()
}

func gzipped(t testing.TB, content []byte) []byte {
	var data bytes.Buffer
	w := gzip.NewWriter(&data)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return data.Bytes()
}

func tarGz(t testing.TB, entries ...entry) []byte { return gzipped(t, tarred(t, entries...)) }

func zipped(t testing.TB, entries ...entry) []byte {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		header.SetMode(e.mode)
		f, err := w.CreateHeader(header)
		require.NoError(t, err)
		if content := e.content + e.target; content != "" {
			_, err = f.Write([]byte(content))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return data.Bytes()
}

// archivers make the archives that Open knows, by their suffix.
var archivers = map[string]func(t testing.TB, entries ...entry) []byte{".tar.gz": tarGz, ".zip": zipped}

// memoryInfo is the fs.FileInfo of an entry.
type memoryInfo struct{ entry }

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return int64(len(i.content)) }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) Sys() any           { return nil }

// file writes a file of the given name.
func file(t testing.TB, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

// folder writes files into a folder named alice.
func folder(t testing.TB, contents map[string]string) string {
	dir := filepath.Join(t.TempDir(), "alice")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for name, content := range contents {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

// watchTemp proves that what a test opens or builds leaves nothing in the folder for
// temporary files.
func watchTemp(t *testing.T) {
	temp := filepath.Join(t.TempDir(), "temp")
	require.NoError(t, os.Mkdir(temp, 0o755))
	t.Setenv("TMPDIR", temp)
	t.Cleanup(func() {
		left, err := os.ReadDir(temp)
		assert.NoError(t, err)
		assert.Empty(t, left, "left in TMPDIR")
	})
}

// accepted opens what is a submission, until the end of the test.
func accepted(t testing.TB, path string) *Submission {
	t.Helper()
	s, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	assertSound(t, s)
	return s
}

// refused opens what is none, and returns what the student is told.
func refused(t testing.TB, path string) *Error {
	t.Helper()
	s, err := Open(path)
	assert.Nil(t, s)
	var refusal *Error
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, path, refusal.Path)
	for _, text := range []string{refusal.Reason, refusal.Help, refusal.Error()} {
		assert.NotEmpty(t, text)
		assertPrintable(t, text)
	}
	assert.Less(t, len(refusal.Reason), 4000)
	return refusal
}

// assertSound checks what holds for every submission.
func assertSound(t testing.TB, s *Submission) {
	t.Helper()
	assertPrintable(t, s.Name)
	assert.True(t, filepath.IsAbs(s.Dir), s.Dir)
	var found []string
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		assert.True(t, d.Type().IsRegular(), "%s: %v", path, d.Type())
		found = append(found, strings.TrimPrefix(path, s.Dir+"/"))
		return nil
	})
	assert.NoError(t, err)
	slices.Sort(found)
	assert.Equal(t, found, s.Files)
	assert.Contains(t, s.Files, s.Source+s.Object)
	assert.True(t, s.Source == "" || s.Object == "", "both halves: %q, %q", s.Source, s.Object)
	if program := s.ProgramSource + s.Program; program != "" {
		assert.Contains(t, s.Files, program)
	}
	assert.Regexp(t, "^[0-9a-f]{64}$", s.Hash)
}

func assertPrintable(t testing.TB, text string) {
	t.Helper()
	assert.True(t, utf8.ValidString(text), "%q is not UTF-8", text)
	for _, r := range text {
		assert.True(t, unicode.IsPrint(r), "%q has %q", text, r)
	}
}

func TestOpen(t *testing.T) {
	both := map[string]string{"prog.bpf.c": source, "prog.c": "int main;", "include/prog.h": "\n"}
	inside := make(map[string]string)
	for name, content := range both {
		inside["exercise 1/work/"+name] = content
	}
	whole := Submission{
		Name: "alice", Source: "prog.bpf.c", ProgramSource: "prog.c",
		Files: []string{"include/prog.h", "prog.bpf.c", "prog.c"},
	}
	single := func(name, source, object string) Submission {
		return Submission{Name: name, Source: source, Object: object, Files: []string{source + object}}
	}
	clutter := map[string]string{
		".git/config": "x", "__MACOSX/._prog.bpf.c": "x", ".vscode/a/b.json": "x", "include/.prog.h.swp": "x",
		"Thumbs.db": "x", "desktop.ini": "x", ".DS_Store": "x",
	}
	maps.Copy(clutter, both)
	tests := []struct {
		name string
		path string
		want Submission
	}{
		{"folder", folder(t, both), whole},
		{"folder in folders", folder(t, inside), whole},
		{"folder with clutter", folder(t, clutter), whole},
		{"folder through a link", link(t, folder(t, both), "alice"), whole},
		{".tar.gz", file(t, "alice.tar.gz", tarGz(t, files(both)...)), whole},
		{".tar.gz of a folder", file(t, "alice.tar.gz", tarGz(t, files(inside)...)), whole},
		{".tar.gz with clutter", file(t, "alice.tar.gz", tarGz(t, files(clutter)...)), whole},
		{".tgz", file(t, "alice.tgz", tarGz(t, files(both)...)), whole},
		{".zip", file(t, "alice.zip", zipped(t, files(both)...)), whole},
		{".zip of a folder", file(t, "alice.zip", zipped(t, files(inside)...)), whole},
		{".zip with clutter", file(t, "alice.zip", zipped(t, files(clutter)...)), whole},
		{".zip named .tar.gz", file(t, "alice.tar.gz", zipped(t, files(both)...)), whole},
		{".tar.gz named .zip", file(t, "alice.zip", tarGz(t, files(both)...)), whole},
		{"suffix in capitals", file(t, "alice.TAR.GZ", tarGz(t, files(both)...)), whole},
		{"archive without suffix", file(t, "alice", zipped(t, files(both)...)), whole},
		{"archive with names like ./", file(t, "alice.tgz", tarGz(t,
			entry{name: "./", mode: fs.ModeDir}, entry{name: "./prog.bpf.c", content: source},
			entry{name: ".//prog.c", content: "int main;"},
			entry{name: "include/", mode: fs.ModeDir}, entry{name: "include/./prog.h", content: "\n"})), whole},
		{"archive from Windows", file(t, "alice.zip", zipped(t,
			entry{name: `work\`}, entry{name: `work\prog.bpf.c`, content: source},
			entry{name: `work\prog.c`, content: "int main;"}, entry{name: `work\include\prog.h`, content: "\n"})), whole},
		{"prog.bpf.c", file(t, "prog.bpf.c", []byte(source)), single("prog.bpf.c", "prog.bpf.c", "")},
		{"prog.c", file(t, "prog.c", []byte(source)), single("prog.c", "prog.c", "")},
		{"source of another name", file(t, "My Work.C", []byte(source)), single("My Work.C", "My Work.C", "")},
		{"prog.bpf.o", file(t, "prog.bpf.o", []byte(elfFile)), single("prog.bpf.o", "", "prog.bpf.o")},
		{"object of another name", file(t, "homework", []byte(elfFile)), single("homework", "", "homework")},
		{"object named like source", file(t, "prog.bpf.c", []byte(elfFile)), single("prog.bpf.c", "", "prog.bpf.c")},
		{"object that is none", file(t, "prog.bpf.o", []byte("text")), single("prog.bpf.o", "", "prog.bpf.o")},
		{"file with an unsafe name", file(t, "a\x1b[2J\xff\u202e.c", []byte(source)), single("a_[2J__.c", "a_[2J__.c", "")},
		{"archive with an unsafe name", file(t, "a\n\x7fb.zip", zipped(t, files(both)...)), withName(whole, "a__b")},
		{"archive without a name", file(t, "...zip", zipped(t, files(both)...)), withName(whole, "submission")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			s := accepted(t, tt.path)
			assert.Equal(t, tt.path, s.Path)
			got := Submission{
				Name: s.Name, Source: s.Source, Object: s.Object,
				ProgramSource: s.ProgramSource, Program: s.Program, Files: s.Files, Ignored: s.Ignored,
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func withName(s Submission, name string) Submission {
	s.Name = name
	return s
}

// link makes a symbolic link.
func link(t testing.TB, target, name string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.Symlink(target, path))
	return path
}

func TestOpenCopiesContents(t *testing.T) {
	watchTemp(t)
	dir := folder(t, map[string]string{"prog.bpf.c": source, "sub/prog.h": "in a folder"})
	for name, path := range map[string]string{
		"folder":  dir,
		".tar.gz": file(t, "a.tgz", tarGz(t, entry{name: "prog.bpf.c", content: source}, entry{name: "sub/prog.h", content: "in a folder"})),
		".zip":    file(t, "a.zip", zipped(t, entry{name: "prog.bpf.c", content: source}, entry{name: "sub/prog.h", content: "in a folder"})),
	} {
		t.Run(name, func(t *testing.T) {
			s := accepted(t, path)
			for file, want := range map[string]string{"prog.bpf.c": source, "sub/prog.h": "in a folder"} {
				content, err := os.ReadFile(filepath.Join(s.Dir, file))
				require.NoError(t, err)
				assert.Equal(t, want, string(content))
			}
		})
	}
	original, err := os.ReadFile(filepath.Join(dir, "prog.bpf.c"))
	require.NoError(t, err)
	assert.Equal(t, source, string(original))
}

func TestClose(t *testing.T) {
	watchTemp(t)
	s, err := Open(folder(t, map[string]string{"prog.bpf.c": source}))
	require.NoError(t, err)
	require.DirExists(t, s.Dir)
	require.NoError(t, s.Close())
	assert.NoDirExists(t, s.Dir)
	assert.NoError(t, s.Close(), "closed twice")
}

func TestOpenWithRelativeNames(t *testing.T) {
	dir := folder(t, map[string]string{"prog.bpf.c": source})
	t.Chdir(dir)
	require.NoError(t, os.Mkdir("../temp", 0o755))
	t.Setenv("TMPDIR", "../temp")
	s := accepted(t, ".")
	assert.Equal(t, "alice", s.Name)
	assert.Equal(t, ".", s.Path)
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name   string
		path   string
		reason string
	}{
		{"empty folder", folder(t, nil), "There are no files in it."},
		{"folder with clutter alone", folder(t, map[string]string{".git/config": "x"}), "There are no files in it."},
		{"empty file", file(t, "prog.bpf.c", nil), "The file is empty."},
		{"empty archive", file(t, "alice.zip", nil), "The file is empty."},
		{".tar.gz without entries", file(t, "alice.tgz", tarGz(t)), "There are no files in it."},
		{".zip without entries", file(t, "alice.zip", zipped(t)), "There are no files in it."},
		{"empty source in a folder", folder(t, map[string]string{"prog.bpf.c": ""}), "prog.bpf.c is empty."},
		{"text", file(t, "notes.txt", []byte("hello")), "notes.txt is neither C source, an object file, nor a .tar.gz or .zip archive."},
		{"header", file(t, "prog.h", []byte("int x;")), "prog.h is neither C source"},
		{"other archive", file(t, "alice.tar", tarred(t, entry{name: "prog.bpf.c", content: source})), "alice.tar is neither C source"},
		{"text with an unsafe name", file(t, "a\n\x1b\xff.txt", []byte("hello")), "a___.txt is neither"},
		{"archive in an archive", file(t, "alice.zip", zipped(t, entry{name: "alice.zip", content: "PK\x03\x04"})),
			"It has no BPF half, neither prog.bpf.c nor prog.bpf.o. It has alice.zip."},
		{"gzip of a source", file(t, "prog.bpf.c.gz", gzipped(t, []byte(source))), "The archive is broken: it ends too early."},
		{"gzip of something", file(t, "alice.tgz", gzipped(t, make([]byte, 700))), "The archive is broken: "},
		{"tar without gzip", file(t, "alice.tar.gz", tarred(t)), "The archive is broken: gzip: invalid header."},
		{"text named .zip", file(t, "alice.zip", []byte("hello")), "The archive is broken: zip: not a valid zip file."},
		{"named pipe", pipe(t), "It is a named pipe."},
		{"device", "/dev/null", "It is a device."},
		{"path with unsafe characters", folderNamed(t, "a\x1b\nb"), "There are no files in it."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			assert.Contains(t, refused(t, tt.path).Reason, tt.reason)
		})
	}
}

func pipe(t testing.TB) string {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o644))
	return path
}

func folderNamed(t testing.TB, name string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.Mkdir(path, 0o755))
	return path
}

func TestOpenRefusesSocket(t *testing.T) {
	watchTemp(t)
	listen(t, t.TempDir())
	assert.Equal(t, "It is a socket.", refused(t, "socket").Reason)
}

// listen changes to dir and makes a socket there, whose path would be too long
// otherwise.
func listen(t *testing.T, dir string) {
	t.Chdir(dir)
	l, err := net.Listen("unix", "socket")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
}

// An error that is not the student's fault is no *Error.
func TestOpenErrors(t *testing.T) {
	dir := folder(t, map[string]string{"prog.bpf.c": source})
	unreadable := file(t, "prog.bpf.c", []byte(source))
	require.NoError(t, os.Chmod(unreadable, 0))
	inside := folder(t, map[string]string{"prog.bpf.c": source, "notes": "private"})
	require.NoError(t, os.Chmod(filepath.Join(inside, "notes"), 0))
	closed := folder(t, map[string]string{"prog.bpf.c": source, "sub/notes": "private"})
	require.NoError(t, os.Chmod(filepath.Join(closed, "sub"), 0))
	t.Cleanup(func() { os.Chmod(filepath.Join(closed, "sub"), 0o755) })
	behind := folder(t, map[string]string{"prog.bpf.c": source, ".private/notes": "private"})
	require.NoError(t, os.Symlink(".private/notes", filepath.Join(behind, "notes")))
	require.NoError(t, os.Chmod(filepath.Join(behind, ".private"), 0))
	t.Cleanup(func() { os.Chmod(filepath.Join(behind, ".private"), 0o755) })
	tests := []struct {
		name string
		path string
		want error
	}{
		{"nothing there", filepath.Join(dir, "nothing"), fs.ErrNotExist},
		{"no path", "", fs.ErrNotExist},
		{"link to nothing", link(t, "nothing", "alice"), fs.ErrNotExist},
		{"below a file", filepath.Join(dir, "prog.bpf.c/x"), syscall.ENOTDIR},
		{"file that cannot be read", unreadable, fs.ErrPermission},
		{"file in a folder that cannot be read", inside, fs.ErrPermission},
		{"folder in a folder that cannot be read", closed, fs.ErrPermission},
		{"link into a folder that cannot be read", behind, fs.ErrPermission},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == fs.ErrPermission && os.Geteuid() == 0 {
				t.Skip("root may read everything")
			}
			watchTemp(t)
			s, err := Open(tt.path)
			assert.Nil(t, s)
			require.ErrorIs(t, err, tt.want)
			assert.ErrorContains(t, err, "open submission: ")
			var refusal *Error
			assert.NotErrorAs(t, err, &refusal)
		})
	}
}

// The same holds for errors of the disk that is copied to.
func TestOpenOnFullDisk(t *testing.T) {
	large := entry{name: "prog.bpf.c", content: strings.Repeat("/", 7<<20)}
	paths := map[string]string{
		"folder":  folder(t, map[string]string{large.name: large.content}),
		"file":    file(t, large.name, []byte(large.content)),
		".tar.gz": file(t, "alice.tgz", tarGz(t, large)),
		".zip":    file(t, "alice.zip", zipped(t, large)),
		"link":    file(t, "linked.zip", zipped(t, large, entry{name: "z.h", mode: fs.ModeSymlink, target: large.name})),
	}
	watchTemp(t)
	// A file that may not grow stands for a disk that is full. No other file of
	// this process is as large.
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 6 << 20, Max: before.Max}))
	t.Cleanup(func() { syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) })
	for name, path := range paths {
		_, err := Open(path)
		assert.ErrorIs(t, err, syscall.EFBIG, name)
		var refusal *Error
		assert.NotErrorAs(t, err, &refusal, name)
	}

	t.Setenv("TMPDIR", "/nonexistent")
	_, err := Open(paths["folder"])
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestHash(t *testing.T) {
	watchTemp(t)
	contents := map[string]string{"prog.bpf.c": source, "prog.h": "\n", "lib/a.h": "a"}
	want := accepted(t, folder(t, contents)).Hash
	inside := make(map[string]string)
	for name, content := range contents {
		inside["alice/"+name] = content
	}
	backwards := files(contents)
	slices.Reverse(backwards)
	same := map[string]string{
		"another folder":       folder(t, contents),
		"with clutter":         folder(t, merged(contents, map[string]string{".cache": "x"})),
		"in a folder":          folder(t, inside),
		".tar.gz":              file(t, "bob.tgz", tarGz(t, files(contents)...)),
		".tar.gz of a folder":  file(t, "bob.tgz", tarGz(t, files(inside)...)),
		".zip":                 file(t, "bob.zip", zipped(t, files(contents)...)),
		".zip of a folder":     file(t, "bob.zip", zipped(t, files(inside)...)),
		"in another order":     file(t, "bob.zip", zipped(t, backwards...)),
		"with empty folders":   file(t, "bob.zip", zipped(t, append(backwards, entry{name: "empty/", mode: fs.ModeDir})...)),
		"with another mode":    file(t, "bob.tgz", tarGz(t, entry{name: "prog.bpf.c", content: source, mode: 0o777}, entry{name: "prog.h", content: "\n"}, entry{name: "lib/a.h", content: "a"})),
		"with what is ignored": file(t, "bob.tgz", tarGz(t, append(backwards, entry{name: "pipe", mode: fs.ModeNamedPipe})...)),
	}
	for name, path := range same {
		assert.Equal(t, want, accepted(t, path).Hash, name)
	}
	different := map[string]map[string]string{
		"other content":       merged(contents, map[string]string{"prog.h": "\n\n"}),
		"one more":            merged(contents, map[string]string{"b.h": ""}),
		"one less":            {"prog.bpf.c": source, "prog.h": "\n"},
		"another name":        {"prog.bpf.c": source, "prog.h": "\n", "lib/b.h": "a"},
		"another folder":      {"prog.bpf.c": source, "prog.h": "\n", "a.h": "a"},
		"contents exchanged":  {"prog.bpf.c": source, "prog.h": "a", "lib/a.h": "\n"},
		"content in the name": {"prog.bpf.c": source, "prog.h": "", "lib/a.h\n": "a"},
	}
	hashes := map[string]string{want: "the first"}
	for name, contents := range different {
		hash := accepted(t, folder(t, contents)).Hash
		assert.Empty(t, hashes[hash], "the hash of %s is that of another", name)
		hashes[hash] = name
	}
}

func merged(a, b map[string]string) map[string]string {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

// A student reads what is wrong, and what to do about it.
func ExampleError() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"first.bpf.c", "second.bpf.c"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(source), 0o644); err != nil {
			panic(err)
		}
	}
	_, err = Open(dir)
	if refusal, ok := err.(*Error); ok {
		fmt.Println(refusal.Reason)
		fmt.Println(refusal.Help)
	}
	// Output:
	// It has several files that could be the BPF half: first.bpf.c, second.bpf.c.
	// Call the BPF half's source prog.bpf.c. An object made from it, prog.bpf.o, is taken where there is no source.
}
