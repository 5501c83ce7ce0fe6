package kernel

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// archive is a package mirror in a folder. Each suite has a list of packages.
type archive struct {
	t      *testing.T
	dir    string
	suites map[string][]string
}

// newArchive makes a mirror and has apt know it, with the suites given.
func newArchive(t *testing.T, configured string) *archive {
	for _, tool := range []string{"apt-get", "apt-config", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("this machine has no %s: %v", tool, err)
		}
	}
	a := &archive{t, t.TempDir(), make(map[string][]string)}
	a.configure("file:"+a.dir, configured)
	return a
}

func (a *archive) configure(uri, suites string) {
	config := a.t.TempDir()
	text := fmt.Sprintf("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nTrusted: yes\n", uri, suites)
	a.write(filepath.Join(config, "parts", "mirror.sources"), text)
	a.write(filepath.Join(config, "apt.conf"), fmt.Sprintf(`Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "%s/parts";
APT::Update::Pre-Invoke:: "touch %s/invoked";
`, config, config))
	a.t.Setenv("APT_CONFIG", filepath.Join(config, "apt.conf"))
	a.t.Cleanup(func() { assert.NoFileExists(a.t, filepath.Join(config, "invoked"), "a hook of the machine's ran") })
}

func (a *archive) write(path, text string) {
	require.NoError(a.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(a.t, os.WriteFile(path, []byte(text), 0o644))
}

// add puts a package with files into a suite.
func (a *archive) add(suite, name, version, depends string, files map[string]string) {
	root := a.t.TempDir()
	control := fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: N\nDescription: d\n", name, version)
	if depends != "" {
		control += "Depends: " + depends + "\n"
	}
	a.write(filepath.Join(root, "DEBIAN/control"), control)
	for path, text := range files {
		a.write(filepath.Join(root, path), text)
	}
	pool := filepath.Join("pool", name+"_"+version+".deb")
	require.NoError(a.t, os.MkdirAll(filepath.Join(a.dir, "pool"), 0o755))
	out, err := exec.Command("dpkg-deb", "--root-owner-group", "-Znone", "-b", root, filepath.Join(a.dir, pool)).CombinedOutput()
	require.NoError(a.t, err, string(out))
	data, err := os.ReadFile(filepath.Join(a.dir, pool))
	require.NoError(a.t, err)
	stanza := fmt.Sprintf("%sFilename: %s\nSize: %d\nSHA256: %x\n", control, pool, len(data), sha256.Sum256(data))
	a.suites[suite] = append(a.suites[suite], stanza)

	packages := strings.Join(a.suites[suite], "\n")
	a.write(filepath.Join(a.dir, "dists", suite, "main/binary-amd64/Packages"), packages)
	a.write(filepath.Join(a.dir, "dists", suite, "Release"), fmt.Sprintf(
		"Suite: %s\nCodename: %s\nComponents: main\nArchitectures: amd64\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n %x %d main/binary-amd64/Packages\n",
		suite, suite, sha256.Sum256([]byte(packages)), len(packages)))
}

// addDebian puts a kernel as Debian has it into a suite.
func (a *archive) addDebian(suite, release, version string) {
	a.add(suite, "linux-image-"+release, version, "kmod, initramfs-tools | linux-initramfs-tool", map[string]string{
		"boot/vmlinuz-" + release:                 bzImage(release),
		"lib/modules/" + release + "/kernel/x.ko": "x",
	})
}

// addSplit puts a kernel into a suite whose image and modules are packages of
// their own.
func (a *archive) addSplit(suite, release, version string) {
	modules := "usr/lib/modules/" + release
	a.add(suite, "linux-image-"+release, version, fmt.Sprintf("linux-base-%[1]s (= %[2]s), linux-binary-%[1]s (= %[2]s), linux-modules-%[1]s (= %[2]s)", release, version), nil)
	a.add(suite, "linux-base-"+release, version, "", map[string]string{modules + "/modules.builtin": "kernel/y.ko\n"})
	a.add(suite, "linux-binary-"+release, version, "", map[string]string{modules + "/vmlinuz": bzImage(release)})
	a.add(suite, "linux-modules-"+release, version, "", map[string]string{modules + "/kernel/x.ko": "x"})
}

func openStore(t *testing.T) *Store {
	s, err := OpenStore(t.TempDir())
	require.NoError(t, err)
	return s
}

func quiet(string) {}

func TestAdd(t *testing.T) {
	a := newArchive(t, "bookworm bookworm-security")
	a.addDebian("bookworm", "6.1.0-50-cloud-amd64", "6.1.176-1")
	a.addDebian("bookworm-security", "6.1.0-56-cloud-amd64", "6.1.192-2")
	a.addDebian("bookworm-security", "6.12.117+deb12-cloud-amd64", "6.12.117-1~deb12u1")
	a.add("bookworm-security", "linux-image-6.12-cloud-amd64", "6.12.117-1~deb12u1", "linux-image-6.12.117+deb12-cloud-amd64 (= 6.12.117-1~deb12u1)", nil)
	a.add("bookworm", "linux-image-cloud-amd64", "6.1.176-1", "linux-image-6.1.0-50-cloud-amd64 (= 6.1.176-1)", nil)
	a.add("bookworm-security", "linux-image-cloud-amd64", "6.1.192-2", "linux-image-6.1.0-56-cloud-amd64 (= 6.1.192-2)", nil)
	a.addDebian("bookworm-backports", "6.16.3+deb12-cloud-amd64", "6.16.3-1~bpo12+1")
	a.addDebian("trixie", "6.16.12+deb13-cloud-amd64", "6.16.12-1")
	a.addSplit("trixie-backports", "7.3.4+deb13-cloud-amd64", "7.3.4-1~bpo13+1")
	a.addDebian("bullseye", "5.10.0-33-cloud-amd64", "5.10.226-1")

	tests := []struct{ version, name, release string }{
		{"", "6.1.192", "6.1.0-56-cloud-amd64"},
		{"6.1", "6.1.192", "6.1.0-56-cloud-amd64"},
		{"6.1.176", "6.1.176", "6.1.0-50-cloud-amd64"},
		{"6.12", "6.12.117", "6.12.117+deb12-cloud-amd64"},
		{"6.16", "6.16.3", "6.16.3+deb12-cloud-amd64"},
		{"6.16.12", "6.16.12", "6.16.12+deb13-cloud-amd64"},
		{"7.3", "7.3.4", "7.3.4+deb13-cloud-amd64"},
		{"5.10", "5.10.226", "5.10.0-33-cloud-amd64"},
		{"5.10.0-33-cloud-amd64", "5.10.226", "5.10.0-33-cloud-amd64"},
	}
	for _, tt := range tests {
		t.Run("version "+tt.version, func(t *testing.T) {
			s := openStore(t)
			k, err := s.Add(t.Context(), tt.version, quiet)
			require.NoError(t, err)
			assert.Equal(t, tt.name, k.Name)
			assert.Equal(t, tt.release, k.Release)
			assert.FileExists(t, k.Image)
			assert.FileExists(t, filepath.Join(k.Modules, "kernel/x.ko"))
			assert.Contains(t, k.Origin, "linux-image-"+tt.release)
			assert.NoDirExists(t, filepath.Join(s.dir, unfinishedDir))
			found, err := s.Find("")
			require.NoError(t, err)
			assert.Equal(t, k, found)
		})
	}

	t.Run("not offered", func(t *testing.T) {
		s := openStore(t)
		_, err := s.Add(t.Context(), "3.2", quiet)
		var missing *NotFoundError
		require.ErrorAs(t, err, &missing)
		assert.Equal(t, []string{"5.10.226", "6.1.192", "6.12.117", "6.16.12", "7.3.4"}, missing.Offered)
		assert.NoDirExists(t, filepath.Join(s.dir, unfinishedDir))
	})
	t.Run("no version", func(t *testing.T) {
		for _, word := range []string{"latest", "../6.1", "6.1;reboot", "./vmlinuz", "-o=x"} {
			_, err := openStore(t).Add(t.Context(), word, quiet)
			assert.ErrorIs(t, err, ErrVersion, word)
		}
	})
	t.Run("newest", func(t *testing.T) {
		s := openStore(t)
		_, err := s.Add(t.Context(), "6.1", quiet)
		require.NoError(t, err)
		first, err := s.Add(t.Context(), Newest, quiet)
		require.NoError(t, err)
		assert.Equal(t, "7.3.4", first.Name)
		assert.FileExists(t, filepath.Join(first.Modules, "kernel/x.ko"))
		assert.FileExists(t, filepath.Join(first.Modules, "modules.builtin"))

		again, err := s.Add(t.Context(), Newest, func(text string) { assert.NotContains(t, text, "fetching") })
		require.NoError(t, err)
		assert.Equal(t, first, again)
		found, err := s.Find(Newest)
		require.NoError(t, err)
		assert.Equal(t, first, found)
	})
	t.Run("several at once", func(t *testing.T) {
		s := openStore(t)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				k, err := s.Add(t.Context(), "6.1", quiet)
				assert.NoError(t, err)
				assert.Equal(t, "6.1.192", k.Name)
			})
		}
		wg.Wait()
	})
	t.Run("here already", func(t *testing.T) {
		s := openStore(t)
		first, err := s.Add(t.Context(), "6.1", quiet)
		require.NoError(t, err)
		second, err := s.Add(t.Context(), "6.1", func(text string) { t.Errorf("it looked again: %s", text) })
		require.NoError(t, err)
		assert.Equal(t, first, second)
	})
	t.Run("after one that was killed", func(t *testing.T) {
		s := openStore(t)
		require.NoError(t, os.MkdirAll(filepath.Join(s.dir, unfinishedDir, "kernel"), 0o700))
		_, err := s.Add(t.Context(), "6.1", quiet)
		assert.NoError(t, err)
	})
}

