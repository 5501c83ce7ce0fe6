package kernel

import (
	"cmp"
	"strconv"
)

// compareVersions orders versions as people do: runs of digits as numbers,
// everything else as letters.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		var c int
		if digit(a[0]) && digit(b[0]) {
			var x, y uint64
			x, a = cutNumber(a)
			y, b = cutNumber(b)
			c = cmp.Compare(x, y)
		} else {
			c = cmp.Compare(a[0], b[0])
			a, b = a[1:], b[1:]
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// cutNumber splits off the digits that text begins with.
func cutNumber(text string) (n uint64, rest string) {
	i := 0
	for i < len(text) && digit(text[i]) {
		i++
	}
	n, _ = strconv.ParseUint(text[:i], 10, 64) // a longer number is the largest
	return n, text[i:]
}
