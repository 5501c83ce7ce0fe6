package exercises_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/exercises"
	"github.com/bpfgrade/bpfgrade/grader"
)

func TestValid(t *testing.T) {
	assert.NoError(t, grader.Validate(exercises.All...))
	for _, ex := range exercises.All {
		assert.Equal(t, 10.0, ex.MaxScore(), ex.Slug)
	}
}
