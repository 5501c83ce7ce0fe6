package command

import (
	"bytes"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProgressLeavesAnEmptyLine(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 3)
	p.step()
	p.end()
	assert.Empty(t, b.String(), "nobody watches")

	p = &progress{terminal: &b, all: 3}
	p.end()
	assert.Empty(t, b.String(), "there is nothing to clear")
	p.step()
	p.step()
	p.end() // interrupted
	assert.Equal(t, "\r\x1b[Kgraded 1 of 3\r\x1b[Kgraded 2 of 3\r\x1b[K", b.String())
}

func TestProgressOfSeveralGoroutines(t *testing.T) {
	var b bytes.Buffer
	p := &progress{terminal: &b, all: 8}
	var wg sync.WaitGroup
	for range p.all {
		wg.Go(p.step)
	}
	wg.Wait()
	assert.True(t, bytes.HasSuffix(b.Bytes(), []byte("graded 8 of 8")), "the count never goes back")
}
