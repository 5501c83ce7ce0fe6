package vm

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestComplaint(t *testing.T) {
	for _, test := range []struct{ name, console, want string }{
		{"nothing", "", ""},
		{"ordinary lines", "[    0.1] Run /init as init process\n[    1.2] virtio_blk virtio1: [vda] 131072 512-byte logical blocks\n", ""},
		{
			"a warning",
			"[   12.345678] ------------[ cut here ]------------\n[   12.345679] WARNING: CPU: 1 PID: 77 at kernel/bpf/verifier.c:1234 check_it+0x12/0x34\n",
			"WARNING: CPU: 1 PID: 77 at kernel/bpf/verifier.c:1234 check_it+0x12/0x34",
		},
		{
			"a warning since Linux 6.19",
			"[   12.345679] WARNING: kernel/bpf/verifier.c:1234 at check_it+0x12/0x34, CPU#1: bpfgrade/77\n",
			"WARNING: kernel/bpf/verifier.c:1234 at check_it+0x12/0x34, CPU#1: bpfgrade/77",
		},
		{
			"a warning without a line of the source",
			"[   12.345679] WARNING: at check_it+0x12/0x34, CPU#1: bpfgrade/77\n",
			"WARNING: at check_it+0x12/0x34, CPU#1: bpfgrade/77",
		},
		{
			"a warning about the submission",
			"[   12.3] ------------[ cut here ]------------\n[   12.3] trace type BPF program uses run-time allocation\n[   12.3] WARNING: CPU: 0 PID: 1 at kernel/bpf/verifier.c:10519 bpf_check+0x2f8e/0x3470\n",
			"",
		},
		{
			"a warning after that one",
			"[   12.3] trace type BPF program uses run-time allocation\n[   12.3] WARNING: CPU: 0 PID: 1 at kernel/bpf/verifier.c:10519 bpf_check+0x2f8e/0x3470\n[   12.4] WARNING: CPU: 0 PID: 1 at kernel/bpf/core.c:1 f+0x1/0x2\n",
			"WARNING: CPU: 0 PID: 1 at kernel/bpf/core.c:1 f+0x1/0x2",
		},
		{
			"what comes first",
			"[    9.6] BUG: kernel NULL pointer dereference, address: 0000000000000000\n[    9.7] Oops: 0000 [#1] PREEMPT SMP NOPTI\n[    9.9] Kernel panic - not syncing: Fatal exception\n",
			"BUG: kernel NULL pointer dereference, address: 0000000000000000",
		},
		{"a panic with the reason of the agent", "[    3.1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\r\n", "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"},
		{"an exception", "[    3.1] general protection fault, probably for non-canonical address 0xdead: 0000 [#1]\n", "general protection fault, probably for non-canonical address 0xdead: 0000 [#1]"},
		{"a lockup", "[   99.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [prog:81]\n", "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [prog:81]"},
		{"a stall", "[  300.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n", "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"},
		{"no time stamp", "Kernel panic - not syncing: no memory\n", "Kernel panic - not syncing: no memory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &machine{dir: t.TempDir()}
			require.NoError(t, os.WriteFile(filepath.Join(m.dir, consoleFile), []byte(test.console), 0o600))
			assert.Equal(t, test.want, m.complaint())
		})
	}
	assert.Empty(t, (&machine{dir: t.TempDir()}).complaint(), "no console")
}
