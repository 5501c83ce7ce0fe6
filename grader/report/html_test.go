package report

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

// classSized is a class of n submissions, of all statuses, with marks from 0 to
// full, in an order that is not sorted.
func classSized(n int) []*grader.Result {
	var results []*grader.Result
	for i := range n {
		r := ofStatus(statuses[(i*7)%len(statuses)])
		r.Submission = fmt.Sprintf("student %04d", (i*1237)%n)
		r.Duration = time.Duration(500+(i*389)%4000) * time.Millisecond
		r.Seed = uint64(i)
		for c := range r.Checks {
			r.Checks[c].Hidden = r.Checks[c].Name == "ignores execveat"
		}
		if r.Status == grader.StatusFail {
			r.Checks[0].Diagnosis = ""
			r.Score = float64(i % 12)
		}
		results = append(results, r)
	}
	return results
}

func TestHTMLTakesNothingForMarkup(t *testing.T) {
	data := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)
	clean := written(t, "html", evil("plain"))
	for _, name := range evilNames {
		text := written(t, "html", evil(name))
		assert.Equal(t, strings.Count(clean, "<"), strings.Count(text, "<"), "%q makes no element", name)
		var d pageData
		require.NoError(t, json.Unmarshal([]byte(data.FindStringSubmatch(text)[1]), &d))
		assert.Len(t, d.Results, 1)
	}
	assert.NotContains(t, clean, "http://")
	assert.NotContains(t, clean, "https://")
	assert.NotContains(t, clean, "{{")
}

// browser opens a page of results in Chromium, and says of the errors of its
// console and of what it fetched.
type browser struct {
	ctx             context.Context
	mu              sync.Mutex
	errors, fetched []string
}

func open(t *testing.T, results []*grader.Result, width, height int64) *browser {
	t.Helper()
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		t.Skip("there is no Chromium: scripts/setup.sh installs it")
	}
	path := filepath.Join(t.TempDir(), "report.html")
	var b bytes.Buffer
	require.NoError(t, HTML(&b, tool, results))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))

	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(2*time.Minute))
	allocated, cancelAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelAllocator)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		// Its files go with the test, so it must be gone before.
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	page := &browser{ctx: ctx}
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		page.mu.Lock()
		defer page.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			page.errors = append(page.errors, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			page.errors = append(page.errors, string(e.Type))
		case *log.EventEntryAdded:
			page.errors = append(page.errors, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			page.fetched = append(page.fetched, e.Request.URL)
		}
	}))
	page.do(t,
		command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}),
		chromedp.EmulateViewport(width, height), chromedp.Navigate("file://"+path), chromedp.WaitReady("#heat tbody"))
	return page
}

// command is an action that sends a command of the browser's protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

// see evaluates an expression in the page.
func see[V any](t *testing.T, p *browser, expression string) V {
	t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[V](expression))
	require.NoError(t, err)
	return v
}

func (p *browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	require.NoError(t, chromedp.Do(p.ctx, actions...))
}

// screenshot keeps what is seen, where a folder is named for it.
func (p *browser) screenshot(t *testing.T, name string) {
	t.Helper()
	if folder := os.Getenv("BPFGRADE_SCREENSHOTS"); folder != "" {
		png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644))
	}
}

// run runs a statement in the page.
func run(statement string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[any]("(() => {"+statement+"; return 0 })()")(ctx, target)
		return err
	})
}

const (
	names     = `[...document.querySelectorAll("#heat tbody tr td:first-child")].map(td => td.textContent)`
	firstName = `document.querySelector("#heat tbody td").textContent`
	shownRows = `document.querySelectorAll("#heat tbody tr").length`
)

