package kernel

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadSources(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	list := filepath.Join(dir, "sources.list")
	parts := filepath.Join(dir, "parts[1]")
	require.NoError(t, os.Mkdir(parts, 0o700))
	write("sources.list", `# a comment
deb http://a.example/debian bookworm main contrib # and another
deb-src http://a.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg,/l.gpg trusted=yes] http://b.example noble main
deb broken
deb [ broken http://b.example noble main
`)
	write("parts[1]/one.sources", `Types: deb deb-src
URIs: http://c.example/one
 http://c.example/two
Suites: trixie trixie-updates
Components: main
Architectures: amd64 arm64
Signed-By:
 -----BEGIN
 .
 -----END

Types: deb-src
URIs: http://d.example
Suites: trixie
Components: main

# off
Enabled: no
Types: deb
URIs: http://e.example
Suites: trixie
Components: main
`)
	write("parts[1]/two.list", "deb cdrom:[Debian]/ bookworm main\n")
	write("parts[1]/three.list.save", "deb http://f.example bookworm main\n")

	sources, err := readSources(list, parts)
	require.NoError(t, err)
	assert.Equal(t, []source{
		{[]string{"http://a.example/debian"}, []string{"bookworm"}, []string{"main", "contrib"}, nil},
		{[]string{"http://b.example"}, []string{"noble"}, []string{"main"}, []string{"signed-by: /k.gpg /l.gpg", "trusted: yes"}},
		{[]string{"http://c.example/one", "http://c.example/two"}, []string{"trixie", "trixie-updates"}, []string{"main"}, []string{"Signed-By:\n -----BEGIN\n .\n -----END"}},
		{[]string{"cdrom:[Debian]/"}, []string{"bookworm"}, []string{"main"}, nil},
	}, sources)

	t.Run("what is written can be read", func(t *testing.T) {
		for _, s := range sources {
			assert.Equal(t, []source{s}, parseDeb822(s.String()))
		}
	})
	t.Run("no files", func(t *testing.T) {
		sources, err := readSources(filepath.Join(dir, "none"), filepath.Join(dir, "none.d"))
		assert.NoError(t, err)
		assert.Empty(t, sources)
	})
}

func src(uri string, suites ...string) source {
	return source{uris: []string{uri}, suites: suites, components: []string{"main"}}
}

func TestMirrors(t *testing.T) {
	tests := []struct {
		name       string
		configured []source
		home       string
		want       []source
	}{
		{
			"Debian, and others beside it",
			[]source{src("x", "stable", "nodistro"), src("d", "bookworm", "bookworm-updates"), src("s", "bookworm-security")},
			"bookworm",
			[]source{src("d", "bookworm", "bookworm-updates"), src("s", "bookworm-security")},
		},
		{"Ubuntu", []source{src("u", "noble", "noble-updates")}, "noble", []source{src("u", "noble", "noble-updates")}},
		{"an alias", []source{src("d", "stable")}, "stable", []source{src("d", "stable")}},
		{"an old security suite", []source{src("d", "buster/updates")}, "buster", []source{src("d", "buster/updates")}},
		{"a disc", []source{src("cdrom:[x]/", "bookworm")}, "", nil},
		{"no part with kernels", []source{{uris: []string{"d"}, suites: []string{"bookworm"}, components: []string{"contrib"}}}, "", nil},
		{"nothing", nil, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, home, sources := mirrors(tt.configured)
			assert.Equal(t, tt.want != nil, d != nil)
			assert.Equal(t, tt.home, home)
			assert.Equal(t, tt.want, sources)
		})
	}
}

func TestWiderSources(t *testing.T) {
	own := []source{src("d", "bookworm", "bookworm-updates"), src("s", "bookworm-security")}
	d, _, _ := mirrors(own)
	assert.Equal(t,
		[]source{src("d", "bookworm", "bookworm-updates", "bookworm-backports"), src("s", "bookworm-security")},
		d.withBackports(own))
	assert.Equal(t,
		[]source{src("d", "trixie", "trixie-updates", "trixie-backports"), src("s", "trixie-security")},
		d.of("trixie", own))
	assert.Equal(t, []source{src("d", "sid")}, d.of("sid", own))
	assert.Equal(t, own, d.plain("bookworm", append(d.withBackports(own), src("d", "trixie"))))
	assert.Equal(t, []string{"trixie", "forky", "duke", "sid", "bullseye", "buster"}, d.others("bookworm"))
	assert.Equal(t, d.suites, d.others("stable"))
}
