package sandbox

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// with runs a test once for each mechanism that this machine has.
func with(t *testing.T, test func(t *testing.T, m *mechanism)) {
	for _, m := range mechanisms() {
		t.Run(m.name, func(t *testing.T) {
			if err := m.probe(); err != nil {
				t.Skipf("%s does not work here: %v", m.name, err)
			}
			test(t, m)
		})
	}
}

// deed is the command that has the test binary do something hostile. It may
// read dir/in and write dir/out.
func deed(t *testing.T, dir string, args ...string) Command {
	self, err := os.Executable()
	require.NoError(t, err)
	c := Command{
		Path:     self,
		Args:     append([]string{"hostile"}, args...),
		Dir:      filepath.Join(dir, "in"),
		ReadOnly: []string{self, filepath.Join(dir, "in")},
		Writable: []string{filepath.Join(dir, "out")},
		Limits:   Limits{Memory: 4 << 30},
	}
	// For a test binary that was linked dynamically, with -race.
	for _, lib := range []string{"/lib", "/lib64"} {
		if _, err := os.Stat(lib); err == nil {
			c.ReadOnly = append(c.ReadOnly, lib)
		}
	}
	return c
}

// scene has a folder to read, one to write and one with a secret.
func scene(t *testing.T) string {
	dir := t.TempDir()
	for _, name := range []string{"in", "out", "secret"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o755))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in/source"), []byte("source"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret/answer"), []byte("42"), 0o644))
	require.NoError(t, os.Symlink(filepath.Join(dir, "secret/answer"), filepath.Join(dir, "in/link")))
	require.NoError(t, os.Symlink("in", filepath.Join(dir, "alias")))
	return dir
}

func TestAvailable(t *testing.T) {
	name, err := Available()
	if err != nil {
		var unavailable *UnavailableError
		require.ErrorAs(t, err, &unavailable)
		assert.NotEmpty(t, unavailable.Help())
		t.Skip(err)
	}
	assert.NotNil(t, mechanismNamed(name))
}

func TestAllowed(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		stdout string
	}{
		{"read a file by its name", []string{"read", "source"}, "source"},
		{"read a file by its path", []string{"read", "$DIR/in/source"}, "source"},
		{"list a folder", []string{"list", "."}, "link\nsource\n"},
		{"write", []string{"write", "$DIR/out/object"}, ""},
		{"status", []string{"exit", "0"}, ""},
		{"no environment", []string{"environment"}, "[]"},
		{"no capabilities", []string{"capabilities"}, "[{0 0 0} {0 0 0}]"},
		{"no descriptors", []string{"descriptors"}, ""},
	}
	with(t, func(t *testing.T, m *mechanism) {
		// Something that is inherited unless care is taken.
		leak, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
		require.NoError(t, err)
		defer syscall.Close(leak)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				dir := scene(t)
				result, err := m.run(t.Context(), deed(t, dir, expand(dir, tt.args)...))
				require.NoError(t, err)
				assert.Equal(t, tt.stdout, string(result.Stdout))
				assert.Empty(t, string(result.Stderr))
				assert.Zero(t, result.ExitCode)
				assert.Zero(t, result.Signal)
				assert.Empty(t, result.Exceeded)
			})
		}
	})
}

func TestForbidden(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	self := strconv.Itoa(os.Getpid())
	tests := []struct {
		name string
		args []string
	}{
		{"read a file elsewhere", []string{"read", "$DIR/secret/answer"}},
		{"read a file by going up", []string{"read", "../secret/answer"}},
		{"read a file through a link", []string{"read", "link"}},
		{"read a file through a link of its own", []string{"read-link", "$DIR/secret/answer", "$DIR/out/link"}},
		{"link a file", []string{"link", "$DIR/secret/answer", "$DIR/out/link"}},
		{"read a system file", []string{"read", "/etc/passwd"}},
		{"read its environment", []string{"read", "/proc/self/environ"}},
		{"read the caller's environment", []string{"read", "/proc/" + self + "/environ"}},
		{"write elsewhere", []string{"write", "$DIR/secret/new"}},
		{"write over", []string{"write", "$DIR/secret/answer"}},
		{"write into a read-only folder", []string{"write", "$DIR/in/new"}},
		{"write over a read-only file", []string{"write", "source"}},
		{"remove a read-only file", []string{"remove", "source"}},
		{"write beside", []string{"write", "$DIR/new"}},
		{"write temporary files", []string{"write", filepath.Join(os.TempDir(), "bpfgrade-sandbox-test")}},
		{"change the mode", []string{"chmod", "$DIR/secret/answer"}},
		{"change the mode of the source", []string{"chmod", "source"}},
		{"change the time", []string{"chtimes", "$DIR/secret/answer"}},
		{"truncate", []string{"truncate", "$DIR/secret/answer"}},
		{"truncate the source", []string{"truncate", "source"}},
		{"truncate the source while opening it", []string{"open-truncate", "source"}},
		{"use TCP", []string{"dial", "tcp", listener.Addr().String()}},
		{"use UDP", []string{"dial", "udp", "127.0.0.1:53"}},
		{"use a socket of the machine", []string{"dial", "unix", "/run/dbus/system_bus_socket"}},
		{"signal the caller", []string{"kill", self}},
		{"signal everybody", []string{"kill", "-1"}},
		{"leave the process group", []string{"setsid"}},
		{"make a namespace", []string{"unshare"}},
		{"mount", []string{"mount", "$DIR/out"}},
		{"trace", []string{"ptrace"}},
	}
	with(t, func(t *testing.T, m *mechanism) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				dir := scene(t)
				result, err := m.run(t.Context(), deed(t, dir, expand(dir, tt.args)...))
				require.NoError(t, err)
				assert.Equal(t, 1, result.ExitCode, "stdout: %s, stderr: %s", result.Stdout, result.Stderr)
				assert.Empty(t, string(result.Stdout))

				answer := filepath.Join(dir, "secret/answer")
				data, err := os.ReadFile(answer)
				require.NoError(t, err)
				assert.Equal(t, "42", string(data))
				fi, err := os.Stat(answer)
				require.NoError(t, err)
				assert.Equal(t, os.FileMode(0o644), fi.Mode())
				assert.Greater(t, fi.ModTime().Unix(), int64(1))
				assert.NoFileExists(t, filepath.Join(dir, "secret/new"))
			})
		}
	})
}