func TestAddUbuntu(t *testing.T) {
	a := newArchive(t, "noble noble-updates")
	const release = "6.8.0-45-generic"
	a.add("noble-updates", "linux-image-"+release, "6.8.0-45.45", "kmod, linux-modules-"+release, map[string]string{"boot/vmlinuz-" + release: bzImage(release)})
	a.add("noble-updates", "linux-modules-"+release, "6.8.0-45.45", "", map[string]string{"usr/lib/modules/" + release + "/kernel/x.ko": "x"})
	a.add("noble-updates", "linux-image-generic", "6.8.0-45.45", "linux-image-"+release+" (= 6.8.0-45.45), linux-modules-extra-"+release, nil)
	a.add("noble-updates", "linux-image-6.11.0-9-generic", "6.11.0-9.9", "kmod", nil)
	s := openStore(t)
	for _, version := range []string{"", "6.8", release} {
		k, err := s.Add(t.Context(), version, quiet)
		require.NoError(t, err)
		assert.Equal(t, "6.8.0-45", k.Name)
		assert.FileExists(t, filepath.Join(k.Modules, "kernel/x.ko"))
	}
}

func TestAddBadPackage(t *testing.T) {
	const release = "6.1.0-1-cloud-amd64"
	tests := []struct {
		name  string
		files map[string]string
	}{
		{"without an image", map[string]string{"lib/modules/" + release + "/x.ko": "x"}},
		{"without modules", map[string]string{"boot/vmlinuz-" + release: bzImage(release)}},
		{"with another kernel", map[string]string{"boot/vmlinuz-" + release: bzImage("6.2.0"), "lib/modules/" + release + "/x.ko": "x"}},
		{"with something else", map[string]string{"boot/vmlinuz-" + release: "text", "lib/modules/" + release + "/x.ko": "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newArchive(t, "bookworm")
			a.add("bookworm", "linux-image-"+release, "6.1.1-1", "", tt.files)
			s := openStore(t)
			_, err := s.Add(t.Context(), "6.1", quiet)
			assert.Error(t, err)
			kernels, err := s.List()
			assert.NoError(t, err)
			assert.Empty(t, kernels)
			assert.NoDirExists(t, filepath.Join(s.dir, unfinishedDir))
		})
	}
}

func TestAddWithoutMirror(t *testing.T) {
	t.Run("a mirror that does not answer", func(t *testing.T) {
		a := newArchive(t, "bookworm")
		a.configure("file:/nonexistent", "bookworm")
		_, err := openStore(t).Add(t.Context(), "6.1", quiet)
		var silent *SourceError
		require.ErrorAs(t, err, &silent)
		assert.Contains(t, err.Error(), "/nonexistent")
	})
	t.Run("no mirror of a distribution", func(t *testing.T) {
		newArchive(t, "nodistro")
		_, err := openStore(t).Add(t.Context(), "6.1", quiet)
		assert.ErrorIs(t, err, ErrNoMirror)
	})
	t.Run("no apt", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := openStore(t).Add(t.Context(), "6.1", quiet)
		assert.True(t, errors.Is(err, ErrNoApt), err)
	})
}
