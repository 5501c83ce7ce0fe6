package testbed

import (
	"errors"
	"fmt"
)

// ErrKeyNotFound is returned when a map has no such key.
var ErrKeyNotFound = errors.New("key not found")

// ErrGone is wrapped by errors of maps and programs that are no longer in the
// kernel.
var ErrGone = errors.New("it is no longer in the kernel")

// ErrNotPermitted is wrapped by errors of what a map's own flags, such as
// BPF_F_WRONLY, forbid to user space.
var ErrNotPermitted = errors.New("the map's flags do not permit it")

// ErrNotSupported is wrapped by errors of things that this kernel or machine
// cannot do. It is never the submission's fault.
var ErrNotSupported = errors.New("not supported here")

// LoadError says that the loader or the kernel refused an object.
type LoadError struct {
	// Program is the program that was refused, Map the map; both are empty
	// when the object as a whole was.
	Program, Map string
	// Message is the loader's own words.
	Message string
	// Log is the whole verifier log, or its verdict alone where it would be too
	// long to read; empty when the verifier was not reached.
	Log string
}

func (e *LoadError) Error() string {
	switch {
	case e.Program != "":
		return fmt.Sprintf("load program %s: %s", e.Program, e.Message)
	case e.Map != "":
		return fmt.Sprintf("create map %s: %s", e.Map, e.Message)
	}
	return "load object: " + e.Message
}

// AttachError says that a program could not be attached.
type AttachError struct {
	Program, Section string
	// Message is the loader's own words.
	Message string
}

func (e *AttachError) Error() string {
	return fmt.Sprintf("attach program %s (%s): %s", e.Program, e.Section, e.Message)
}

// CrashError says that the testbed's kernel died.
type CrashError struct {
	// Reason is the line in which the kernel says what broke.
	Reason string
	// Console is the end of what the kernel wrote.
	Console string
}

func (e *CrashError) Error() string { return "kernel crashed: " + e.Reason }

// ComplaintError says that the testbed's kernel lives, but has found something
// broken in itself. What was seen on it meanwhile proves nothing.
type ComplaintError struct {
	// Reason is the line in which the kernel says what broke.
	Reason string
	// Console is the end of what the kernel wrote.
	Console string
}

func (e *ComplaintError) Error() string { return "the kernel complained: " + e.Reason }
