package vm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/filehash"
	"github.com/bpfgrade/bpfgrade/grader/testbed/rpc"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// The files of a template. complete is written last and says how large the
// others are: without it, or when they are not, the folder is of no use. It is
// locked while the template is in use.
const (
	memoryFile   = "memory"
	stateFile    = "state"
	initrdFile   = "initrd"
	completeFile = "complete"
)

// templateFormat changes when saved templates become unusable for a reason
// that the rest of the key does not show.
const templateFormat = "2"

// Template is a booted machine that was saved with its agent ready. Guests are
// restored from it. Its methods are safe for concurrent use.
type Template struct {
	config    Config
	initramfs initramfs
	// contents are the hash of the initramfs and the kernel.
	contents   []byte
	kernelHash string
	// root is the folder of all templates, dir that of this one.
	root, dir string
	work      *workDir
	use       *flock.Flock
}

// Open returns the template for a configuration. The first time it boots the
// machine and saves it in a folder of Config.Dir that is named for everything
// the template depends on: the versions of QEMU and of this package, the
// command line, the kernel, the agent. Of several processes that want the same
// template one makes it and the others wait. Templates that nobody has used
// for a month are removed.
func Open(ctx context.Context, c Config) (*Template, error) {
	var err error
	if c.qemu, err = findQEMU(); err != nil {
		return nil, err
	}
	t := &Template{config: c, root: filepath.Join(c.Dir, "templates")}
	var version string
	group, asked := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		version, err = qemuVersion(asked, c.qemu)
		return err
	})
	group.Go(t.read)
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(t.root, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for templates: %w", err)
	}
	if t.work, err = openWorkDir(); err != nil {
		return nil, err
	}
	if err := t.openWith(ctx, version); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// read reads what the guest is booted from.
func (t *Template) read() error {
	k := t.config.Kernel
	modules, err := k.LoadModules(guestModules...)
	if err != nil {
		return fmt.Errorf("kernel %s: %w", k.Name, err)
	}
	t.initramfs = initramfs{t.config.Agent, modules}
	if err := t.initramfs.checkAgent(); err != nil {
		return err
	}
	return t.hash()
}

// hash computes t.contents and t.kernelHash.
func (t *Template) hash() error {
	hash := sha256.New()
	if err := t.initramfs.write(hash); err != nil {
		return err
	}
	var err error
	if t.kernelHash, err = filehash.SHA256(t.config.Kernel.Image); err != nil {
		return fmt.Errorf("read kernel: %w", err)
	}
	fmt.Fprintln(hash, t.kernelHash)
	t.contents = hash.Sum(nil)
	return nil
}

// open opens the template for one accelerator.
func (t *Template) open(ctx context.Context, qemuVersion string) error {
	t.config.initrd = ""
	t.dir = filepath.Join(t.root, t.key(qemuVersion))
	t.config.initrd = filepath.Join(t.dir, initrdFile)
	return t.ensure(ctx)
}

// key names everything that the template depends on.
func (t *Template) key(qemuVersion string) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n%s\n%q\n%x\n", templateFormat, qemuVersion, t.config.arguments("", false), t.contents)
	return t.config.Kernel.Name + "-" + hex.EncodeToString(hash.Sum(nil))[:16]
}

// ensure makes the template unless it is there.
func (t *Template) ensure(ctx context.Context) error {
	lock := flock.New(t.dir + ".lock")
	_, err := lock.TryLockContext(ctx, lockPoll)
	if err != nil {
		return fmt.Errorf("wait for another process that makes the template: %w", err)
	}
	defer lock.Close()
	if t.use, err = use(t.dir); t.use != nil || err != nil {
		return err
	}
	prune(t.root)
	t.config.log(fmt.Sprintf("booting Linux %s%s (once)", t.config.Kernel.Name, t.config.accel.how))
	ctx, cancel := context.WithTimeout(ctx, t.config.accel.deadline)
	defer cancel()
	if err = t.make(ctx); err == nil {
		t.use, err = use(t.dir)
	}
	if err != nil {
		os.RemoveAll(t.dir)
		if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
			err = fmt.Errorf("%w (a template needs %d MiB there; BPFGRADE_CACHE names another folder)", err, memoryMiB)
		}
		return fmt.Errorf("make template in %s: %w", t.root, err)
	}
	return nil
}

const lockPoll = 100 * time.Millisecond

