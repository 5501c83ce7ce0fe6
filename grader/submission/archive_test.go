package submission

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var prog = entry{name: "prog.bpf.c", content: source}

// archived runs a test once for each kind of archive.
func archived(t *testing.T, entries []entry, test func(t *testing.T, path string)) {
	for _, suffix := range []string{".tar.gz", ".zip"} {
		t.Run(suffix, func(t *testing.T) {
			watchTemp(t)
			test(t, file(t, "alice"+suffix, archivers[suffix](t, entries...)))
		})
	}
}

func TestArchiveNames(t *testing.T) {
	tests := []struct {
		name   string
		reason string
	}{
		{"../evil.h", "The archive has a file outside of itself, ../evil.h"},
		{"a/../../evil.h", "outside of itself"},
		{"a/../evil.h", "outside of itself"},
		{"/tmp/evil.h", "outside of itself"},
		{`..\evil.h`, "outside of itself"},
		{`\evil.h`, "outside of itself"},
		{`C:\evil.h`, "outside of itself"},
		{"c:evil.h", "outside of itself"},
		{"../\x1b]0;\n\u202e.h", "outside of itself, ../_]0;__.h"},
		{".hidden/../../evil.h", "outside of itself"},
		{strings.Repeat("a", maxName+1), "has more than 255 bytes"},
		{strings.Repeat("a/", maxDepth) + "a", "nested more than 10 deep"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%.30q", tt.name), func(t *testing.T) {
			archived(t, []entry{prog, {name: tt.name, content: "x"}}, func(t *testing.T, path string) {
				assert.Contains(t, refused(t, path).Reason, tt.reason)
			})
			// A folder is looked at in the same way.
			archived(t, []entry{prog, {name: tt.name + "/", mode: fs.ModeDir}}, func(t *testing.T, path string) {
				assert.Contains(t, refused(t, path).Reason, tt.reason)
			})
		})
	}
}

func TestArchiveKeepsNames(t *testing.T) {
	for _, name := range []string{"a\n\x1b.h", "a b.h", "-o", "@file", "ü.h", "$HOME", "a\"'b", "PROG.BPF.C", "con", strings.Repeat("a", maxName)} {
		t.Run(fmt.Sprintf("%.30q", name), func(t *testing.T) {
			archived(t, []entry{prog, {name: name, content: "x"}}, func(t *testing.T, path string) {
				assert.Contains(t, accepted(t, path).Files, name)
			})
		})
	}
	// What was not written as UTF-8, as by older archivers on Windows.
	watchTemp(t)
	data := bytes.ReplaceAll(zipped(t, prog, entry{name: "XYZ.h", content: "x"}), []byte("XYZ.h"), []byte("\x81\xff\xfe.h"))
	assert.Contains(t, accepted(t, file(t, "alice.zip", data)).Files, "\x81\xff\xfe.h")
}

func TestArchiveWithZeroByteInName(t *testing.T) {
	watchTemp(t)
	data := bytes.ReplaceAll(zipped(t, prog, entry{name: "XYZ.h", content: "x"}), []byte("XYZ.h"), []byte("X\x00Z.h"))
	assert.Contains(t, refused(t, file(t, "alice.zip", data)).Reason, `a zero byte in its name, "X\x00Z.h"`)
}

func TestArchiveWithEntriesOfOneName(t *testing.T) {
	tests := []struct {
		name    string
		entries []entry
		reason  string
	}{
		{"twice", []entry{prog, prog}, "It has two entries for prog.bpf.c."},
		{"twice in another form", []entry{prog, {name: "./prog.bpf.c", content: "int y;"}}, "It has two entries for prog.bpf.c."},
		{"file in a file", []entry{prog, {name: "a", content: "x"}, {name: "a/b/c", content: "x"}}, "It has two entries for a/b/c."},
		{"file in the place of a folder", []entry{prog, {name: "a/b", content: "x"}, {name: "a", content: "x"}}, "It has two entries for a."},
		{"link in the place of a file", []entry{prog, {name: "a", content: "x"}, {name: "a", mode: fs.ModeSymlink, target: "prog.bpf.c"}}, "It has two entries for a."},
		{"unsafe name", []entry{prog, {name: "a\n\x1b"}, {name: "a\n\x1b"}}, "It has two entries for a__."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			archived(t, tt.entries, func(t *testing.T, path string) {
				assert.Equal(t, tt.reason, refused(t, path).Reason)
			})
		})
	}
}

