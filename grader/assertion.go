package grader

import "strings"

// fromAssertion turns the report of a testify assertion into a failure. Such a
// report is a list of labelled blocks, each line of a block indented by tabs:
//
//	Error Trace:	file.go:12
//	Error:      	Not equal:
//	            	expected: 1
//	            	actual  : 2
//	Messages:   	counter[0]
//
// Any other text becomes the message as it is.
func fromAssertion(report string) Failure {
	blocks := make(map[string][]string)
	label := ""
	for line := range strings.Lines(report) {
		head, text, found := strings.Cut(strings.TrimPrefix(strings.TrimRight(line, "\n"), "\t"), "\t")
		if !found {
			continue
		}
		if name := strings.TrimSpace(head); strings.HasSuffix(name, ":") {
			label = name
		}
		blocks[label] = append(blocks[label], text)
	}
	lines, ok := blocks["Error:"]
	if !ok {
		return Failure{Message: strings.TrimSpace(report)}
	}

	var f Failure
	var message []string
	for _, line := range lines {
		if value, ok := strings.CutPrefix(line, "expected: "); ok {
			f.Expected = strings.TrimSpace(value)
		} else if value, ok := strings.CutPrefix(line, "actual  : "); ok {
			f.Actual = strings.TrimSpace(value)
		} else if f.Actual == "" { // a diff follows the actual value
			message = append(message, strings.TrimSpace(line))
		}
	}
	f.Message = strings.TrimSuffix(strings.TrimSpace(strings.Join(message, " ")), ":")
	switch said := strings.Join(blocks["Messages:"], " "); {
	case said == "":
	case f.Actual != "":
		f.Message = said
	default: // the assertion's own words are all there is on what was wrong
		f.Message = said + ": " + f.Message
	}
	return f
}
