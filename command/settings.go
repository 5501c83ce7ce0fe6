package command

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/bpfgrade/bpfgrade/grader/report"
)

// settingsFile is the file in OUT that says what was asked for.
const settingsFile = "run.json"

// settings are what a run was asked for, so that it can be repeated.
type settings struct {
	All      string   `json:"all"`
	Exercise []string `json:"exercise"`
	Kernel   string   `json:"kernel"`
	Backend  string   `json:"backend"`
	Seed     *uint64  `json:"seed,omitempty"`
	Fresh    bool     `json:"fresh"`
	Also     []string `json:"also"`
	Shard    string   `json:"shard"`
}

func (c *classRun) saveSettings() error {
	all, err := filepath.Abs(c.All)
	if err != nil {
		return err
	}
	return report.WriteFile(filepath.Join(c.Out, settingsFile), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", " ")
		return encoder.Encode(settings{all, c.Exercise, c.Kernel, c.Backend, c.Seed, c.Fresh, c.Also, c.Shard})
	})
}

// readSettings reads what the run in a folder was asked for.
func readSettings(out string) (*settings, error) {
	file, err := os.Open(filepath.Join(out, settingsFile))
	if err != nil {
		return nil, fmt.Errorf("%w (grade a class there with --all first)", err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var s settings
	if err := decoder.Decode(&s); err != nil {
		return nil, fmt.Errorf("read %s: %w", file.Name(), err)
	}
	return &s, nil
}
