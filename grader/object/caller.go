package object

import (
	"fmt"
	"slices"

	"github.com/cilium/ebpf/asm"
)

// completions are the tracepoints and functions that a request of a disk passes
// when it is completed: whatever runs on the processor then is not the process
// that made it.
var completions = []string{
	"block_rq_complete", "block_rq_error", "block_io_done", "block_bio_complete",
	"blk_account_io_done", "__blk_account_io_done", "blk_mq_complete_request", "blk_mq_end_request",
	"__blk_mq_end_request", "blk_update_request", "bio_endio",
}

// completes tells whether the hook is reached when a request is completed.
func (h Hook) completes() bool {
	switch h.Kind {
	case Tracepoint, RawTracepoint, TracepointBTF, Kprobe, Kretprobe, KprobeMulti, KretprobeMulti, Fentry, Fexit:
		return slices.Contains(completions, h.event())
	}
	return false
}

// keyedByCaller finds a key that is the id of the current process, where a
// request is completed.
func (o *Object) keyedByCaller(p *Program, steps []step) (int, Remark) {
	if !p.Hook.completes() {
		return -1, Remark{}
	}
	for i, s := range steps {
		key := s.registers[asm.R2]
		if s.calls(asm.FnMapLookupElem, asm.FnMapUpdateElem, asm.FnMapDeleteElem) && key.origin == fromStack && holdsCaller(steps, s.function, key.offset) {
			return i, Remark{
				ID:      "key-by-pid",
				Message: fmt.Sprintf("The program %s looks for the current process where a request is completed, and that is whichever process runs there at the moment: take the request itself for the key, its address or its disk and sector.", p.Name),
			}
		}
	}
	return -1, Remark{}
}

// holdsCaller tells whether all that a function stores at a place on its stack is
// the id of the current process or thread.
func holdsCaller(steps []step, function int, offset int64) bool {
	found := false
	for _, s := range steps {
		class := s.ins.OpCode.Class()
		if s.function != function || class != asm.StClass && class != asm.StXClass {
			continue
		}
		to := s.of(s.ins.Dst)
		if to.several() {
			return false
		}
		at := to.offset + int64(s.ins.Offset)
		if to.origin != fromStack || at > offset || at+int64(s.ins.OpCode.Size().Sizeof()) <= offset {
			continue
		}
		if class != asm.StXClass || at != offset || s.of(s.ins.Src).origin != fromCaller {
			return false
		}
		found = true
	}
	return found
}
