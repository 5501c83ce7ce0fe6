package main_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/gradertest"
	"github.com/bpfgrade/bpfgrade/grader/report"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

var update = flag.Bool("update", false, "write what the command prints into the scripts")

// TestScripts runs the command where nothing is graded, so neither QEMU nor a
// kernel is needed.
func TestScripts(t *testing.T) { run(t, "bare") }

// TestGuestScripts grades in guests.
func TestGuestScripts(t *testing.T) {
	gradertest.SkipWithoutKernel(t)
	run(t, "guest")
}

// run runs the scripts of a folder of testdata/script. Each has a folder for
// temporary files of its own, in which nothing may be left.
func run(t *testing.T, folder string) {
	command := gradertest.Command(t)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	cache, err := kernel.DefaultDir()
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata/script", folder),
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			// Sockets are in it, and their paths are short.
			temp, err := os.MkdirTemp("/tmp", "t-")
			if err != nil {
				return err
			}
			env.Defer(func() { os.RemoveAll(temp) })
			env.Setenv("TMPDIR", temp)
			env.Setenv("PATH", filepath.Dir(command)+":"+env.Getenv("PATH")+":/usr/sbin")
			env.Setenv("ROOT", root)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("CLASS", filepath.Join(root, "testdata/class"))
			env.Setenv(kernel.CacheVariable, cache)
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ends":     ends,
			"validate": validate,
			"fields":   fields,
			"clean":    clean,
			"link":     link,
			"catch":    catch,
		},
	})
}

// ends runs the command and wants the exit code: ends CODE ARG…
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: ends CODE ARG...")
	}
	err := ts.Exec("bpfgrade", args[1:]...)
	code := 0
	if err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
	if strings.Contains(ts.ReadFile("stderr"), "goroutine ") {
		ts.Fatalf("it panicked")
	}
}

// validate wants a file to be one document of the published schema.
func validate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: validate FILE")
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema))
	ts.Check(err)
	compiler := jsonschema.NewCompiler()
	ts.Check(compiler.AddResource("schema.json", schema))
	compiled, err := compiler.Compile("schema.json")
	ts.Check(err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(compiled.Validate(document))
}

// fields writes a line for each result in a document, with the fields named,
// onto standard output: fields FILE FIELD…
func fields(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fields FILE FIELD...")
	}
	var document struct{ Results []map[string]any }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &document))
	for _, result := range document.Results {
		var words []string
		for _, field := range args[1:] {
			words = append(words, fmt.Sprint(result[field]))
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(words, " "))
	}
}

// clean wants that nothing is left: no file, and no process that works with
// the script's folder for temporary files.
func clean(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: clean")
	}
	temp := ts.Getenv("TMPDIR")
	left, err := os.ReadDir(temp)
	ts.Check(err)
	for _, entry := range left {
		ts.Fatalf("%s is left in the folder for temporary files", entry.Name())
	}
	for _, pid := range using(temp) {
		ts.Fatalf("process %d is left", pid)
	}
}

// using lists the processes of this user whose working directory, or an argument,
// is below a folder.
func using(folder string) []int {
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		dir, _ := os.Readlink(link)
		arguments, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "cmdline"))
		if strings.HasPrefix(dir, folder) || bytes.Contains(arguments, []byte(folder)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// link makes a cache with the kernels of the real one and nothing else.
func link(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: link FOLDER")
	}
	cache, err := kernel.DefaultDir()
	ts.Check(err)
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o755))
	ts.Check(ts.Exec("cp", "-r", filepath.Join(cache, "kernels"), ts.MkAbs(args[0])))
}

// catch starts the command, sends it a signal once a guest of its own is there,
// and wants how it ends: catch SIGNAL CODE ARG…, where the code of a process
// that the signal ended is -1.
func catch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: catch SIGNAL CODE ARG...")
	}
	var stdout, stderr bytes.Buffer
	path, err := exec.LookPath(filepath.Join(strings.Split(ts.Getenv("PATH"), ":")[0], "bpfgrade"))
	ts.Check(err)
	cmd := exec.Command(path, args[2:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("TMPDIR"), kernel.CacheVariable+"="+ts.Getenv(kernel.CacheVariable))
	ts.Check(cmd.Start())
	guests := func() bool {
		for _, pid := range using(ts.Getenv("TMPDIR")) {
			if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); strings.Contains(exe, "qemu") {
				return true
			}
		}
		return false
	}
	for deadline := time.Now().Add(time.Minute); !guests(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			ts.Fatalf("no guest within a minute")
		}
	}
	ts.Check(cmd.Process.Signal(unix.SignalNum(args[0])))
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); strconv.Itoa(code) != args[1] {
		ts.Fatalf("exit code %d, not %s\n%s", code, args[1], stderr.String())
	}
	// Guests that were orphaned die by the kernel's hand, which is not at once.
	for deadline := time.Now().Add(time.Minute); guests(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("a guest is left")
		}
	}
	fmt.Fprint(ts.Stdout(), stdout.String())
	fmt.Fprint(ts.Stderr(), stderr.String())
}