func TestArchiveWithFolders(t *testing.T) {
	folders := []entry{
		{name: "a/", mode: fs.ModeDir}, {name: "a/", mode: fs.ModeDir}, {name: "a/prog.bpf.c", content: source},
		{name: "a/b/", mode: fs.ModeDir}, {name: "a", mode: fs.ModeDir},
	}
	archived(t, folders, func(t *testing.T, path string) {
		assert.Equal(t, []string{"prog.bpf.c"}, accepted(t, path).Files)
	})
}

func TestLinksInArchives(t *testing.T) {
	const (
		out     = "it is a link that leads out of the submission"
		nowhere = "it is a link that does not lead to a file of the submission"
	)
	tests := []struct {
		name    string
		entries []entry // with "link" among them, and "sub/link"
		content string  // of the link, or
		reason  string  // why it was left out
	}{
		{"to a file", []entry{{name: "link", target: "prog.h"}}, "inside", ""},
		{"to a file in a folder", []entry{{name: "link", target: "./sub/file"}}, "deeper", ""},
		{"to a file by going up", []entry{{name: "sub/link", target: "../prog.h"}}, "inside", ""},
		{"through links", []entry{{name: "link", target: "z"}, {name: "a", target: "prog.h"}, {name: "z", target: "a"}}, "inside", ""},
		{"through links, the other way round", []entry{{name: "link", target: "a"}, {name: "z", target: "prog.h"}, {name: "a", target: "z"}}, "inside", ""},
		{"outside", []entry{{name: "link", target: "../secret"}}, "", out},
		{"outside by going in", []entry{{name: "link", target: "sub/../../secret"}}, "", out},
		{"to the folder outside", []entry{{name: "link", target: ".."}}, "", out},
		{"absolute", []entry{{name: "link", target: "/etc/passwd"}}, "", out},
		{"through a link outside", []entry{{name: "link", target: "a"}, {name: "a", target: "/etc/passwd"}}, "", nowhere},
		{"through a folder outside", []entry{{name: "link", target: "a/passwd"}, {name: "a", target: "/etc"}}, "", nowhere},
		{"dangling", []entry{{name: "link", target: "nothing"}}, "", nowhere},
		{"below a file", []entry{{name: "link", target: "prog.h/x"}}, "", nowhere},
		{"to a folder", []entry{{name: "link", target: "sub"}}, "", nowhere},
		{"to the folder that it is in", []entry{{name: "link", target: "."}}, "", nowhere},
		{"to itself", []entry{{name: "link", target: "link"}}, "", nowhere},
		{"to each other", []entry{{name: "link", target: "a"}, {name: "a", target: "link"}}, "", nowhere},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var links []entry
			for _, e := range tt.entries {
				e.mode = fs.ModeSymlink | 0o777
				links = append(links, e)
			}
			// A link may come before its target, or after it.
			contents := []entry{prog, {name: "prog.h", content: "inside"}, {name: "sub/file", content: "deeper"}}
			for _, entries := range [][]entry{append(links, contents...), append(contents, links...)} {
				archived(t, entries, func(t *testing.T, path string) {
					s := accepted(t, path)
					if tt.reason != "" {
						assert.Contains(t, s.Ignored, Ignored{"link", tt.reason})
						assert.Equal(t, []string{"prog.bpf.c", "prog.h", "sub/file"}, s.Files)
						return
					}
					content, err := os.ReadFile(filepath.Join(s.Dir, links[0].name))
					require.NoError(t, err)
					assert.Equal(t, tt.content, string(content))
					assert.Empty(t, s.Ignored)
				})
			}
		})
	}
}

