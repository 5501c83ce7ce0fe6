package vm

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// accelerator is how QEMU runs a guest's processors.
type accelerator struct {
	// argument and cpu go to -accel and -cpu.
	argument, cpu string
	// how says it to a person.
	how string
	// deadline is for a boot.
	deadline time.Duration
}

var (
	// software emulates the processors in one thread: with a thread for each,
	// a loaded host now and then starved one of them until the kernel saw a
	// lockup, and two guests side by side use two cores just as well. Exchanges
	// of 16 bytes are left out: QEMU 7.2 computes their flags from what stood
	// there before them, and an interrupt that finds them so, once in some
	// thousand submissions, ends in a double fault. What else is left out makes an
	// emulated kernel slow: with ERMS it copies and clears memory byte by byte, with
	// LA57 each walk of the page tables has a level more, and SMAP breaks the code
	// that copies from user space into pieces. A submission takes 22 MiB of
	// translated code; QEMU would keep that of all that a guest has ever run.
	software = accelerator{"tcg,thread=single,tb-size=64", "max,cx16=off,erms=off,la57=off,smap=off", "", 3 * time.Minute}
	// hardware needs a processor and a kernel that can do it. A /dev/kvm that
	// exists proves nothing: in a machine that is virtual itself, guests were
	// seen to end at their first instructions and to hang. A boot takes about
	// a second where it works.
	hardware = accelerator{"kvm", "host", " under KVM", 20 * time.Second}
)

// kvm is the device through which the kernel offers virtual machines.
const kvm = "/dev/kvm"

// MayUseKVM tells whether this process may open the KVM device. It does not
// say that a guest would run.
func MayUseKVM() error {
	return unix.Access(kvm, unix.R_OK|unix.W_OK)
}

// KVMFailed tells whether a guest did not boot under KVM since the host was
// booted. Dir is Config.Dir.
func KVMFailed(ctx context.Context, dir string) bool {
	version, err := Version(ctx)
	if err != nil {
		return false
	}
	_, err = os.Stat(kvmNote(dir, version))
	return err == nil
}

// openWith opens the template with the best accelerator that works: KVM where
// a whole boot under it succeeded, software emulation otherwise. That KVM
// failed is remembered until the host boots again.
func (t *Template) openWith(ctx context.Context, qemuVersion string) error {
	note := kvmNote(filepath.Dir(t.root), qemuVersion)
	if _, err := os.Stat(note); errors.Is(err, os.ErrNotExist) && MayUseKVM() == nil {
		t.config.accel = hardware
		err := t.open(ctx, qemuVersion)
		var boot *BootError
		if ctx.Err() != nil || !errors.As(err, &boot) {
			return err
		}
		t.config.log("KVM does not work here: the kernel is emulated in software")
		if err := os.WriteFile(note, []byte(err.Error()+"\n"), 0o600); err != nil {
			return err
		}
	}
	t.config.accel = software
	return t.open(ctx, qemuVersion)
}

// kvmNote is the file that says that KVM does not work on this host, since it
// was booted, with this QEMU.
func kvmNote(cache, qemuVersion string) string {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	sum := sha256.Sum256(append(boot, qemuVersion...))
	return filepath.Join(cache, fmt.Sprintf("kvm-failed-%x", sum[:6]))
}
