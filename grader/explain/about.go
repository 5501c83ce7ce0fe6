package explain

// Mistake is what is known of a mistake, whichever check or kernel finds it.
type Mistake struct {
	// Why says in a sentence why it is one.
	Why string
	// Kernels says in a sentence which kernels take it otherwise; empty when
	// all are alike.
	Kernels string
}

// About returns what is known of the mistake with an id. It is false for an id
// that is none.
func About(id string) (Mistake, bool) {
	m, ok := known[id]
	return m, ok
}

// Because is all that is known of a mistake in one text, empty for an id that is
// none.
func Because(id string) string {
	m := known[id]
	if m.Kernels == "" {
		return m.Why
	}
	return m.Why + " " + m.Kernels
}

// known are the mistakes, in the order in which they show: when it is built,
// loaded, attached, and run.
var known = map[string]Mistake{
	"compile-error": {Why: "The compiler makes no object of a source with an error; those after the first are often its consequences."},
	"stack-limit":   {Why: "A BPF program has a stack of 512 bytes for all local variables of the functions that are active.", Kernels: "Newer kernels such as Linux 7.3 count the functions of a tracing program one by one."},

	"unused-map": {Why: "A map that nobody uses takes memory, and is often one that was to be used."},

	"no-program":            {Why: "The loader takes for a program only what stands in a section that names a hook."},
	"unknown-section":       {Why: "The loader learns from the section's name what kind of program it is and where it belongs."},
	"missing-license":       {Why: "Many helpers, bpf_printk and those that read the kernel's memory among them, are for programs under the GPL alone."},
	"co-re-field":           {Why: "The loader looks up in the running kernel's types where each field lies, and this field is not among them.", Kernels: "Structures of the kernel differ from version to version."},
	"forward-declared-name": {Why: "vmlinux.h has every structure relocated to the kernel's own of that name, and declared this name before you defined it."},
	"fentry-target":         {Why: "fentry and fexit reach only functions that the kernel's type information lists and that the compiler has not inlined or split.", Kernels: "Which functions those are differs from kernel to kernel."},
	"memlock-red-herring":   {Why: "The loader guesses at locked memory whenever the kernel refuses permission.", Kernels: "Since Linux 5.11 BPF is not counted as locked memory."},

	"array-key-size":      {Why: "The key of an array is an index of 32 bits."},
	"missing-max-entries": {Why: "The kernel makes room for as many elements as the definition says, and that is none."},
	"map-section":         {Why: "What is not in the section .maps is an ordinary global variable for the loader."},
	"wrong-map-helper":    {Why: "Each type of map has helpers of its own."},
	"key-too-small":       {Why: "A helper reads as many bytes as a key of the map has, beyond the end of a shorter variable."},
	"value-too-small":     {Why: "Each access must lie within the value that the map was defined with."},

	"direct-dereference":   {Why: "The verifier lets a program follow only pointers that it knows to be valid; those of the kernel or of a process are read by helpers, which can fail."},
	"missing-null-check":   {Why: "A lookup or reservation can fail and then returns NULL, and the verifier wants every path to have ruled that out."},
	"null-check-elided":    {Why: "A lookup in an array with a constant index within its bounds cannot fail, but only newer verifiers know that.", Kernels: "Linux 6.12 and older refuse it, newer ones such as 6.18 take it."},
	"literal-as-pointer":   {Why: "The helper reads from an address, and a number is none."},
	"unbounded-loop":       {Why: "A program that might never end would stop the kernel, so the verifier must see the end of each loop.", Kernels: "bpf_loop is there since Linux 5.17, bpf_for since 6.4."},
	"unchecked-index":      {Why: "An index that the verifier knows no bound of could lead anywhere in the kernel's memory."},
	"helper-not-allowed":   {Why: "Timers and spin locks could deadlock in a program that runs at any place of the kernel.", Kernels: "Newer kernels such as Linux 7.3 let tracing programs use timers."},
	"unknown-helper":       {Why: "Each type of program has its own set of helpers, which grows with the versions of Linux."},
	"ctx-write":            {Why: "The context of this type of program is read-only."},
	"packet-bounds":        {Why: "A packet may be shorter than the header that is read, so the verifier wants each access compared with the packet's end."},
	"unreleased-reference": {Why: "What a program reserves and does not give back would be lost to the kernel forever."},
	"uninitialised-stack":  {Why: "Bytes that were never set hold what was on the stack before; in a key they make equal keys differ.", Kernels: "Old kernels such as Linux 5.10 refuse them, newer ones, 6.1 among them, take them from a privileged program."},

	"unknown-tracepoint": {Why: "A section names a tracepoint exactly as the kernel's list does.", Kernels: "The list differs from kernel to kernel."},
	"ctx-too-large":      {Why: "A tracepoint hands over the event's own fields and no more, and a program that reads beyond them is not attached."},
	"kprobe-target":      {Why: "A kprobe needs a function that is in the kernel under that name, which inlined ones are not.", Kernels: "Which functions are inlined differs from kernel to kernel."},

	"pinned-leftover": {Why: "A map that is pinned by name is used again when the object is loaded again, and must then be of the same shape."},
	"page-count":      {Why: "The kernel maps perf buffers only in powers of two of pages."},
	"user-value-size": {Why: "libbpf compares the size that it is given with that of the map."},
	"set-before-load": {Why: "A map is made in the kernel when the object is loaded; until then there is nothing to set."},

	"nonatomic-update":         {Why: "Two processors can read the same value, both add to it, and write the same sum."},
	"hook-never-fired":         {Why: "The program loads and attaches, but what it is attached to never happens."},
	"inverted-check":           {Why: "A lookup returns NULL when there is nothing; a program that returns when there is something never writes."},
	"exit-not-enter":           {Why: "What runs when a call has succeeded does not see one that fails."},
	"success-only":             {Why: "A hook that only a successful call reaches does not see one that fails."},
	"counts-execveat":          {Why: "execve and execveat are two system calls."},
	"perf-flags-zero":          {Why: "The flags choose the processor's buffer, and 0 is that of the first processor."},
	"late-perf-buffer":         {Why: "What is sent before the buffer exists is lost, and the kernel does not count it as lost."},
	"lost-ignored":             {Why: "A full buffer drops records, and only the function for lost records is told."},
	"printk-specifier":         {Why: "bpf_printk has no floating point and few specifiers; with any other it prints nothing and returns an error."},
	"wrong-context-type":       {Why: "The context's structure belongs to the kind of hook; through that of another one a program reads other things."},
	"tid-for-tgid":             {Why: "The lower half of bpf_get_current_pid_tgid is the thread, the upper half the process."},
	"user-pointer-kernel-read": {Why: "A pointer that a process passed points into its own memory, which the helpers for the kernel's memory do not read."},
	"cold-user-page":           {Why: "A program may not wait for a page of the process's memory that is not there yet."},
	"wrong-clock":              {Why: "The exercise asks for the monotonic clock in nanoseconds."},
	"stdout-buffered":          {Why: "What printf writes to anything but a terminal stays in a buffer until that is full or the program ends."},
	"key-by-pid":               {Why: "A request is often issued and completed by other processes than the one that asked for it."},
	"sectors-as-bytes":         {Why: "The block layer counts in sectors of 512 bytes."},
	"counts-bios":              {Why: "Several bios can become one request, and one can be split."},
	"no-device-filter":         {Why: "The hook sees the requests of all disks."},
	"byte-order":               {Why: "Numbers in packet headers are in network byte order, which is not that of this machine."},
}
