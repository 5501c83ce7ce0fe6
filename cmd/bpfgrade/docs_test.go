package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

// TestDocs wants that the files in docs can be read by what reads them, and that
// the command has every option that the documentation uses.
func TestDocs(t *testing.T) {
	command := gradertest.Command(t)
	var files []string
	for _, pattern := range []string{"../../README.md", "../../docs/*.md", "../../docs/files/*"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found)
		files = append(files, found...)
	}
	// The verb, and what follows to the end of the command.
	call := regexp.MustCompile("bpfgrade (grade|regrade|report|merge|package gradescope|kernel (?:add|headers)|verify|list)\\b([^|&;`#\n]*)")
	option := regexp.MustCompile(`--[a-z][a-z-]*`)
	continued := regexp.MustCompile(`\\?\n\s+--`)
	help := make(map[string]string)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			switch filepath.Ext(file) {
			case ".sh":
				output, err := exec.CommandContext(t.Context(), "sh", "-n", file).CombinedOutput()
				assert.NoError(t, err, string(output))
			case ".yml", ".yaml":
				assert.NoError(t, yaml.Unmarshal(content, new(any)))
			}
			text := continued.ReplaceAllString(string(content), " --")
			for _, match := range call.FindAllStringSubmatch(text, -1) {
				verb := match[1]
				if help[verb] == "" {
					output, err := exec.CommandContext(t.Context(), command, append(strings.Fields(verb), "--help")...).Output()
					require.NoError(t, err)
					help[verb] = string(output)
				}
				for _, name := range option.FindAllString(match[2], -1) {
					assert.Regexp(t, regexp.QuoteMeta(name)+`\b`, help[verb], "bpfgrade %s", verb)
				}
			}
		})
	}
}
