package sandbox

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	abi "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// landlocked forbids the program to open other files. It needs Linux 5.13
// with Landlock among the security modules in use.
var landlocked = &mechanism{
	name:       "landlock",
	attributes: func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} },
	restrict:   restrictPaths,
	advice:     landlockAdvice,
}

func restrictPaths(c *Command) error {
	// BestEffort is content with nothing at all.
	version, err := abi.LandlockGetABIVersion()
	if err != nil {
		return fmt.Errorf("get version: %w", err)
	}
	if version < 1 {
		return fmt.Errorf("get version: unexpected version %d", version)
	}
	var rules []landlock.Rule
	for _, path := range c.ReadOnly {
		fi, err := os.Stat(path)
		if err != nil {
			return err
		}
		if fi.IsDir() {
			rules = append(rules, landlock.RODirs(path))
		} else {
			rules = append(rules, landlock.ROFiles(path))
		}
	}
	for _, path := range c.Writable {
		rules = append(rules, landlock.RWDirs(path))
	}
	// What is newer than this kernel's Landlock the seccomp filter covers.
	return landlock.V11.BestEffort().Restrict(rules...)
}

func landlockAdvice(err error) string {
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return "Turn Landlock on: add landlock to the list in the kernel parameter lsm= and boot again."
	}
	return "Use Linux 5.13 or newer with Landlock (CONFIG_SECURITY_LANDLOCK)."
}
