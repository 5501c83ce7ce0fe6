package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// CSV writes a row for each result and a column for each check, the total last.
// The columns of checks bear the exercise's name where there are several. A
// cell is empty where a check was not reached, and where there is no score. No
// cell starts a formula in a spreadsheet.
func CSV(w io.Writer, results []*grader.Result) error {
	type column struct{ exercise, check string }
	var columns []column
	seen := make(map[column]bool)
	slugs := exercisesOf(results)
	for _, slug := range slugs {
		for _, r := range results {
			for _, c := range r.Checks {
				if key := (column{slug, c.Name}); r.Exercise == slug && !seen[key] {
					seen[key] = true
					columns = append(columns, key)
				}
			}
		}
	}
	header := []string{"submission", "exercise", "status", "kernel", "seed", "seconds", "reason"}
	for _, c := range columns {
		name := c.check
		if len(slugs) > 1 {
			name = c.exercise + ": " + name
		}
		header = append(header, cellText(name))
	}
	out := csv.NewWriter(w)
	_ = out.Write(append(header, "of", "total")) // the error is Flush's
	for _, r := range results {
		row := []string{
			cellText(r.Submission), cellText(r.Exercise), cellText(string(r.Status)), cellText(r.Kernel),
			fmt.Sprint(r.Seed), number(r.Duration.Seconds()), cellText(r.Message),
		}
		scores := make(map[column]string)
		for _, c := range r.Checks {
			if r.Graded() {
				scores[column{r.Exercise, c.Name}] = number(c.Score)
			}
		}
		for _, c := range columns {
			row = append(row, scores[c])
		}
		total := ""
		if r.Graded() {
			total = number(r.Score)
		}
		_ = out.Write(append(row, number(r.MaxScore), total))
	}
	out.Flush()
	return out.Error()
}

// cellText is text on one line that no spreadsheet takes for a formula. An
// apostrophe tells one that what follows is text.
func cellText(text string) string {
	text = plain.Line(text)
	if strings.ContainsAny(firstRune(strings.TrimSpace(text)), "=+-@|%＝＋－＠") {
		return "'" + text
	}
	return text
}

func firstRune(text string) string {
	for _, r := range text {
		return string(r)
	}
	return ""
}
