package submission

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSafeName(t *testing.T) {
	tests := map[string]string{
		"alice":            "alice",
		"José García":      "José García",
		"作业 1":             "作业 1",
		"🐝":                "🐝",
		"-rf":              "-rf",
		"..a":              "..a",
		"a/b":              "a_b",
		"../../etc/passwd": ".._.._etc_passwd",
		"":                 "submission",
		".":                "submission",
		"..":               "submission",
		" . ":              "submission",
		"a\x00b":           "a_b",
		"a\nb\tc":          "a_b_c",
		"\x1b[31mred":      "_[31mred",
		"a\u009bb":         "a_b",
		"a\xff\xfeb":       "a__b",
		"a\u202eb":         "a_b",
		"a\u200bb\ufeff":   "a_b_",
		"a\u2028b\u2029":   "a_b_",
		"a\ufffdb":         "a_b",
		"a\ue000b":         "a_b",
	}
	for name, want := range tests {
		assert.Equal(t, want, SafeName(name), "%q", name)
	}
}

func FuzzSafeName(f *testing.F) {
	for _, name := range []string{"alice", "a/b", "\xff", "\x1b[31m", ".. ..", "\u202e"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		safe := SafeName(name)
		assert.True(t, utf8.ValidString(safe))
		assert.NotContains(t, []string{"", ".", ".."}, safe)
		assert.NotContains(t, safe, "/")
		assert.NotContains(t, safe, "\n")
		assert.LessOrEqual(t, len(safe), max(len(name), len("submission")))
		assert.Equal(t, safe, SafeName(safe))
	})
}

func TestSafeText(t *testing.T) {
	assert.Equal(t, "a\n\tb__c_", safeText("a\n\tb\r\x1bc\xff"))
	assert.Equal(t, "a___b", safePath("a\n\t\x1bb"))
	assert.Equal(t, "a/b", safePath("a/b"))
}

func TestCleanName(t *testing.T) {
	accepted := map[string]string{
		"a":         "a",
		"a/b":       "a/b",
		"./a//b/":   "a/b",
		`a\b`:       "a/b",
		`a\`:        "a",
		"":          ".",
		"./":        ".",
		"...":       "...",
		"a..b":      "a..b",
		"..a/b..":   "..a/b..",
		"ab:c":      "ab:c",
		"1:c":       "1:c",
		"a\n\x1b":   "a\n\x1b",
		"\xff\xfe":  "\xff\xfe",
		"-o":        "-o",
		"a b/ü":     "a b/ü",
		"~/a":       "~/a",
		"$HOME/*?a": "$HOME/*?a",
	}
	for name, want := range accepted {
		got, err := cleanName(name)
		assert.NoError(t, err, "%q", name)
		assert.Equal(t, want, got, "%q", name)
	}
	refused := []string{
		"..", "../a", "a/..", "a/../../b", "a/../b", "./../a", "/", "/a", "//a", `\a`, `..\a`, `a\..\..\b`, `a/..\b`,
		"C:", "C:a", `C:\a`, "c:/a", `\\host\share`, "a\x00", "\x00",
	}
	for _, name := range refused {
		_, err := cleanName(name)
		var refusal *Error
		if assert.ErrorAs(t, err, &refusal, "%q", name) {
			assertPrintable(t, refusal.Reason)
		}
	}
}

func TestCheckName(t *testing.T) {
	deep := strings.Repeat("a/", maxDepth-1) + "a"
	long := strings.Repeat("a", maxName)
	assert.NoError(t, checkName(deep))
	assert.NoError(t, checkName(long+"/"+long))
	assert.ErrorContains(t, checkName(deep+"/a"), "nested more than 10 deep")
	assert.ErrorContains(t, checkName("b/"+long+"a"), "The name aaaaaaaaaaaaaaaaaaaa… has more than 255 bytes")

	err := checkName("\n" + strings.Repeat("ü", maxName))
	var refusal *Error
	require.ErrorAs(t, err, &refusal)
	assertPrintable(t, refusal.Reason)
}

func TestTrimArchiveSuffix(t *testing.T) {
	for name, want := range map[string]string{
		"a.tar.gz": "a", "a.tgz": "a", "a.zip": "a", "a.Tar.GZ": "a", "a.b.zip": "a.b", "a.zip.zip": "a.zip",
		"a": "a", "a.tar": "a.tar", "a.gz": "a.gz", "zip": "zip", ".zip": "",
		// The lower case of this letter is shorter.
		"\u212a.zip": "\u212a.zip",
	} {
		assert.Equal(t, want, trimArchiveSuffix(name), name)
	}
}
