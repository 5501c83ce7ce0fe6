package execevents

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNumbers(t *testing.T) {
	for text, want := range map[string][]string{
		"17":                            {"17"},
		"execve called 17 times":        {"17"},
		"count_value=17":                {"17"},
		"count:17.":                     {"17"},
		"-17":                           {"-17"},
		"CPU1: 17":                      {"17"},
		"CPU 1: 17":                     {"1", "17"},
		"cpu#1 17":                      {"1", "17"},
		"[12:34:56] 17":                 {"12", "34", "56", "17"},
		"1.5 s":                         {"1.5"},
		"0x11":                          {"0"},
		"a1b2c3":                        nil,
		"17ns":                          {"17"},
		"\x1b[1;32m17\x1b[0m":           {"17"},
		"attached":                      nil,
		"99999999999999999999999 is it": {"99999999999999999999999"},
	} {
		lines := readLines(text)
		if assert.Len(t, lines, 1, text) {
			assert.Equal(t, want, lines[0].numbers, text)
		}
	}
	assert.Empty(t, readLines("\n \n\r\n"))
}

func TestValues(t *testing.T) {
	c := counts{before: 1 << 40, calls: 3}
	lines := readLines(`attached
1099511627777
count: 1099511627778
cpu 0: 1099511627779
1099511627776
1099511627780
lost 3
count 1099511627777 again
99999999999999999999999999
`)
	assert.Equal(t, []uint64{1<<40 + 1, 1<<40 + 2, 1<<40 + 1}, c.of(lines))
}

func TestWarnings(t *testing.T) {
	c := counts{before: 1 << 40, calls: 1000}
	for text, want := range map[string][]string{
		"1099511627777\nlost 12 events on CPU 1\n1099511627778\n": {"lost 12 events on CPU 1"},
		"12\n34\n":                       {"12", "34"},
		"poll returned 5\nDropped: 12\n": {"Dropped: 12"},
		"events lost!\n5 records read\n": {"5 records read"},
		"1099511627777\nok\n":            nil,
		"perdus: 12\n":                   {"perdus: 12"},
	} {
		var got []string
		for _, l := range c.warnings(readLines(text)) {
			got = append(got, l.text)
		}
		assert.Equal(t, want, got, text)
	}
}

func TestLost(t *testing.T) {
	for _, test := range []struct {
		text string
		cpu  int
		lost uint64
		ok   bool
	}{
		{"lost 12 records", 1, 12, true},
		{"lost 12 records on CPU 1", 1, 12, true},
		{"CPU 1 lost 12 records", 1, 12, true},
		{"CPU 1 lost 1 record", 1, 1, true},
		{"CPU 0 lost 12 records", 1, 0, false},
		{"CPU 1 lost 12 of 40 records", 1, 0, false},
		{"lost -12 records", 1, 0, false},
		{"records were lost", 1, 0, false},
	} {
		lost, ok := readLines(test.text)[0].lost(test.cpu)
		assert.Equal(t, test.ok, ok, test.text)
		if test.ok {
			assert.Equal(t, test.lost, lost, test.text)
		}
	}
}