func TestPage(t *testing.T) {
	for _, n := range []int{200, 2000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			results := classSized(n)
			p := open(t, results, 1400, 900)
			p.screenshot(t, fmt.Sprintf("page-%d", n))
			assert.Equal(t, n, see[int](t, p, shownRows))

			// Sorted by name, by marks with the best first, and back.
			sorted := see[[]string](t, p, names)
			assert.IsIncreasing(t, sorted)
			header := func(n int) string { return fmt.Sprintf(`#heat thead th:nth-child(%d) button`, n) }
			p.do(t, chromedp.Click(header(1)))
			assert.IsDecreasing(t, see[[]string](t, p, names))
			p.do(t, chromedp.Click(header(3)))
			shares := see[[]float64](t, p, `shown.map(row => share(row.result))`)
			assert.IsNonIncreasing(t, shares)
			assert.Equal(t, 1.0, shares[0])
			assert.Equal(t, "descending", see[string](t, p, `document.querySelector("#heat th:nth-child(3)").ariaSort`))
			p.do(t, chromedp.Click(header(4)))
			assert.IsNonIncreasing(t, see[[]float64](t, p, `shown.map(row => row.result.seconds)`))
			// By a check, with the keyboard.
			p.do(t, chromedp.Focus(header(6)), chromedp.KeyEvent(kb.Enter))
			assert.Equal(t, "none", see[string](t, p, `document.querySelector("#heat tbody tr td:nth-child(6)").className.split(" ")[1]`))
			p.do(t, chromedp.KeyEvent(kb.Enter))
			assert.Equal(t, "pass", see[string](t, p, `document.querySelector("#heat tbody tr td:nth-child(6)").className.split(" ")[1]`))

			// Filtered by text, by status, by a mistake.
			p.do(t, run(`document.activeElement.blur()`), chromedp.KeyEvent("/"), chromedp.KeyEvent("student 0042"))
			assert.Equal(t, []string{"student 0042"}, see[[]string](t, p, names))
			p.do(t, chromedp.Click("#clear"))
			assert.Equal(t, n, see[int](t, p, shownRows))
			p.do(t, chromedp.SetValue("#status", "fail"), run(`byId("status").dispatchEvent(new Event("change"))`))
			var failing int
			for _, r := range results {
				if r.Status == grader.StatusFail {
					failing++
				}
			}
			assert.Equal(t, failing, see[int](t, p, shownRows))
			p.do(t, chromedp.Click("#clear"))
			label := see[string](t, p, `document.querySelector("#mistakes button").textContent`)
			count := see[string](t, p, `document.querySelector("#mistakes li span:last-child").textContent`)
			p.do(t, chromedp.Click("#mistakes button"))
			assert.Equal(t, count, fmt.Sprint(see[int](t, p, shownRows)), label)
			p.do(t, chromedp.Click("#clear"))

			// One click to the detail with the reasons, and on with the keyboard.
			p.do(t, chromedp.SetValue("#status", "fail"), run(`byId("status").dispatchEvent(new Event("change"))`),
				chromedp.Click(header(1)), chromedp.Click("#heat tbody tr:first-child td:first-child button"), chromedp.WaitVisible("#detail"))
			p.screenshot(t, fmt.Sprintf("detail-%d", n))
			first := see[string](t, p, firstName)
			assert.Equal(t, first, see[string](t, p, `document.querySelector("#detail-name").textContent`))
			text := see[string](t, p, `document.querySelector("#detail").textContent`)
			assert.Contains(t, text, "counter[0] up by 23")
			assert.Contains(t, text, "hook the entry of the system call")
			assert.Contains(t, text, "ignores execveat (hidden)")
			p.do(t, chromedp.KeyEvent(kb.ArrowRight))
			assert.NotEqual(t, first, see[string](t, p, `document.querySelector("#detail-name").textContent`))
			p.do(t, chromedp.KeyEvent(kb.Escape))
			assert.False(t, see[bool](t, p, `document.querySelector("#detail").open`))

			p.mu.Lock()
			defer p.mu.Unlock()
			assert.Empty(t, p.errors, "errors of the console")
			require.Len(t, p.fetched, 1, "nothing but the page itself is fetched")
			assert.True(t, strings.HasPrefix(p.fetched[0], "file://"))
		})
	}
}

func TestPageOfSeveralExercises(t *testing.T) {
	results := classSized(20)
	for i, r := range results {
		if i%2 == 0 {
			r.Exercise = "exec-table"
		}
	}
	p := open(t, results, 1400, 900)
	assert.Equal(t, 20, see[int](t, p, shownRows))
	assert.Equal(t, []string{"exec-table", "exec-counter"}, see[[]string](t, p, `[...document.querySelectorAll("#heat .group")].map(th => th.textContent)`))
	p.do(t, chromedp.SetValue("#exercise", "exec-table"), run(`byId("exercise").dispatchEvent(new Event("change"))`))
	assert.Equal(t, 10, see[int](t, p, shownRows))
	assert.Empty(t, p.errors)
}

// Hostile names are text in the page, and run nothing.
func TestPageOfHostileNames(t *testing.T) {
	var results []*grader.Result
	for _, name := range append([]string{`<img src=x onerror="document.title='owned'">`, `"><svg onload=alert(1)>`}, evilNames...) {
		results = append(results, evil(name))
	}
	p := open(t, results, 1400, 900)
	for i := range results {
		p.do(t, run(fmt.Sprintf("detail(%d)", i)))
	}
	assert.Equal(t, len(results), see[int](t, p, shownRows))
	assert.Equal(t, "Marks: exec-counter", see[string](t, p, "document.title"))
	assert.Zero(t, see[int](t, p, `document.querySelectorAll("img, svg, iframe, a").length`))
	assert.Empty(t, p.errors)
	assert.Len(t, p.fetched, 1)
}

func TestPageOfNothing(t *testing.T) {
	p := open(t, nil, 1400, 900)
	assert.Zero(t, see[int](t, p, shownRows))
	assert.Empty(t, p.errors)
}

// On a phone nothing but the table scrolls sideways; in the dark text is light;
// on paper there are no controls.
func TestPageElsewhere(t *testing.T) {
	p := open(t, classSized(60), 360, 740)
	p.screenshot(t, "phone")
	assert.LessOrEqual(t, see[int](t, p, `document.documentElement.scrollWidth`), 360)
	p.do(t, chromedp.Click("#heat tbody tr:first-child td:first-child button"), chromedp.WaitVisible("#detail"))
	p.screenshot(t, "phone-detail")
	assert.LessOrEqual(t, see[int](t, p, `document.querySelector("#detail").scrollWidth`), 360)
	p.do(t, chromedp.KeyEvent(kb.Escape))

	p.do(t, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}))
	p.screenshot(t, "dark")
	assert.Equal(t, "rgb(20, 23, 26)", see[string](t, p, `getComputedStyle(document.body).backgroundColor`))

	p.do(t, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	p.screenshot(t, "print")
	assert.Equal(t, "none", see[string](t, p, `getComputedStyle(byId("filter")).display`))
	assert.Equal(t, "visible", see[string](t, p, `getComputedStyle(document.querySelector(".scroll")).overflow`))
	assert.Empty(t, p.errors)
}
