package local

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// schedulers are the kernel's IO schedulers, the best first: any will do.
var schedulers = []string{"mq-deadline", "kyber", "bfq"}

// schedule puts a scheduler between the requests of a disk and the disk.
//
// Without one a request is started by the very call that allocates it, and
// since Linux 6.9 the block layer asks the clock only once in such a call: a
// request's start_time_ns and its io_start_time_ns are then equal, and a program
// that reads the wrong one cannot be told from one that reads the right one.
// With a scheduler requests are started by a worker of the kernel's; see
// blk_mq_submit_bio in block/blk-mq.c.
func schedule(disk string) error {
	file := filepath.Join("/sys/block", disk, "queue/scheduler")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	// Such as "[none] mq-deadline".
	offered := strings.Fields(strings.NewReplacer("[", "", "]", "").Replace(string(text)))
	for _, name := range schedulers {
		if slices.Contains(offered, name) {
			return os.WriteFile(file, []byte(name), 0)
		}
	}
	return fmt.Errorf("%w: this kernel has no IO scheduler for %s", testbed.ErrNotSupported, disk)
}
