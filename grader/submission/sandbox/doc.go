// Package sandbox runs a program on hostile input, such as a compiler on a
// student's source, so that it can read and write only what it was given.
//
// There are two mechanisms. Run takes the first that works:
//
//   - A user namespace, with mount, process, network, IPC and UTS namespaces of
//     its own. The program's root is an empty tmpfs in which the folders that
//     it was given are bound; nothing else exists for it.
//   - Landlock, for machines that forbid user namespaces. The program cannot
//     open anything else, but it can still tell whether a path exists, because
//     Landlock does not govern stat(2). That is why it comes second.
//
// With both, the program has no capabilities and can gain none, a seccomp
// filter takes away the network, signals to others, changes of file metadata
// and the kernel's rarer interfaces, its environment holds what the caller
// says and no more, and processor time, memory, file size, output and wall
// clock are bounded. Where neither mechanism works, Run refuses to run anything.
//
// # Re-execution
//
// The restrictions apply to a process before it becomes the program. That
// process is the running binary itself, started again through /proc/self/exe
// under a special argv[0], which this package's init function recognises: it
// takes over there and never returns. So every binary that imports this package,
// a test binary too, can call Run, and needs nothing installed beside it.
package sandbox
