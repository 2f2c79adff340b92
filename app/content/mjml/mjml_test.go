package mjml

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"

	"smtpserver/app/fault"
	"smtpserver/app/testkit/processor"
)

const hello = `<mjml><mj-head><mj-title>T</mj-title></mj-head><mj-body><mj-section><mj-column><mj-text color="red">Hello LqA1Z</mj-text><mj-button href="LqA2Z">Go</mj-button></mj-column></mj-section></mj-body></mjml>`

func TestCompiles(t *testing.T) {
	t.Parallel()
	e := New(2)
	html, problems, err := e.HTML(t.Context(), "", hello)
	if err != nil || len(problems) != 0 {
		t.Fatalf("%v %v", problems, err)
	}
	for _, want := range []string{"<!doctype html>", "Hello LqA1Z", `href="LqA2Z"`, "<!--[if mso", "color:red", "max-width:600px"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in it", want)
		}
	}
	if strings.Contains(html, "fonts.googleapis") {
		t.Error("it sends readers to another host for fonts")
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			start := time.Now()
			again, _, err := e.HTML(t.Context(), "", hello)
			if err != nil || again != html {
				t.Errorf("compiled again it differs: %v", err)
			}
			t.Log(time.Since(start))
		})
	}
	wg.Wait()
}

func TestSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	e := New(1)
	_, problems, err := e.HTML(t.Context(), "", "<mjml>\n<mj-body>\n<mj-nonsense></mj-nonsense><mj-section nonsense=\"1\"></mj-section></mj-body></mjml>")
	if err != nil || len(problems) != 2 || problems[0].Line != 3 || !strings.Contains(problems[0].Text, "mj-nonsense") {
		t.Errorf("%+v %v", problems, err)
	}
	for in, want := range map[string]string{
		"<mjml>\n<mj-body><mj-include path=\"/etc/passwd\" /></mj-body></mjml>": "Line 2: <mj-include>",
		"<p>x</p>":                       "Is this HTML?",
		"<mjml><mj-body><mj-section>":    "",
		"<mjml":                          "cannot be compiled",
		"<mjml></mjml>":                  "",
		strings.Repeat("<mjml>", 10_000): "ompile", // cannot be compiled, or takes too long
	} {
		_, _, err := e.HTML(t.Context(), "", in)
		if want != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.40s: %v", in, err)
		}
	}
	if _, problems, err := e.HTML(t.Context(), "", hello); err != nil || len(problems) != 0 {
		t.Errorf("afterwards: %v %v", problems, err)
	}
}

func TestT02IsBounded(t *testing.T) {
	t.Parallel()
	e := New(1)
	for name, in := range map[string]string{
		"sections": "<mjml><mj-body>" + strings.Repeat("<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>", 4000) + "</mj-body></mjml>",
		"deep":     "<mjml><mj-body>" + strings.Repeat("<mj-section>", 3000) + strings.Repeat("</mj-section>", 3000) + "</mj-body></mjml>",
		"columns":  "<mjml><mj-body><mj-section>" + strings.Repeat("<mj-column><mj-text>x</mj-text></mj-column>", 5000) + "</mj-section></mj-body></mjml>",
		"text":     "<mjml><mj-body><mj-section><mj-column><mj-text>" + strings.Repeat("<b>", 20_000) + "</mj-text></mj-column></mj-section></mj-body></mjml>",
		"comments": "<mjml>" + strings.Repeat("<!-- ", 50_000) + "</mjml>",
	} {
		var err error
		took := processor.Time(t, func() { _, _, err = e.HTML(t.Context(), "", in) })
		t.Logf("%s: %v, %v", name, took, err)
		if took > Timeout+8*time.Second { // a machine is built, too
			t.Errorf("%s took %v", name, took)
		}
	}
	if err := e.turns.take(t.Context(), "another"); err != nil { // the only one
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := e.HTML(ctx, "", hello); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a turn: %v", err)
	}
}

// Time is the processor's: what waits for it, as everything does on a busy machine, has
// spent none.
func TestTimeIsTheProcessors(t *testing.T) {
	t.Parallel()
	m := &machine{vm: goja.New()}
	must := func(v goja.Value, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	stop := m.watch()
	must(nil, m.vm.Set("wait", func() { time.Sleep(Timeout + 10*lookAt) }))
	_, err := m.vm.RunString("wait()")
	must(nil, err)
	var interrupted *goja.InterruptedError
	if _, err = m.vm.RunString("for (;;) {}"); !errors.As(err, &interrupted) {
		t.Errorf("work without an end: %v", err)
	}
	stop()
	must(m.vm.RunString("1 + 1"))
}

// The bundle is the version that package.json pins.
func TestBundleIsPinned(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../package.json")
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	if v := p.Dependencies["mjml-browser"]; !strings.HasPrefix(v, "4.18.") {
		t.Errorf("mjml-browser is %q; the editor is built on 4.18", v)
	}
	if built, err := os.ReadFile("../../../node_modules/mjml-browser/lib/index.js"); err == nil && string(built) != bundle {
		t.Error("the bundle is not that of node_modules: npm run build")
	}
}

func BenchmarkHTML(b *testing.B) {
	e := New(1)
	for b.Loop() {
		if _, _, err := e.HTML(b.Context(), "", hello); err != nil {
			b.Fatal(err)
		}
	}
}
