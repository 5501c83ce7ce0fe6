package object

import (
	"testing"

	"github.com/cilium/ebpf/asm"
	"github.com/stretchr/testify/assert"
)

// lookup looks up element 0 of a map; r0 is then what was found.
func lookup(name string) asm.Instructions {
	return asm.Instructions{
		asm.StoreImm(asm.RFP, -4, 0, asm.Word),
		asm.Mov.Reg(asm.R2, asm.RFP),
		asm.Add.Imm(asm.R2, -4),
		asm.LoadMapPtr(asm.R1, 0).WithReference(name),
		asm.FnMapLookupElem.Call(),
	}
}

// check returns 0 when r0 is NULL.
func check() asm.Instructions {
	return asm.Instructions{
		{OpCode: asm.JNE.Op(asm.ImmSource), Dst: asm.R0, Offset: 2, Constant: 0},
		asm.Mov.Imm(asm.R0, 0),
		asm.Return(),
	}
}

// store writes 8 bytes.
func store(to asm.Register, offset int16) asm.Instruction {
	return asm.Instruction{OpCode: asm.StoreImmOp(asm.DWord), Dst: to, Offset: offset, Constant: 1}
}

// increment adds one to what a register points to.
func increment(to asm.Register) asm.Instructions {
	return asm.Instructions{
		asm.LoadMem(asm.R1, to, 0, asm.DWord),
		asm.Add.Imm(asm.R1, 1),
		asm.StoreMem(to, 0, asm.R1, asm.DWord),
	}
}

func end() asm.Instructions {
	return asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()}
}