func TestHardLinksInArchives(t *testing.T) {
	watchTemp(t)
	hard := func(name, target string) entry { return entry{name: name, target: target, hard: true} }
	path := file(t, "alice.tgz", tarGz(t,
		entry{name: "w/prog.bpf.c", content: source},
		hard("w/a.h", "w/prog.bpf.c"),
		hard("w/b.h", "./w/a.h"),
		hard("w/c.h", "../prog.bpf.c"),
		hard("w/d.h", "/etc/passwd"),
		hard("w/e.h", "prog.bpf.c"),
	))
	s := accepted(t, path)
	assert.Equal(t, []string{"a.h", "b.h", "prog.bpf.c"}, s.Files)
	assert.Equal(t, []Ignored{
		{"c.h", "it is a link that leads out of the submission"},
		{"d.h", "it is a link that leads out of the submission"},
		{"e.h", "it is a link that does not lead to a file of the submission"},
	}, s.Ignored)
	content, err := os.ReadFile(filepath.Join(s.Dir, "b.h"))
	require.NoError(t, err)
	assert.Equal(t, source, string(content))
}

// Links count like the files that they become.
func TestManyLinks(t *testing.T) {
	entries := []entry{prog}
	for i := range maxFiles {
		entries = append(entries, entry{name: fmt.Sprintf("%d.h", i), mode: fs.ModeSymlink, target: "prog.bpf.c"})
	}
	archived(t, entries, func(t *testing.T, path string) {
		assert.Equal(t, "It has more than 200 files.", refused(t, path).Reason)
	})
	large := []entry{{name: "prog.bpf.c", content: strings.Repeat("/", maxFile)}}
	for i := range 4 {
		large = append(large, entry{name: fmt.Sprintf("%d.h", i), mode: fs.ModeSymlink, target: "prog.bpf.c"})
	}
	archived(t, large, func(t *testing.T, path string) {
		assert.Equal(t, "It is larger than 32 MiB in all.", refused(t, path).Reason)
	})
}

func TestHashOfLinks(t *testing.T) {
	watchTemp(t)
	dir := folder(t, map[string]string{"prog.bpf.c": source})
	for name, target := range map[string]string{"a.h": "b.h", "b.h": "prog.bpf.c", "z.h": "a.h"} {
		require.NoError(t, os.Symlink(target, filepath.Join(dir, name)))
	}
	entries := []entry{prog}
	for name, target := range map[string]string{"a.h": "b.h", "b.h": "prog.bpf.c", "z.h": "a.h"} {
		entries = append(entries, entry{name: name, mode: fs.ModeSymlink, target: target})
	}
	want := accepted(t, dir).Hash
	for suffix, archive := range archivers {
		assert.Equal(t, want, accepted(t, file(t, "alice"+suffix, archive(t, entries...))).Hash, suffix)
	}
}

func TestSpecialFilesInArchives(t *testing.T) {
	for reason, mode := range map[string]fs.FileMode{
		"it is a named pipe": fs.ModeNamedPipe,
		"it is a device":     fs.ModeDevice,
	} {
		archived(t, []entry{prog, {name: "special", mode: mode}}, func(t *testing.T, path string) {
			s := accepted(t, path)
			assert.Equal(t, []string{"prog.bpf.c"}, s.Files)
			assert.Equal(t, []Ignored{{"special", reason}}, s.Ignored)
		})
	}
	watchTemp(t)
	s := accepted(t, file(t, "alice.zip", zipped(t, prog, entry{name: "special", mode: fs.ModeSocket})))
	assert.Equal(t, []Ignored{{"special", "it is a socket"}}, s.Ignored)

	var data bytes.Buffer
	w := tar.NewWriter(&data)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "prog.bpf.c", Typeflag: 'V'}))
	require.NoError(t, w.Close())
	assert.Equal(t, "prog.bpf.c was not taken: it is a special file.", refused(t, file(t, "alice.tgz", gzipped(t, data.Bytes()))).Reason)
}

