package command

import (
	"fmt"

	"github.com/agnivade/levenshtein"
)

// suggest proposes the candidate nearest to a misspelt word, or nothing when
// none is near.
func suggest(word string, candidates []string) string {
	best, distance := "", len(word)/2+1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, c); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