func join(parts ...asm.Instructions) asm.Instructions {
	var all asm.Instructions
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func TestRemarks(t *testing.T) {
	update := func(offset int32, size int) asm.Instructions {
		return asm.Instructions{
			asm.StoreImm(asm.RFP, -4, 0, asm.Word),
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, -4),
			asm.Mov.Reg(asm.R3, asm.RFP),
			asm.Add.Imm(asm.R3, offset),
			asm.LoadMapPtr(asm.R1, 0).WithReference("hash"),
			asm.Mov.Imm(asm.R4, 0),
			asm.FnMapUpdateElem.Call(),
		}
	}
	lookupAt := func(offset int32) asm.Instructions {
		return asm.Instructions{
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, offset),
			asm.LoadMapPtr(asm.R1, 0).WithReference("hash"),
			asm.FnMapLookupElem.Call(),
		}
	}
	readString := func(helper asm.BuiltinFunc, field int16) asm.Instructions {
		return asm.Instructions{
			asm.LoadMem(asm.R3, asm.R1, field, asm.DWord),
			asm.Mov.Reg(asm.R1, asm.RFP),
			asm.Add.Imm(asm.R1, -16),
			asm.Mov.Imm(asm.R2, 16),
			helper.Call(),
		}
	}
	printk := func(offset uint32) asm.Instructions {
		return asm.Instructions{
			asm.LoadMapValue(asm.R1, 0, offset).WithReference(".rodata"),
			asm.Mov.Imm(asm.R2, 8),
			asm.FnTracePrintk.Call(),
		}
	}
	const entry = "tracepoint/syscalls/sys_enter_execve"
	tests := map[string]struct {
		section string
		code    asm.Instructions
		want    []string
	}{
		"an element that is checked":                 {entry, join(lookup("array"), check(), end()), nil},
		"an element that is not checked":             {entry, join(lookup("array"), asm.Instructions{store(asm.R0, 0)}, end()), []string{"null-check-elided"}},
		"a copy of one, which is not checked":        {entry, join(lookup("array"), asm.Instructions{asm.Mov.Reg(asm.R6, asm.R0), asm.LoadMem(asm.R7, asm.R6, 0, asm.DWord)}, end()), []string{"null-check-elided"}},
		"an element of a hash, which is not":         {entry, join(lookup("hash"), asm.Instructions{store(asm.R0, 0)}, end()), nil},
		"added to in an array":                       {entry, join(lookup("array"), check(), increment(asm.R0), end()), []string{"nonatomic-update"}},
		"added to in a hash":                         {entry, join(lookup("hash"), check(), increment(asm.R0), end()), nil},
		"added to for each processor":                {entry, join(lookup("percpu"), check(), increment(asm.R0), end()), nil},
		"added to at once":                           {entry, join(lookup("array"), check(), asm.Instructions{asm.Mov.Imm(asm.R1, 1), asm.AddAtomic.Mem(asm.R0, asm.R1, asm.DWord, 0)}, end()), nil},
		"added to and written elsewhere":             {entry, join(lookup("array"), check(), asm.Instructions{asm.LoadMem(asm.R1, asm.R0, 0, asm.DWord), asm.Add.Imm(asm.R1, 1), asm.StoreMem(asm.R0, 8, asm.R1, asm.DWord)}, end()), nil},
		"a global variable":                          {entry, join(asm.Instructions{asm.LoadMapValue(asm.R2, 0, 8).WithReference(".bss")}, increment(asm.R2), end()), []string{"nonatomic-update"}},
		"a value of which half is set":               {entry, join(asm.Instructions{store(asm.RFP, -24)}, update(-24, 16), end()), []string{"uninitialised-stack"}},
		"a value that is set":                        {entry, join(asm.Instructions{store(asm.RFP, -24), store(asm.RFP, -16)}, update(-24, 16), end()), nil},
		"a value of which a helper sets the rest":    {entry, join(asm.Instructions{store(asm.RFP, -24), asm.Mov.Reg(asm.R1, asm.RFP), asm.Add.Imm(asm.R1, -16), asm.Mov.Imm(asm.R2, 8), asm.FnGetCurrentComm.Call()}, update(-24, 16), end()), nil},
		"a value whose address is kept":              {entry, join(asm.Instructions{store(asm.RFP, -24), asm.Mov.Reg(asm.R6, asm.RFP), asm.StoreMem(asm.RFP, -32, asm.R6, asm.DWord)}, update(-24, 16), end()), nil},
		"an argument read as the kernel's":           {entry, join(readString(asm.FnProbeReadKernelStr, 16), end()), []string{"user-pointer-kernel-read"}},
		"an argument read as the process's":          {entry, join(readString(asm.FnProbeReadUserStr, 16), end()), []string{"cold-user-page"}},
		"an argument, with a look whether it was":    {entry, join(readString(asm.FnProbeReadUserStr, 16), check(), end()), nil},
		"an argument, and the result is kept":        {entry, join(readString(asm.FnProbeReadUser, 16), asm.Instructions{asm.StoreMem(asm.RFP, -24, asm.R0, asm.DWord)}, end()), nil},
		"an argument, and the result is returned":    {entry, join(readString(asm.FnProbeReadUserStr, 16), asm.Instructions{asm.Return()}), nil},
		"an argument, and a path past the look":      {entry, join(readString(asm.FnProbeReadUserStr, 16), asm.Instructions{{OpCode: asm.JEq.Op(asm.ImmSource), Dst: asm.R7, Offset: 0}}, check(), end()), nil},
		"an argument of a call that ends":            {"tracepoint/syscalls/sys_exit_execve", join(readString(asm.FnProbeReadUserStr, 16), end()), nil},
		"an argument of a function of the kernel":    {"ksyscall/execve", join(readString(asm.FnProbeReadUserStr, 16), end()), []string{"cold-user-page"}},
		"a field of another tracepoint":              {"tracepoint/sched/sched_switch", join(readString(asm.FnProbeReadKernelStr, 16), end()), nil},
		"a line with a floating point number":        {entry, join(printk(0), end()), []string{"printk-specifier"}},
		"a line with whole numbers":                  {entry, join(printk(8), end()), nil},
		"a line that is not in the object's data":    {entry, join(printk(4096), end()), nil},
		"two paths, one of which has not checked":    {entry, join(lookup("array"), asm.Instructions{{OpCode: asm.JNE.Op(asm.ImmSource), Dst: asm.R7, Offset: 1}, {OpCode: asm.JEq.Op(asm.ImmSource), Dst: asm.R0, Offset: 1}, store(asm.R0, 0)}, end()), []string{"null-check-elided"}},
		"a jump back, after which nothing is known":  {entry, join(lookup("array"), asm.Instructions{asm.StoreImm(asm.R0, 0, 1, asm.Word), {OpCode: asm.JEq.Op(asm.ImmSource), Dst: asm.R7, Offset: -2}}, end()), nil},
		"a port as it lies":                          {"xdp", join(asm.Instructions{asm.LoadMem(asm.R2, asm.R1, 0, asm.Word), asm.Add.Imm(asm.R2, 36), asm.LoadMem(asm.R3, asm.R2, 0, asm.Half), {OpCode: asm.JNE.Op(asm.ImmSource), Dst: asm.R3, Offset: 0, Constant: 53}}, end()), []string{"byte-order"}},
		"a port in network byte order":               {"xdp", join(asm.Instructions{asm.LoadMem(asm.R2, asm.R1, 0, asm.Word), asm.Add.Imm(asm.R2, 36), asm.LoadMem(asm.R3, asm.R2, 0, asm.Half), {OpCode: asm.JNE.Op(asm.ImmSource), Dst: asm.R3, Offset: 0, Constant: 0x3500}}, end()), nil},
		"a number of the program's own":              {"xdp", join(lookup("hash"), check(), asm.Instructions{asm.LoadMem(asm.R3, asm.R0, 0, asm.Half), {OpCode: asm.JNE.Op(asm.ImmSource), Dst: asm.R3, Offset: 0, Constant: 53}}, end()), nil},
		"a request looked up by the current process": {"tp_btf/block_rq_complete", join(asm.Instructions{asm.FnGetCurrentPidTgid.Call(), asm.RSh.Imm(asm.R0, 32), asm.StoreMem(asm.RFP, -4, asm.R0, asm.Word)}, lookupAt(-4), end()), []string{"key-by-pid"}},
		"a request issued by the current process":    {"tp_btf/block_rq_issue", join(asm.Instructions{asm.FnGetCurrentPidTgid.Call(), asm.StoreMem(asm.RFP, -4, asm.R0, asm.Word)}, lookupAt(-4), end()), nil},
		"a request looked up by another number":      {"kprobe/blk_account_io_done", join(asm.Instructions{asm.FnGetCurrentPidTgid.Call(), asm.StoreMem(asm.RFP, -8, asm.R0, asm.Word), asm.StoreImm(asm.RFP, -4, 1, asm.Word)}, lookupAt(-4), end()), nil},
		"a request looked up by one of two numbers":  {"fentry/bio_endio", join(asm.Instructions{asm.FnGetCurrentPidTgid.Call(), asm.StoreMem(asm.RFP, -4, asm.R0, asm.Word), {OpCode: asm.JEq.Op(asm.ImmSource), Dst: asm.R0, Offset: 1}, asm.StoreImm(asm.RFP, -4, 1, asm.Word)}, lookupAt(-4), end()), nil},
		"a register that does not exist":             {entry, join(asm.Instructions{{OpCode: asm.LoadMemOp(asm.DWord), Dst: asm.R1, Src: 15}, {OpCode: asm.StoreMemOp(asm.DWord), Dst: 15, Src: 14}}, end()), nil},
		"a jump out of the program":                  {entry, join(asm.Instructions{{OpCode: asm.JEq.Op(asm.ImmSource), Offset: 1000}}, end()), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := &Object{
				License: "GPL",
				Maps: []Map{
					{Name: "array", Type: "Array", KeySize: 4, ValueSize: 16},
					{Name: "hash", Type: "Hash", KeySize: 4, ValueSize: 16},
					{Name: "percpu", Type: "PerCPUArray", KeySize: 4, ValueSize: 16},
				},
				Programs: []Program{{Name: "handle", Hook: ParseHook(test.section), instructions: test.code}},
				data:     map[string][]byte{".rodata": []byte("at %.2f\x00 %d %5llx %% f\x00")},
			}
			var ids []string
			for _, r := range o.Remarks() {
				if r.ID != "unused-map" {
					ids = append(ids, r.ID)
				}
			}
			assert.Equal(t, test.want, ids)
		})
	}
}