func TestArchiveLimits(t *testing.T) {
	number := func(n int, pattern string, mode fs.FileMode) []entry {
		entries := []entry{prog}
		for i := range n - 1 {
			entries = append(entries, entry{name: fmt.Sprintf(pattern, i), mode: mode})
		}
		return entries
	}
	mebibytes := func(sizes ...int) []entry {
		entries := []entry{prog}
		for i, size := range sizes {
			entries = append(entries, entry{name: fmt.Sprintf("%d.h", i), content: strings.Repeat("/", size<<20)})
		}
		return entries
	}
	tests := []struct {
		name    string
		entries []entry
		reason  string // "" when it is within the limits
	}{
		{"200 files", number(maxFiles, "%d.h", 0), ""},
		{"201 files", number(maxFiles+1, "%d.h", 0), "It has more than 200 files."},
		{"10000 entries", number(maxEntries, "%d/", fs.ModeDir), ""},
		{"10001 folders", number(maxEntries+1, "%d/", fs.ModeDir), "It has more than 10000 entries."},
		{"10001 files, hidden", number(maxEntries+1, ".a/%d", 0), "It has more than 10000 entries."},
		{"10001 links", number(maxEntries+1, "%d", fs.ModeSymlink), "It has more than 10000 entries."},
		{"10001 pipes", number(maxEntries+1, "%d", fs.ModeNamedPipe), "It has more than 10000 entries."},
		{"a large file", mebibytes(8), ""},
		{"too large a file", mebibytes(9), "0.h is larger than 8 MiB."},
		{"large in all", mebibytes(8, 8, 8, 7), ""},
		{"too large in all", mebibytes(8, 8, 8, 8), "It is larger than 32 MiB in all."},
		{"deep", append([]entry{{name: strings.Repeat("d/", maxDepth-1) + "a", content: "x"}}, prog), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			archived(t, tt.entries, func(t *testing.T, path string) {
				if tt.reason == "" {
					accepted(t, path)
				} else {
					assert.Equal(t, tt.reason, refused(t, path).Reason)
				}
			})
		})
	}
}

func TestBombs(t *testing.T) {
	hidden := entry{name: ".cache", content: strings.Repeat("\x00", 1<<20)}
	var many []entry
	for i := range 100_000 {
		many = append(many, entry{name: fmt.Sprintf(".%d", i)})
	}
	named := zipped(t, prog)
	sparse := file(t, "alice.zip", named)
	require.NoError(t, os.Truncate(sparse, maxArchive+1))
	tests := []struct {
		name   string
		path   string
		reason string
	}{
		{"large archive", sparse, "The archive is larger than 32 MiB."},
		{".tar.gz that decompresses to much, which is left out",
			file(t, "alice.tgz", repeatGzip(t, tarred(t, hidden)[:512+1<<20], 300)), "It decompresses to more than 256 MiB."},
		{".tar.gz that decompresses to much, behind the end",
			file(t, "alice.tgz", append(tarGz(t, prog), repeatGzip(t, make([]byte, 1<<20), 300)...)), "It decompresses to more than 256 MiB."},
		{".tar.gz with a file that is mostly holes", file(t, "alice.tgz", gzipped(t, sparseTar(t, "prog.bpf.c", 1<<32))), "prog.bpf.c is larger than 8 MiB."},
		{".tar.gz with a large header", file(t, "alice.tgz", gzipped(t, largeHeader(t))), "The archive is broken: archive/tar: "},
		{".zip with many entries", file(t, "alice.zip", zipped(t, many...)), "Its list of files is larger than 4 MiB."},
		{".zip whose entries share their contents", file(t, "alice.zip", overlapping(t, 100)), "It is larger than 32 MiB in all."},
		{".zip that tells a wrong size", file(t, "alice.zip", lying(t)), "The archive is broken: "},
		{".zip that tells a wrong number of entries", file(t, "alice.zip", miscounted(t)), "The archive is broken: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			watchTemp(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			refusal := refused(t, tt.path)
			runtime.ReadMemStats(&after)
			assert.Contains(t, refusal.Reason, tt.reason)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20), "bytes of memory, in all")
		})
	}
}

// repeatGzip compresses content n times over, without the work.
func repeatGzip(t testing.TB, content []byte, n int) []byte {
	return bytes.Repeat(gzipped(t, content), n)
}

// sparseTar has one file in GNU's old format for files with holes, of which
// nothing is stored.
func sparseTar(t testing.TB, name string, size int64) []byte {
	data := tarred(t, entry{name: name})
	header := data[:512]
	header[156] = tar.TypeGNUSparse
	copy(header[257:], "ustar  \x00")
	clear(header[265:])
	copy(header[386:], fmt.Sprintf("%011o\x00%011o\x00", size, 0))
	copy(header[483:], fmt.Sprintf("%011o\x00", size))
	sign(header)
	return data
}

// largeHeader has an extended header larger than any archive needs.
func largeHeader(t testing.TB) []byte {
	data := tarred(t, entry{name: "header", content: strings.Repeat("x", 2<<20)}, prog)
	data[156] = tar.TypeXHeader
	sign(data[:512])
	return data
}