func TestOtherNamesAreNotListed(t *testing.T) {
	with(t, func(t *testing.T, m *mechanism) {
		dir := scene(t)
		for _, path := range []string{"/", "/etc", "/home", "/proc", "/dev", "/tmp", os.TempDir(), dir, dir + "/secret"} {
			result, err := m.run(t.Context(), deed(t, dir, "list", path))
			require.NoError(t, err)
			for _, name := range []string{"secret", "answer", "etc", "passwd", "self", "null", "home"} {
				assert.NotContains(t, strings.Split(string(result.Stdout), "\n"), name, "in %s", path)
			}
		}
	})
}

// Under Landlock, what exists elsewhere shows.
func TestNamespaceHidesPaths(t *testing.T) {
	if err := namespace.probe(); err != nil {
		t.Skip(err)
	}
	dir := scene(t)
	for _, path := range []string{"/etc", "/etc/passwd", "/proc/self", "/dev/null", "/usr/bin", "$DIR/secret", "$DIR/secret/answer"} {
		t.Run(path, func(t *testing.T) {
			c := deed(t, dir, expand(dir, []string{"stat", path})...)
			result, err := namespace.run(t.Context(), c)
			require.NoError(t, err)
			assert.Equal(t, 1, result.ExitCode)
			assert.Contains(t, string(result.Stderr), "no such file")
		})
	}
}

func TestProcesses(t *testing.T) {
	tests := []struct {
		name      string
		allowed   int
		started   string
		wantError string
	}{
		{"one", 1, "1", "resource temporarily unavailable"},
		{"enough", 40, "10", ""},
		{"too many", 10, "1000", "resource temporarily unavailable"},
	}
	with(t, func(t *testing.T, m *mechanism) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				if tt.name == "too many" && (m != namespace || os.Getuid() == 0) {
					t.Skip("the number of processes is enforced in an ordinary user's namespace only")
				}
				c := deed(t, scene(t), "multiply", tt.started)
				c.Limits.Processes = tt.allowed
				result, err := m.run(t.Context(), c)
				require.NoError(t, err)
				if tt.wantError == "" {
					assert.Zero(t, result.ExitCode, "%s", result.Stderr)
				} else {
					assert.NotZero(t, result.ExitCode)
					assert.Contains(t, string(result.Stderr), tt.wantError)
				}
			})
		}
	})
}