func TestRemarksOnObject(t *testing.T) {
	program := []Program{{Name: "handle", Hook: ParseHook("kprobe/f"), instructions: join(lookup("used"), check(), end())}}
	o := &Object{
		Maps:     []Map{{Name: "used", Type: "Hash"}, {Name: "spare", Type: "Hash"}, {Name: ".rodata", Type: "Array"}, {Name: "calls", Type: "ProgramArray", initialised: true}},
		Programs: program,
	}
	remarks := o.Remarks()
	assert.Len(t, remarks, 2)
	assert.Equal(t, "missing-license", remarks[0].ID)
	assert.Equal(t, Remark{ID: "unused-map", Message: "No program of the object uses the map spare."}, remarks[1])

	long := make(asm.Instructions, maxFlow+1)
	for i := range long {
		long[i] = asm.Mov.Imm(asm.R0, 0)
	}
	o = &Object{License: "GPL", Programs: []Program{{Name: "handle", instructions: long}}}
	assert.Empty(t, o.Remarks(), "a program that is too long to follow")
}

func TestLine(t *testing.T) {
	o := read(t, "access.bpf.o")
	line, ok := o.Line("handle", 12)
	assert.True(t, ok)
	assert.Equal(t, Line{"access.bpf.c", 44, "message.count = 1;"}, line)
	assert.Equal(t, "access.bpf.c:44", line.String())
	line, ok = o.Line("handle", 17)
	assert.True(t, ok)
	assert.Equal(t, "access.bpf.c:47", line.String())
	_, ok = o.Line("other", 12)
	assert.False(t, ok, "no such program")
	_, ok = (&Object{Programs: []Program{{Name: "handle", instructions: end()}}}).Line("handle", 1)
	assert.False(t, ok, "an object without lines")
	assert.NotEmpty(t, o.Lines("handle"))
}