// sign puts the checksum into a header of a tar.
func sign(header []byte) {
	copy(header[148:], "        ")
	var sum int
	for _, b := range header {
		sum += int(b)
	}
	copy(header[148:], fmt.Sprintf("%06o\x00 ", sum))
}

// The signatures of a .zip's directory and of its end.
const (
	zipDirectory = "PK\x01\x02"
	zipEnd       = "PK\x05\x06"
)

// overlapping has one stored file under n names.
func overlapping(t testing.TB, n int) []byte {
	data := zipped(t, entry{name: "000.h", content: strings.Repeat("/", 1<<20)})
	begin, end := bytes.Index(data, []byte(zipDirectory)), bytes.Index(data, []byte(zipEnd))
	record, tail := data[begin:end], data[end:]
	archive := bytes.Clone(data[:begin])
	for i := range n {
		archive = append(archive, bytes.Replace(record, []byte("000"), fmt.Appendf(nil, "%03d", i), 1)...)
	}
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*len(record)))
	return append(archive, tail...)
}

// lying says of a file of 16 MiB that it has 10 bytes.
func lying(t testing.TB) []byte {
	data := zipped(t, entry{name: "prog.bpf.c", content: strings.Repeat("/", 16<<20)})
	record := data[bytes.Index(data, []byte(zipDirectory)):]
	binary.LittleEndian.PutUint32(record[24:], 10)
	return data
}

// miscounted says that it has many entries.
func miscounted(t testing.TB) []byte {
	data := zipped(t, prog)
	end := data[bytes.Index(data, []byte(zipEnd)):]
	binary.LittleEndian.PutUint16(end[8:], 60_000)
	binary.LittleEndian.PutUint16(end[10:], 60_000)
	return data
}

// shifted says that its directory lies one byte further on.
func shifted(t testing.TB) []byte {
	data := zipped(t, prog)
	end := data[bytes.Index(data, []byte(zipEnd)):]
	binary.LittleEndian.PutUint32(end[16:], binary.LittleEndian.Uint32(end[16:])+1)
	return data
}

func TestBrokenArchives(t *testing.T) {
	stored := func(change func(h *zip.FileHeader)) []byte {
		var data bytes.Buffer
		w := zip.NewWriter(&data)
		h := &zip.FileHeader{
			Name: "prog.bpf.c", CRC32: crc32.ChecksumIEEE([]byte(source)),
			CompressedSize64: uint64(len(source)), UncompressedSize64: uint64(len(source)),
		}
		change(h)
		f, err := w.CreateRaw(h)
		require.NoError(t, err)
		_, err = f.Write([]byte(source))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return data.Bytes()
	}
	watchTemp(t)
	accepted(t, file(t, "alice.zip", stored(func(*zip.FileHeader) {})))
	tests := []struct {
		name   string
		data   []byte
		reason string
	}{
		{"wrong checksum in .zip", stored(func(h *zip.FileHeader) { h.CRC32++ }), "The archive is broken: zip: checksum error."},
		{"password", stored(func(h *zip.FileHeader) { h.Flags |= 1 }), "The archive is protected by a password."},
		{"LZMA", stored(func(h *zip.FileHeader) { h.Method = 14 }), "The archive is compressed by a method other than deflate."},
		{"not compressed after all", stored(func(h *zip.FileHeader) { h.Method = zip.Deflate }), "The archive is broken: "},
		{"offset before the beginning", shifted(t), "The archive is broken: "},
		{"gzip alone", []byte("\x1f\x8b"), "The archive is broken: it ends too early."},
		{"gzip of nothing", gzipped(t, nil), "There are no files in it."},
		{"tar that ends early", gzipped(t, tarred(t, prog)[:515]), "The archive is broken: it ends too early."},
		{"tar with a wrong checksum", gzipped(t, bytes.Replace(tarred(t, prog), []byte("prog"), []byte("Prog"), 1)), "The archive is broken: archive/tar: invalid tar header."},
		{"another gzip behind it, broken", append(tarGz(t, prog), gzipped(t, []byte("more"))[:12]...), "The archive is broken: it ends too early."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Contains(t, refused(t, file(t, "alice.zip", tt.data)).Reason, tt.reason)
		})
	}
	// gzip(1) ignores what comes behind.
	accepted(t, file(t, "alice.tgz", append(tarGz(t, prog), make([]byte, 100)...)))
	accepted(t, file(t, "alice.tgz", append(tarGz(t, prog), "-- \nSent by mail"...)))
}

