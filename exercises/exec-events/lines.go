package execevents

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// line is a line that a program printed, and the numbers in it.
type line struct {
	text    string
	numbers []string
}

var (
	// number is a decimal number; the first group is what stands before it. A
	// digit within or at the end of a word, as in CPU1 or 0x1f, is none.
	number = regexp.MustCompile(`(^|[^\w.])(-?\d+(?:\.\d+)*)`)
	// colour is what changes the colour of a terminal's text.
	colour = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

// readLines are the lines of a text that are not empty.
func readLines(text string) []line {
	var lines []line
	for l := range strings.Lines(colour.ReplaceAllString(text, "")) {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		var numbers []string
		for _, match := range number.FindAllStringSubmatch(l, -1) {
			numbers = append(numbers, match[2])
		}
		lines = append(lines, line{text: l, numbers: numbers})
	}
	return lines
}

// value is the only number of a line.
func (l line) value() (uint64, bool) {
	if len(l.numbers) != 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(l.numbers[0], 10, 64)
	return n, err == nil
}

// counts are the values that a number of calls give a counter.
type counts struct {
	// before is what the counter was, calls how many there were.
	before, calls uint64
}

func (c counts) contains(n uint64) bool { return c.before < n && n <= c.before+c.calls }

// of are the counts that lines give as their values, in the order of the lines.
func (c counts) of(lines []line) []uint64 {
	var found []uint64
	for _, l := range lines {
		if n, ok := l.value(); ok && c.contains(n) {
			found = append(found, n)
		}
	}
	return found
}

// loses matches a line that says what it is about.
var loses = regexp.MustCompile(`(?i)los[est]|drop|miss|overflow|overrun|discard`)

// warnings are the lines that report lost records: those that are no values and
// have a number. Where some of them say that records were lost, they are it.
func (c counts) warnings(lines []line) []line {
	var other, telling []line
	for _, l := range lines {
		if n, ok := l.value(); len(l.numbers) == 0 || ok && c.contains(n) {
			continue
		}
		other = append(other, l)
		if loses.MatchString(l.text) {
			telling = append(telling, l)
		}
	}
	if len(telling) > 0 {
		return telling
	}
	return other
}

// lost is the number of records that a warning reports for a processor, whose
// own number may stand in it too.
func (l line) lost(cpu int) (uint64, bool) {
	numbers := l.numbers
	if len(numbers) == 2 {
		if i := slices.Index(numbers, strconv.Itoa(cpu)); i >= 0 {
			numbers = slices.Delete(slices.Clone(numbers), i, i+1)
		}
	}
	return line{numbers: numbers}.value()
}
