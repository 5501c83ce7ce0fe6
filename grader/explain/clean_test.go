package explain

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"plain":                {"(*count)++;", "(*count)++;"},
		"other letters":        {"größer 零", "größer 零"},
		"a tab and a line":     {"a\tb\nc\rd", "a b c d"},
		"control characters":   {"\x1b[2J\x00\x7f", "\uFFFD[2J\uFFFD\uFFFD"},
		"no valid UTF-8":       {"a\xff\xc3", "a\uFFFD\uFFFD"},
		"a text that turns":    {"a\u202eb", "a\uFFFDb"},
		"as long as it may be": {"12345678901234567890", "12345678901234567890"},
		"longer":               {"123456789012345678901", "1234567890123456789…"},
		"longer, of 4 bytes":   {strings.Repeat("𝒂", 21), strings.Repeat("𝒂", 20)},
		"nothing":              {"", ""},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			assert.Equal(t, test.want, clean(test.text, 20))
		})
	}
}

func TestShorten(t *testing.T) {
	lines := func(from, to int) string {
		var b strings.Builder
		for n := from; n <= to; n++ {
			fmt.Fprintf(&b, "line %d\n", n)
		}
		return strings.TrimSuffix(b.String(), "\n")
	}
	tests := map[string]struct{ log, want string }{
		"nothing":             {"", ""},
		"blank lines":         {"\n \n", ""},
		"one line":            {"a", "a"},
		"as many as are kept": {lines(1, maxLogLines), lines(1, maxLogLines)},
		"one more":            {lines(1, maxLogLines+1) + "\n", "… 1 lines …\n" + lines(2, maxLogLines+1)},
		"many more":           {lines(1, 1000), "… 980 lines …\n" + lines(981, 1000)},
		"blank lines between": {"a\n\nb", "a\n\nb"},
		"carriage returns":    {"a\r\nb\r\n", "a\nb"},
		"control characters":  {"a\x1b[31mb\n\x00", "a\uFFFD[31mb\n\uFFFD"},
		"a long line":         {strings.Repeat("x", 1<<20), strings.Repeat("x", maxLine-1) + "…"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			assert.Equal(t, test.want, shorten(test.log))
		})
	}
}

// checkHarmless checks that an explanation can be shown on a terminal and does
// not fill it.
func checkHarmless(t testing.TB, e Explanation) {
	t.Helper()
	for _, text := range []string{e.Message, e.Help, e.Diagnosis} {
		assert.NotContains(t, text, "\n")
		assert.LessOrEqual(t, utf8.RuneCountInString(text), 2*maxMessage)
	}
	lines := strings.Split(e.Log, "\n")
	assert.LessOrEqual(t, len(lines), maxLogLines+1)
	for _, text := range append(lines, e.Message, e.Help, e.Diagnosis) {
		assert.LessOrEqual(t, utf8.RuneCountInString(text), 2*maxMessage)
		assert.True(t, utf8.ValidString(text))
		assert.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", text)
	}
}

// What a student can choose: names of programs, maps and sections, lines of
// source, and so all of the log.
func TestHostileNames(t *testing.T) {
	const evil = "\x1b]0;owned\x07\r\nalice: 10/10\u202e"
	long := evil + strings.Repeat("x", 1<<16)
	obj := &object.Object{Maps: []object.Map{{Name: long, Type: "Array", KeySize: 8}}}
	log := "; " + long + " @ " + long + ":1\n7: (85) call unknown#195896080\nfunc '" + long + "' doesn't have 1-th argument\n"
	for _, e := range []Explanation{
		Load(&testbed.LoadError{Program: long, Message: long, Log: log}, obj),
		Load(&testbed.LoadError{Program: long, Message: "attach x: fentry " + long + " not supported"}, obj),
		Load(&testbed.LoadError{Message: long, Log: strings.Repeat(evil, 1<<10)}, obj),
		Load(&testbed.LoadError{Map: long, Message: "map create: invalid argument"}, obj),
		Load(&testbed.LoadError{Map: evil, Message: long, Log: long}, obj),
		Attach(&testbed.AttachError{Program: long, Section: "kprobe/" + long, Message: long + "not found"}, &object.Object{}),
		Attach(&testbed.AttachError{Program: evil, Section: evil, Message: evil}, &object.Object{}),
		Section(object.Program{Name: long, Hook: object.ParseHook(long)}),
		Section(object.Program{Name: evil, Hook: object.ParseHook("krobe/" + long)}),
	} {
		assert.NotEmpty(t, e.Message)
		checkHarmless(t, e)
	}
}

func FuzzLoad(f *testing.F) {
	for _, programs := range logs(f) {
		for _, log := range programs {
			f.Add("handle", "load program: permission denied", log)
		}
	}
	f.Add("", "map create: invalid argument", "")
	obj := read(f, "missing-field.bpf.o")
	f.Fuzz(func(t *testing.T, name, message, log string) {
		checkHarmless(t, Load(&testbed.LoadError{Program: name, Message: message, Log: log}, obj))
		checkHarmless(t, Load(&testbed.LoadError{Map: name, Message: message, Log: log}, obj))
		checkHarmless(t, Attach(&testbed.AttachError{Program: name, Section: log, Message: message}, &object.Object{}))
	})
}