func TestLinksOnTheWay(t *testing.T) {
	with(t, func(t *testing.T, m *mechanism) {
		dir := scene(t)
		c := deed(t, dir, "read", filepath.Join(dir, "alias/source"))
		c.ReadOnly = append(c.ReadOnly[:1:1], filepath.Join(dir, "alias"), "/lib", "/lib64")
		c.Dir = filepath.Join(dir, "alias")
		result, err := m.run(t.Context(), c)
		require.NoError(t, err)
		assert.Equal(t, "source", string(result.Stdout), "%s", result.Stderr)
	})
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		change func(c *Command)
		check  func(t *testing.T, r *Result)
	}{
		{
			"wall clock", []string{"sleep", "$DIR/out"},
			func(c *Command) { c.Limits.Wall = 500 * time.Millisecond },
			func(t *testing.T, r *Result) {
				assert.Equal(t, ExceededWall, r.Exceeded)
				assert.Equal(t, syscall.SIGKILL, r.Signal)
			},
		},
		{
			"processor time", []string{"spin"},
			func(c *Command) { c.Limits.CPU = time.Second },
			func(t *testing.T, r *Result) { assert.Equal(t, ExceededCPU, r.Exceeded) },
		},
		{
			"memory", []string{"allocate", "5000000000"},
			func(*Command) {},
			func(t *testing.T, r *Result) {
				assert.Contains(t, string(r.Stderr), "out of memory")
				assert.Empty(t, string(r.Stdout))
			},
		},
		{
			"file size", []string{"grow", "$DIR/out/large"},
			func(c *Command) { c.Limits.FileSize = 1 << 20 },
			func(t *testing.T, r *Result) {
				assert.Contains(t, string(r.Stderr), "file too large")
				assert.Equal(t, 1, r.ExitCode)
			},
		},
		{
			"output", []string{"print", "1000000"},
			func(c *Command) { c.Output = 1000 },
			func(t *testing.T, r *Result) {
				assert.True(t, r.Truncated)
				assert.Len(t, r.Stdout, 1000)
				assert.Len(t, r.Stderr, 1000)
				assert.Zero(t, r.ExitCode)
			},
		},
		{
			"within them", []string{"print", "1000"},
			func(c *Command) { c.Output = 1000 },
			func(t *testing.T, r *Result) {
				assert.False(t, r.Truncated)
				assert.Len(t, r.Stdout, 1000)
				assert.Zero(t, r.ExitCode)
			},
		},
		{
			"status", []string{"exit", "7"},
			func(*Command) {},
			func(t *testing.T, r *Result) { assert.Equal(t, 7, r.ExitCode) },
		},
	}
	with(t, func(t *testing.T, m *mechanism) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				dir := scene(t)
				c := deed(t, dir, expand(dir, tt.args)...)
				tt.change(&c)
				result, err := m.run(t.Context(), c)
				require.NoError(t, err)
				tt.check(t, result)
				assert.False(t, held(filepath.Join(dir, "out")))
			})
		}
	})
}

func TestNothingIsLeftBehind(t *testing.T) {
	with(t, func(t *testing.T, m *mechanism) {
		dir := scene(t)
		out := filepath.Join(dir, "out")
		c := deed(t, dir, "leave-behind", out)
		c.Limits.Processes = 100
		result, err := m.run(t.Context(), c)
		require.NoError(t, err)
		assert.Zero(t, result.ExitCode, "%s", result.Stderr)
		assert.FileExists(t, filepath.Join(out, "lock"))
		assert.False(t, held(out))
	})
}

func TestCancel(t *testing.T) {
	with(t, func(t *testing.T, m *mechanism) {
		dir := scene(t)
		out := filepath.Join(dir, "out")
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer cancel()
			for !held(out) && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
		}()
		_, err := m.run(ctx, deed(t, dir, "sleep", out))
		require.ErrorIs(t, err, context.Canceled)
		assert.FileExists(t, filepath.Join(out, "lock"))
		assert.False(t, held(out))

		_, err = m.run(ctx, deed(t, dir, "exit", "0"))
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestCannotStart(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *Command)
		want   string
	}{
		{"no such program", func(c *Command) { c.Path = filepath.Join(c.Dir, "cc") }, "no such file"},
		{"not a program", func(c *Command) { c.Path = filepath.Join(c.Dir, "source") }, "permission denied"},
		{"a program that is not given", func(c *Command) { c.ReadOnly = c.ReadOnly[1:] }, "exec"},
		{"a folder that does not exist", func(c *Command) { c.ReadOnly = append(c.ReadOnly, "/nonexistent") }, "/nonexistent"},
		{"no such working directory", func(c *Command) { c.Dir = "/nonexistent" }, "chdir /nonexistent"},
		{"a relative path", func(c *Command) { c.Writable = append(c.Writable, "out") }, `"out" is not an absolute path`},
		{"a negative limit", func(c *Command) { c.Limits.CPU = -1 }, "negative"},
	}
	with(t, func(t *testing.T, m *mechanism) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				c := deed(t, scene(t), "exit", "0")
				tt.change(&c)
				result, err := m.run(t.Context(), c)
				assert.Nil(t, result)
				assert.ErrorContains(t, err, tt.want)
			})
		}
	})
}

func TestConcurrent(t *testing.T) {
	with(t, func(t *testing.T, m *mechanism) {
		dir := scene(t)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				result, err := m.run(t.Context(), deed(t, dir, "exit", strconv.Itoa(i)))
				if assert.NoError(t, err) {
					assert.Equal(t, i, result.ExitCode)
				}
			})
		}
		wg.Wait()
	})
}

// expand puts the scene's folder for $DIR.
func expand(dir string, args []string) []string {
	var expanded []string
	for _, arg := range args {
		expanded = append(expanded, os.Expand(arg, func(string) string { return dir }))
	}
	return expanded
}