// make boots a machine, has it prepared and saves it.
func (t *Template) make(ctx context.Context) error {
	if err := os.RemoveAll(t.dir); err != nil {
		return err
	}
	if err := os.Mkdir(t.dir, 0o700); err != nil {
		return err
	}
	if err := t.writeInitramfs(); err != nil {
		return err
	}
	memory := filepath.Join(t.dir, memoryFile)
	if err := reserve(memory, memoryMiB<<20); err != nil {
		return err
	}
	state, err := os.Create(filepath.Join(t.dir, stateFile))
	if err != nil {
		return err
	}
	defer state.Close()

	m, err := start(&t.config, t.work, memory, false)
	if err != nil {
		return err
	}
	defer m.stop()
	files, err := prepareMachine(ctx, m)
	if err == nil {
		err = m.save(ctx, state)
	}
	if err != nil {
		return &BootError{Err: err, Console: m.console()}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(t.dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return finish(t.dir)
}

func (t *Template) writeInitramfs() error {
	file, err := os.OpenFile(t.config.initrd, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(t.initramfs.write(file), file.Close())
}

// reserve makes a file of zeros for which there is certainly room: a machine
// whose memory cannot be written is killed by a signal.
func reserve(path string, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	err = unix.Fallocate(int(file.Fd()), 0, 0, size)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return file.Truncate(size)
	}
	if err != nil {
		return &os.PathError{Op: "reserve", Path: path, Err: err}
	}
	return nil
}

// BootError says that a machine started, but did not become a template.
type BootError struct {
	Err error
	// Console is the end of what the guest's kernel wrote.
	Console string
}

func (e *BootError) Error() string {
	text := fmt.Sprintf("boot: %v", e.Err)
	if lines := strings.Split(strings.TrimSpace(e.Console), "\n"); lines[0] != "" {
		text += "; the kernel's last words:\n" + strings.Join(lines[max(0, len(lines)-consoleLines):], "\n")
	}
	return text
}

func (e *BootError) Unwrap() error { return e.Err }

// consoleLines is how much of a console an error shows.
const consoleLines = 12

// prepareMachine waits for the agent of a booted machine and prepares it.
func prepareMachine(ctx context.Context, m *machine) (map[string][]byte, error) {
	conn, err := m.connect(ctx, portSocket)
	if err != nil {
		return nil, err
	}
	client := rpc.NewClient(conn, m.hungUp)
	defer client.Close()
	files, err := prepare(ctx, client)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("the agent in the guest did not get ready: %w", ctx.Err())
	}
	return files, err
}

// save writes the machine's state, but for its memory, to a file.
func (m *machine) save(ctx context.Context, state *os.File) error {
	monitor, err := m.monitor(ctx)
	if err != nil {
		return err
	}
	defer monitor.Close()
	if err := monitor.execute(ctx, "stop", nil, nil); err != nil {
		return err
	}
	if err := monitor.keepMemory(ctx); err != nil {
		return err
	}
	if err := monitor.pass(ctx, state, stateFile); err != nil {
		return err
	}
	if err := monitor.execute(ctx, "migrate", map[string]any{"uri": "fd:" + stateFile}, nil); err != nil {
		return err
	}
	for {
		var status struct {
			Status string `json:"status"`
			Error  string `json:"error-desc"`
		}
		if err := monitor.execute(ctx, "query-migrate", nil, &status); err != nil {
			return err
		}
		switch status.Status {
		case "completed":
			return nil
		case "failed", "cancelled":
			return fmt.Errorf("save machine: %s %s", status.Status, status.Error)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(statusPoll):
		}
	}
}

const statusPoll = 2 * time.Millisecond

// keepMemory leaves shared memory out of what is saved and restored.
func (m *monitor) keepMemory(ctx context.Context) error {
	capability := map[string]any{"capability": "x-ignore-shared", "state": true}
	return m.execute(ctx, "migrate-set-capabilities", map[string]any{"capabilities": []any{capability}}, nil)
}

// Kernel is the kernel of the template's guests.
func (t *Template) Kernel() kernel.Kernel { return t.config.Kernel }

// KernelHash is the SHA-256 of the kernel's image, in hexadecimal.
func (t *Template) KernelHash() string { return t.kernelHash }

// BTF is the path of a file with the kernel's type information.
func (t *Template) BTF() string { return filepath.Join(t.dir, btfFile) }

// Close removes the template's working folder, and lets others remove the
// template. Its guests must be closed.
func (t *Template) Close() error {
	t.work.close()
	if t.use != nil {
		return t.use.Close()
	}
	return nil
}
