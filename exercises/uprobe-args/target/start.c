// SPDX-License-Identifier: GPL-2.0
/* Calls main and ends with its status, without a C library. */
#include <asm/unistd.h>

int main(int argc, char **argv);

__attribute__((used)) static _Noreturn void start(long *stack)
{
	int status = main(stack[0], (char **)(stack + 1));

	for (;;)
		__asm__ volatile("syscall" : : "a"(__NR_exit_group), "D"(status) : "rcx", "r11", "memory");
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");
