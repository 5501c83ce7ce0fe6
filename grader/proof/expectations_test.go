package proof

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

func TestReadExpectations(t *testing.T) {
	dir := folder(t, map[string]string{"submissions.yaml": `
accepted:
  one: the shortest
  new:
    why: a helper since 5.13
    kernels:
      "5.10": {status: load_error, diagnosis: helper-too-new}
rejected:
  padding:
    status: fail
    check: counts
    why: it hashes padding
    kernels:
      "6.1": {status: load_error, diagnosis: uninitialised}
      "6.12": {status: pass}
`})
	e, err := ReadExpectations(filepath.Join(dir, "submissions.yaml"), exercise())
	require.NoError(t, err)
	assert.Equal(t, Acceptance{Why: "the shortest"}, e.Accepted["one"])
	assert.Equal(t, Outcome{Status: grader.StatusPass}, e.Accepted["one"].On("5.10.262"))
	assert.Equal(t, Outcome{Status: grader.StatusPass}, e.Accepted["new"].On("5.15.1"))
	assert.Equal(t, Outcome{Status: grader.StatusLoadError, Diagnosis: "helper-too-new"}, e.Accepted["new"].On("5.10.262"))
	padding := e.Rejected["padding"]
	for kernel, want := range map[string]Outcome{
		"6.1.192":               {Status: grader.StatusLoadError, Diagnosis: "uninitialised"},
		"6.1.0-56-cloud-amd64":  {Status: grader.StatusLoadError, Diagnosis: "uninitialised"},
		"6.12.117":              {Status: grader.StatusPass},
		"6.12":                  {Status: grader.StatusPass},
		"6.18.1":                {Status: grader.StatusFail, Check: "counts"},
		"a kernel of one's own": {Status: grader.StatusFail, Check: "counts"},
	} {
		assert.Equal(t, want, padding.On(kernel), kernel)
	}
}

func TestReadExpectationsRefuses(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"an unknown key":             {"rejected: {a: {status: crash, why: w, chek: map}}", "field chek not found"},
		"an unknown key on top":      {"reject: {}", "field reject not found"},
		"an unknown key of kernels":  {"rejected: {a: {status: crash, why: w, kernels: {\"6.1\": {status: crash, why: w}}}}", "field why not found"},
		"a name twice":               {"accepted: {a: x, a: y}", "already defined"},
		"two documents":              {"accepted: {a: x}\n---\naccepted: {b: y}", "more than one document"},
		"nothing":                    {"", "EOF"},
		"accepted without a reason":  {"accepted: {a: ''}", "a: no why"},
		"an unknown key of accepted": {"accepted: {a: {why: w, kernel: {}}}", "field kernel not found"},
		"accepted on no kernel":      {"accepted: {a: {why: w, kernels: {\"6.1\": {status: pass}}}}", `a: kernels: 6.1: it cannot have the status "pass"`},
		"rejected without a reason":  {"rejected: {a: {status: crash}}", "a: no why"},
		"no status":                  {"rejected: {a: {why: w}}", "a: no status"},
		"an unknown status":          {"rejected: {a: {status: failed, why: w}}", `a: it cannot have the status "failed"`},
		"rejected with a pass":       {"rejected: {a: {status: pass, why: w}}", `a: it cannot have the status "pass"`},
		"rejected by the grader":     {"rejected: {a: {status: infra_error, why: w}}", `a: it cannot have the status "infra_error"`},
		"a fail without a check":     {"rejected: {a: {status: fail, why: w}}", "a: no check, which the status fail needs"},
		"a check without a fail":     {"rejected: {a: {status: crash, check: map, why: w}}", "a: a check, which goes with the status fail alone"},
		"an unknown check":           {"rejected: {a: {status: fail, check: maps, why: w}}", `a: the exercise has no check "maps"`},
		"no series":                  {"rejected: {a: {status: crash, why: w, kernels: {6.1.3: {status: crash}}}}", `a: kernels: "6.1.3" is no series`},
		"an error on a kernel":       {"rejected: {a: {status: crash, why: w, kernels: {\"6.1\": {status: fail}}}}", "a: kernels: 6.1: no check"},
		"a diagnosed pass":           {"rejected: {a: {status: crash, why: w, kernels: {\"6.1\": {status: pass, diagnosis: d}}}}", "a: kernels: 6.1: a diagnosis of a pass"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(folder(t, map[string]string{"submissions.yaml": tt.text}), "submissions.yaml")
			_, err := ReadExpectations(path, exercise())
			require.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, path)
		})
	}
}
