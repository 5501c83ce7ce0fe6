package proof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Expectations are what a submissions.yaml says of an exercise's submissions.
type Expectations struct {
	// Accepted maps the name of a submission to why it is there.
	Accepted map[string]Acceptance `yaml:"accepted"`
	// Rejected maps the name of a submission to what must come of it.
	Rejected map[string]Rejection `yaml:"rejected"`
}

// Acceptance says why an accepted submission is there. In YAML it is that text
// alone, or a mapping with the keys why and kernels.
type Acceptance struct {
	Why string `yaml:"why"`
	// Kernels has an outcome for the kernels of a series, such as "5.10", that
	// lack what the submission uses.
	Kernels map[string]Outcome `yaml:"kernels"`
}

// UnmarshalYAML reads either form.
func (a *Acceptance) UnmarshalYAML(decode func(any) error) error {
	if decode(&a.Why) == nil {
		return nil
	}
	type mapping Acceptance
	return decode((*mapping)(a))
}

// On is the outcome on a kernel, such as "6.1.192".
func (a Acceptance) On(kernel string) Outcome {
	if o, ok := a.Kernels[series(kernel)]; ok {
		return o
	}
	return Outcome{Status: grader.StatusPass}
}

// Rejection is what must come of a rejected submission.
type Rejection struct {
	Outcome `yaml:",inline"`
	// Why says what is wrong with it.
	Why string `yaml:"why"`
	// Kernels has another outcome for the kernels of a series, such as "6.1",
	// which takes the place of the whole of Outcome. There, but only there, the
	// outcome may be a pass: what is wrong on one kernel can be right on
	// another.
	Kernels map[string]Outcome `yaml:"kernels"`
}

// Outcome is what must come of a submission.
type Outcome struct {
	Status grader.Status `yaml:"status"`
	// Check is the check that must fail, where the status is fail.
	Check string `yaml:"check"`
	// Diagnosis is the id of the mistake that must be recognised, if any.
	Diagnosis string `yaml:"diagnosis"`
}

// On is the outcome on a kernel, such as "6.1.192".
func (r Rejection) On(kernel string) Outcome {
	if o, ok := r.Kernels[series(kernel)]; ok {
		return o
	}
	return r.Outcome
}

var (
	version    = regexp.MustCompile(`^[0-9]+\.[0-9]+`)
	wellFormed = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
)

// series is the first two numbers of a kernel's version.
func series(kernel string) string { return version.FindString(kernel) }

// ReadExpectations reads the submissions.yaml of an exercise. It refuses keys
// that it does not know, checks that the exercise has not, and whatever is
// missing or contradicts itself; the error names all of it.
func ReadExpectations(path string, ex *grader.Exercise) (*Expectations, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var e Expectations
	err = decoder.Decode(&e)
	if err == nil && decoder.Decode(new(yaml.Node)) != io.EOF {
		err = errors.New("more than one document")
	}
	if err == nil {
		err = e.validate(ex)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return &e, nil
}

func (e *Expectations) validate(ex *grader.Exercise) error {
	var errs []error
	wrong := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
	}
	kernels := func(name string, outcomes map[string]Outcome, statuses []grader.Status) {
		for _, kernel := range slices.Sorted(maps.Keys(outcomes)) {
			if !wellFormed.MatchString(kernel) {
				wrong(name, "kernels: %q is no series of kernels such as \"6.1\"", kernel)
			}
			if err := outcomes[kernel].validate(ex, statuses); err != nil {
				wrong(name, "kernels: %s: %v", kernel, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Accepted)) {
		a := e.Accepted[name]
		if a.Why == "" {
			wrong(name, "no why")
		}
		kernels(name, a.Kernels, rejections)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Rejected)) {
		r := e.Rejected[name]
		if r.Why == "" {
			wrong(name, "no why")
		}
		if err := r.Outcome.validate(ex, rejections); err != nil {
			wrong(name, "%v", err)
		}
		kernels(name, r.Kernels, append(slices.Clone(rejections), grader.StatusPass))
	}
	return errors.Join(errs...)
}

// rejections are the statuses that a rejected submission can have.
var rejections = []grader.Status{
	grader.StatusBuildError, grader.StatusLoadError, grader.StatusAttachError,
	grader.StatusTimeout, grader.StatusCrash, grader.StatusFail,
}

func (o Outcome) validate(ex *grader.Exercise, statuses []grader.Status) error {
	switch {
	case o.Status == "":
		return errors.New("no status")
	case !slices.Contains(statuses, o.Status):
		return fmt.Errorf("it cannot have the status %q", o.Status)
	case o.Status == grader.StatusFail && o.Check == "":
		return errors.New("no check, which the status fail needs")
	case o.Status != grader.StatusFail && o.Check != "":
		return fmt.Errorf("a check, which goes with the status fail alone, not with %s", o.Status)
	case o.Status == grader.StatusPass && o.Diagnosis != "":
		return errors.New("a diagnosis of a pass")
	case o.Check != "" && !slices.ContainsFunc(ex.Checks, func(c grader.Check) bool { return c.Name == o.Check }):
		return fmt.Errorf("the exercise has no check %q", o.Check)
	}
	return nil
}
