package kernel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// apt is the machine's apt with sources, lists and a cache of its own. It asks
// the mirrors that the machine is set up with, but neither sees nor changes
// what is installed, and needs no root.
type apt struct {
	// dir is a folder for its files.
	dir string
}

// ownConfig are the settings of apt that differ from the machine's, in the
// folder that %[1]s stands for. Nothing is run after an update, and no pins
// apply. Root need not step down to a user who cannot read this folder.
const ownConfig = `
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "%[1]s/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "%[1]s/state";
Dir::State::status "%[1]s/status";
Dir::Cache "%[1]s/cache";
Dir::Log "%[1]s/log";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "%[2]s";
APT::Get::List-Cleanup "false";
Acquire::Languages { "none"; };
Acquire::GzipIndexes "false";
`

// inherited are the settings that are the machine's own: how to reach mirrors
// and whom to trust.
var inherited = []string{"Acquire::", "Dir::Etc::netrc", "Dir::Etc::trusted"}

// newAPT sets up apt in an empty folder. The error is ErrNoApt when there is
// none.
func newAPT(ctx context.Context, dir string) (*apt, error) {
	settings, err := aptCommand(ctx, nil, "apt-config", "dump")
	if err != nil {
		return nil, err
	}
	var config strings.Builder
	for line := range strings.Lines(string(settings)) {
		for _, prefix := range inherited {
			if strings.HasPrefix(line, prefix) && !strings.HasPrefix(line, "Acquire::IndexTargets") {
				config.WriteString(line)
			}
		}
	}
	user := "_apt"
	if os.Geteuid() == 0 {
		user = "root"
	}
	fmt.Fprintf(&config, ownConfig, dir, user)
	for _, folder := range []string{"sources", "state/lists/partial", "cache/archives/partial", "log"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "status"), nil, 0o600); err != nil {
		return nil, err
	}
	return &apt{dir}, os.WriteFile(filepath.Join(dir, "apt.conf"), []byte(config.String()), 0o600)
}

// machineSources reads the package sources that this machine is set up with.
func machineSources(ctx context.Context) ([]source, error) {
	out, err := aptCommand(ctx, nil, "apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d")
	if err != nil {
		return nil, err
	}
	paths := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		paths[name] = strings.Trim(value, "'")
	}
	return readSources(paths["LIST"], paths["PARTS"])
}

// update fetches the lists of packages of sources, in place of those before.
// The reports are apt's words on those that did not answer.
func (a *apt) update(ctx context.Context, sources []source) (reports []string, err error) {
	var text strings.Builder
	for _, s := range sources {
		fmt.Fprintln(&text, s)
	}
	if err := os.WriteFile(filepath.Join(a.dir, "sources", "kernels.sources"), []byte(text.String()), 0o600); err != nil {
		return nil, err
	}
	_, err = aptCommand(ctx, a, "apt-get", "update", "-qq", "-o", "APT::Update::Error-Mode=any")
	var failed *aptError
	if !errors.As(err, &failed) {
		return nil, err
	}
	return failed.reports, nil
}

// packages reads the lists that update has fetched.
func (a *apt) packages(ctx context.Context, take func(deb) bool) ([]deb, error) {
	out, err := aptCommand(ctx, a, "apt-get", "indextargets", "--format", "$(FILENAME)", "Created-By: Packages")
	if err != nil {
		return nil, err
	}
	var packages []deb
	for file := range strings.Lines(string(out)) {
		text, err := os.ReadFile(strings.TrimSpace(file))
		if errors.Is(err, os.ErrNotExist) { // its source did not answer
			continue
		}
		if err != nil {
			return nil, err
		}
		for fields := range stanzas(string(text)) {
			if p := debOf(fields); take(p) {
				packages = append(packages, p)
			}
		}
	}
	return packages, nil
}

// unpack fetches a package and unpacks it into a folder.
func (a *apt) unpack(ctx context.Context, p deb, into string) error {
	if _, err := aptCommand(ctx, a, "apt-get", "download", "-qq", p.name+"="+p.version); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(a.dir, "*.deb"))
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return fmt.Errorf("fetch %s: apt brought %d files", p, len(files))
	}
	defer os.Remove(files[0])
	_, err = aptCommand(ctx, a, "dpkg-deb", "-x", files[0], into)
	return err
}

// aptError says what apt had to say when it failed.
type aptError struct {
	command string
	reports []string
}

func (e *aptError) Error() string { return e.command + ": " + strings.Join(e.reports, "; ") }

// aptCommand runs a command of apt's, with the machine's configuration or that
// of a, in whose folder it runs, and returns what it prints. The error is an
// *aptError when the command failed.
func aptCommand(ctx context.Context, a *apt, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, ErrNoApt
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if a != nil {
		cmd.Dir = a.dir
		cmd.Env = append(cmd.Env, "APT_CONFIG="+filepath.Join(a.dir, "apt.conf"))
	}
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		failed := &aptError{command: name + " " + args[0]}
		for line := range strings.Lines(stderr.String()) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "E: ") || strings.HasPrefix(line, "dpkg-deb: ") {
				failed.reports = append(failed.reports, strings.TrimPrefix(line, "E: "))
			}
		}
		if len(failed.reports) == 0 {
			failed.reports = []string{err.Error()}
		}
		return nil, failed
	}
	return out, err
}
