package command

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProgressWithoutATerminal(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 3, false)
	p.start()
	p.step("anna")
	p.end()
	assert.Empty(t, b.String(), "nobody watches")

	p = newProgress(&b, 2, true)
	p.start()
	p.step("anna  pass")
	p.more() // it is tried again
	p.start()
	p.step("")
	p.step("chen  fail")
	p.end()
	assert.Equal(t, "[1/2] anna  pass\n[3/3] chen  fail\n", b.String())
}

func TestProgressBar(t *testing.T) {
	var b bytes.Buffer
	p := &progress{bar: newBar(&b, 3), all: 3}
	p.start()
	p.start()
	p.step("anna")
	shown := b.String()
	assert.Contains(t, shown, "2 running")
	assert.Contains(t, shown, "(1/3")
	assert.NotContains(t, shown, "anna")
	assert.NotContains(t, shown, "\n")
	p.end()
	last := b.String()[strings.LastIndex(strings.TrimRight(b.String(), "\r"), "\r")+1:]
	assert.Empty(t, strings.TrimSpace(last), "the line is left empty")
}

func TestProgressOfSeveralGoroutines(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 8, true)
	var wg sync.WaitGroup
	for range p.all {
		wg.Go(func() {
			p.start()
			p.step("x")
		})
	}
	wg.Wait()
	assert.True(t, strings.HasSuffix(b.String(), "[8/8] x\n"), "the count never goes back")
}
