package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespace gives the program a file system in which only its own paths exist.
// It needs mount_setattr(2), Linux 5.12.
var namespace = &mechanism{
	name:            "user namespace",
	countsProcesses: true,
	attributes: func() *syscall.SysProcAttr {
		return &syscall.SysProcAttr{
			Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID |
				unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
			// As 0 it keeps its capabilities in the namespace over the exec.
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		}
	},
	restrict: enterRoot,
	advice:   namespaceAdvice,
}

// newRoot is where the new root is mounted until it becomes the root. Every
// machine has the folder, and nothing needs what is in it.
const newRoot = "/proc"

// enterRoot makes a root with the paths of c alone, and enters it.
func enterRoot(c *Command) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	var l layout
	for _, path := range c.ReadOnly {
		if err := l.add(path, unix.MOUNT_ATTR_RDONLY); err != nil {
			return err
		}
	}
	for _, path := range c.Writable {
		if err := l.add(path, unix.MOUNT_ATTR_NOEXEC); err != nil {
			return err
		}
	}
	if err := unix.Mount("bpfgrade", newRoot, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=1m"); err != nil {
		return fmt.Errorf("mount root: %w", err)
	}
	if err := l.build(newRoot); err != nil {
		return err
	}
	if err := os.Chdir(newRoot); err != nil {
		return err
	}
	// The old root is put on top of the new one, and taken off (pivot_root(2)).
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount old root: %w", err)
	}
	readOnly := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, &readOnly); err != nil {
		return fmt.Errorf("make root read-only: %w", err)
	}
	return nil
}

// layout is what a new root consists of. The mounts were opened in the old one.
type layout struct {
	links  []link
	mounts []mount
}

type link struct{ path, target string }

type mount struct {
	path string
	tree int
	dir  bool
}

// add opens path as a mount of its own with the attributes given, and notes
// the symbolic links that lead to it.
func (l *layout) add(path string, attributes uint64) error {
	real, err := l.resolve(path)
	if err != nil {
		return err
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, real, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return &os.PathError{Op: "open_tree", Path: real, Err: err}
	}
	set := unix.MountAttr{Attr_set: attributes | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &set); err != nil {
		return &os.PathError{Op: "mount_setattr", Path: real, Err: err}
	}
	var st unix.Stat_t
	if err := unix.Fstat(tree, &st); err != nil {
		return &os.PathError{Op: "stat", Path: real, Err: err}
	}
	l.mounts = append(l.mounts, mount{path: real, tree: tree, dir: st.Mode&unix.S_IFMT == unix.S_IFDIR})
	return nil
}

// maxLinks is how many symbolic links may lead to a path, as in the kernel.
const maxLinks = 40

// resolve follows the symbolic links of a path, notes them, and returns where
// they lead.
func (l *layout) resolve(path string) (string, error) {
	rest := strings.Split(filepath.Clean(path), "/")
	at, links := "/", 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		next := filepath.Join(at, name)
		fi, err := os.Lstat(next)
		if err != nil {
			return "", err
		}
		if fi.Mode()&os.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", &os.PathError{Op: "resolve", Path: path, Err: unix.ELOOP}
		}
		target, err := os.Readlink(next)
		if err != nil {
			return "", err
		}
		l.links = append(l.links, link{next, target})
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.Split(filepath.Clean(target), "/"), rest...)
	}
	return at, nil
}

// build makes the layout below root.
func (l *layout) build(root string) error {
	for _, m := range l.mounts {
		path := filepath.Join(root, m.path)
		if m.dir {
			if err := os.MkdirAll(path, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return err
		}
	}
	for _, k := range l.links {
		path := filepath.Join(root, k.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(k.target, path); err != nil && !os.IsExist(err) {
			return err
		}
	}
	// An inner folder is mounted after the one that it lies in.
	slices.SortStableFunc(l.mounts, func(a, b mount) int { return strings.Compare(a.path, b.path) })
	for _, m := range l.mounts {
		path := filepath.Join(root, m.path)
		if err := unix.MoveMount(m.tree, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return &os.PathError{Op: "move_mount", Path: m.path, Err: err}
		}
		unix.Close(m.tree)
	}
	return nil
}

// namespaceAdvice looks at the switches that distributions have.
func namespaceAdvice(error) string {
	switches := []struct{ file, off, setting string }{
		{"/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=10000"},
		{"/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"},
		{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"},
	}
	for _, s := range switches {
		if value, err := os.ReadFile(s.file); err == nil && strings.TrimSpace(string(value)) == s.off {
			return "Allow user namespaces: sudo sysctl -w " + s.setting
		}
	}
	return "Allow user namespaces with mounts in them: Linux 5.12 or newer; in a container, a seccomp profile " +
		"that permits clone and mount."
}
