package main

import (
	"fmt"
	"slices"
	"time"
)

// spread is a figure that was measured several times.
type spread []time.Duration

func (s spread) median() time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// String is the median with the least and the most, in milliseconds.
func (s spread) String() string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf("%5d ms (%d to %d)", s.median().Milliseconds(), slices.Min(s).Milliseconds(), slices.Max(s).Milliseconds())
}

// row prints one figure.
func row(what string, figure any) { fmt.Printf("  %-58s %v\n", what, figure) }

// title prints what the next figures are about.
func title(text string) { fmt.Printf("\n%s\n", text) }