func TestTruncatedArchives(t *testing.T) {
	watchTemp(t)
	entries := []entry{prog, {name: "sub/", mode: fs.ModeDir}, {name: "sub/prog.h", content: "#define X"}}
	for suffix, archive := range archivers {
		data := archive(t, entries...)
		for n := 1; n < len(data); n++ {
			path := file(t, "alice"+suffix, data[:n])
			assert.Contains(t, refused(t, path).Reason, "The archive is broken: ", "the first %d bytes of %s", n, suffix)
		}
	}
}

// A byte that was changed on the way is found, or did not matter.
func TestDamagedArchives(t *testing.T) {
	watchTemp(t)
	data := tarGz(t, prog, entry{name: "sub/prog.h", content: "#define X"})
	want := accepted(t, file(t, "alice.tgz", data)).Hash
	for i := range data {
		damaged := bytes.Clone(data)
		damaged[i] ^= 0x10
		s, err := Open(file(t, "alice.tgz", damaged))
		if err != nil {
			var refusal *Error
			assert.ErrorAs(t, err, &refusal, "byte %d", i)
			continue
		}
		assert.Equal(t, want, s.Hash, "byte %d", i)
		assert.NoError(t, s.Close())
	}
}

// openAnything checks that Open of whatever data either refuses it or makes a
// submission within the limits, and leaves nothing.
func openAnything(t *testing.T, name string, data []byte) {
	watchTemp(t)
	path := file(t, name, data)
	s, err := Open(path)
	if err != nil {
		refused(t, path)
		return
	}
	assertSound(t, s)
	assert.LessOrEqual(t, len(s.Files), maxFiles)
	for _, file := range s.Files {
		fi, err := os.Lstat(filepath.Join(s.Dir, file))
		require.NoError(t, err)
		assert.LessOrEqual(t, fi.Size(), int64(maxFile))
	}
	again := accepted(t, path)
	assert.Equal(t, s.Hash, again.Hash)
	assert.Equal(t, s.Ignored, again.Ignored)
	require.NoError(t, s.Close())
}

// seeds are archives to begin from.
func seeds(t testing.TB, archive func(t testing.TB, entries ...entry) []byte) [][]byte {
	return [][]byte{
		nil,
		archive(t),
		archive(t, prog),
		archive(t, prog, entry{name: "a/", mode: fs.ModeDir}, entry{name: "a/../../b", content: "x"}),
		archive(t, prog, entry{name: "a", mode: fs.ModeSymlink, target: "b"}, entry{name: "b", mode: fs.ModeSymlink, target: "prog.bpf.c"}),
		archive(t, prog, entry{name: "/a", mode: fs.ModeNamedPipe}, entry{name: `b\c`, content: "x"}, prog),
	}
}

// FuzzTarGz mutates what is compressed: of random gzip, little would be left.
func FuzzTarGz(f *testing.F) {
	for _, seed := range append(seeds(f, tarred), sparseTar(f, "prog.bpf.c", 1000),
		tarred(f, prog, entry{name: "a", target: "prog.bpf.c", hard: true}), tarred(f, entry{name: strings.Repeat("a", 200), content: "x"})) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) { openAnything(t, "alice.tgz", gzipped(t, data)) })
}

func FuzzZip(f *testing.F) {
	for _, seed := range append(seeds(f, zipped), overlapping(f, 3), miscounted(f)) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) { openAnything(t, "alice.zip", data) })
}

// FuzzOpen is for the choice of the format.
func FuzzOpen(f *testing.F) {
	for name, archive := range maps.All(archivers) {
		f.Add("alice"+name, archive(f, prog))
	}
	f.Add("prog.bpf.c", []byte(source))
	f.Add("prog.bpf.o", []byte(elfFile))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if name = filepath.Base(name); name == "." || name == ".." || name == "/" || len(name) > maxName || strings.Contains(name, "\x00") {
			t.Skip("not the name of a file")
		}
		openAnything(t, name, data)
	})
}
