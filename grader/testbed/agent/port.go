package agent

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// PortName is the name of the virtio port on which a guest's agent listens.
const PortName = "bpfgrade"

const (
	portDeadline = 30 * time.Second
	portPoll     = 10 * time.Millisecond
	// idlePoll is how often the port is tried while no host is connected: the
	// kernel lets poll(2) report such a port as hung up all the time.
	idlePoll = 2 * time.Millisecond
)

// port is the agent's end of a virtio port. It is opened once: a second open
// fails, and closing it would lose what the host has sent.
type port struct {
	file *os.File
}

// openPort waits for the port's device and opens it.
func openPort(name string) (*port, error) {
	for deadline := time.Now().Add(portDeadline); time.Now().Before(deadline); time.Sleep(portPoll) {
		names, err := filepath.Glob("/sys/class/virtio-ports/*/name")
		if err != nil {
			return nil, err
		}
		for _, file := range names {
			text, err := os.ReadFile(file)
			if err != nil || strings.TrimSpace(string(text)) != name {
				continue
			}
			path := "/dev/" + filepath.Base(filepath.Dir(file))
			fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
			if err != nil {
				return nil, fmt.Errorf("open %s: %w", path, err)
			}
			return &port{os.NewFile(uintptr(fd), path)}, nil
		}
	}
	return nil, fmt.Errorf("no virtio port named %s within %v", name, portDeadline)
}

// session is the time from a host's first byte until it hangs up.
type session struct {
	*port
	begun bool
}

func (p *port) session() io.ReadWriteCloser { return &session{port: p} }

// Read reads from the port. Before the host connects, the port reads as ended:
// Read waits and tries again. After the session's first byte an end is an end.
func (s *session) Read(buf []byte) (int, error) {
	for {
		n, err := s.file.Read(buf)
		if n > 0 {
			s.begun = true
		}
		if err != io.EOF || s.begun {
			return n, err
		}
		time.Sleep(idlePoll)
	}
}

func (s *session) Write(buf []byte) (int, error) { return s.file.Write(buf) }

// Close ends the session and leaves the port open.
func (s *session) Close() error { return nil }
