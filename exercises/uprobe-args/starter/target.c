// SPDX-License-Identifier: GPL-2.0
/*
 * The program that is watched. It takes pairs of numbers:
 *
 *   ./target 1 2 -7 3            calls add_pair(1, 2) and add_pair(-7, 3)
 *   ./target subtract 1 2 -7 3   calls subtract_pair(1, 2) and subtract_pair(-7, 3)
 *
 * It prints nothing, and ends with 0 when its results are right. The grader has
 * it as a small static executable without a C library.
 */
#include <limits.h>

/*
 * What is left in the registers when a function returns is its own affair. Here
 * nothing is left of the arguments, and nothing is returned.
 */
#ifdef __x86_64__
#define OVERWRITE_REGISTERS()                                   \
	__asm__ volatile("mov $0x11111111, %%edi\n\t"           \
			 "mov $0x22222222, %%esi\n\t"           \
			 "mov $0x44444444, %%eax"               \
			 : : : "rax", "rdi", "rsi", "memory")
#else
#define OVERWRITE_REGISTERS() __asm__ volatile("" : : : "memory")
#endif

static long long total;

__attribute__((noinline)) void add_pair(int a, int b)
{
	total += a + b;
	OVERWRITE_REGISTERS();
}

__attribute__((noinline)) void subtract_pair(int a, int b)
{
	total += (long long)a - b;
	OVERWRITE_REGISTERS();
}

__attribute__((noinline)) int larger(int a, int b)
{
	return a > b ? a : b;
}

/* Reads a decimal number; downwards, where there is room for one more. */
__attribute__((noinline)) int number(const char *text)
{
	int negative = *text == '-';
	int n = 0;

	for (text += negative; *text >= '0' && *text <= '9'; text++)
		n = n * 10 - (*text - '0');
	return negative ? n : -n;
}

int main(int argc, char **argv)
{
	int subtract = argc > 1 && argv[1][0] == 's';
	int largest = INT_MIN;
	long long want = 0;

	if ((argc - 1 - subtract) % 2)
		return 2;
	for (int i = 1 + subtract; i < argc; i += 2) {
		int a = number(argv[i]);
		int b = number(argv[i + 1]);

		if (subtract) {
			subtract_pair(a, b);
			want += (long long)a - b;
		} else {
			add_pair(a, b);
			want += (long long)a + b;
		}
		largest = larger(larger(largest, a), b);
		if (largest < a || largest < b)
			return 1;
	}
	return total != want;
}
