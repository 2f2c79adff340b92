// Package mjml compiles MJML to the HTML of a mail, with the very engine that the
// visual editor uses: the bundle of npm's mjml-browser, run by goja.
//
// Version 4.18 it is, as long as grapesjs-mjml is built on it; 5 answers with a
// Promise. static/build.mjs copies the bundle; package.json pins it.
//
// The engine is for the moment of saving: a compilation takes some ten milliseconds.
// It runs a stranger's input, so it is bounded in depth and time, and has no
// file, no network and no clock to reach: goja gives a script none.
package mjml

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"smtpserver/app/fault"
)

//go:embed mjml-browser.js
var bundle string

// Timeout ends a compilation. It is processor time: on a busy machine a document is no
// worse than on an idle one.
const Timeout = 2 * time.Second

const (
	longest = 10 * Timeout // by the clock on the wall, whatever the processor does
	lookAt  = 50 * time.Millisecond
)

// Engine compiles MJML, in as many machines as there are places.
type Engine struct {
	program func() (*goja.Program, error)
	places  chan *machine // nil: not built yet
	turns   *turns
}

type machine struct {
	vm      *goja.Runtime
	compile goja.Callable
}

// New returns an engine of so many machines. Each is built when first needed, which
// takes some hundred milliseconds, and holds some megabytes from then on.
func New(machines int) *Engine {
	e := &Engine{
		program: sync.OnceValues(func() (*goja.Program, error) { return goja.Compile("mjml-browser.js", bundle, false) }),
		places:  make(chan *machine, machines),
		turns:   newTurns(machines),
	}
	for range machines {
		e.places <- nil
	}
	return e
}

// Problem is something that the engine says about a document.
type Problem struct {
	Line int
	Text string
}

// HTML compiles a document when it is the account's turn. Its problems are such as the
// engine could go on after.
func (e *Engine) HTML(ctx context.Context, account, source string) (html string, problems []Problem, err error) {
	if err := judge(source); err != nil {
		return "", nil, err
	}
	if err := e.turns.take(ctx, account); err != nil {
		return "", nil, err
	}
	defer e.turns.give(account)
	m := <-e.places // who has a turn finds one there
	kept := false
	defer func() {
		if !kept { // what a script was torn out of is not used again
			m = nil
		}
		e.places <- m
	}()
	if m == nil {
		if m, err = e.build(); err != nil {
			return "", nil, err
		}
	}
	html, problems, err = m.run(source)
	kept = err == nil
	return html, problems, err
}

func (e *Engine) build() (*machine, error) {
	program, err := e.program()
	if err != nil {
		return nil, fmt.Errorf("mjml: compile the engine: %w", err)
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(4000)
	vm.SetFieldNameMapper(goja.UncapFieldNameMapper())
	// The bundle asks for a window, and for what it finds in it.
	if _, err := vm.RunString(`var window = globalThis, self = globalThis, module = { exports: {} }, exports = module.exports, console = { log() {}, warn() {}, error() {}, info() {} };`); err != nil {
		return nil, fmt.Errorf("mjml: prepare: %w", err)
	}
	if _, err := vm.RunProgram(program); err != nil {
		return nil, fmt.Errorf("mjml: load the engine: %w", err)
	}
	// No fonts: the engine would have every reader's mail program ask Google for them.
	v, err := vm.RunString(`(function (source) {
		const mjml = module.exports.default || module.exports || window.mjml;
		const r = mjml(source, { validationLevel: "soft", keepComments: true, ignoreIncludes: true, fonts: {} });
		return { html: r.html, problems: r.errors.map(e => ({ line: e.line || 0, text: String(e.message || e.formattedMessage) })) };
	})`)
	if err != nil {
		return nil, fmt.Errorf("mjml: %w", err)
	}
	compile, ok := goja.AssertFunction(v)
	if !ok {
		return nil, errors.New("mjml: the engine has no entry")
	}
	return &machine{vm: vm, compile: compile}, nil
}

func (m *machine) run(source string) (html string, problems []Problem, err error) {
	stop := m.watch()
	defer func() {
		stop()
		if p := recover(); p != nil { // a script must not end the program
			err = fault.Wrap(fault.Invalid, "This MJML cannot be compiled.", fmt.Errorf("mjml: %v", p))
		}
	}()
	v, err := m.compile(goja.Undefined(), m.vm.ToValue(source))
	var interrupted *goja.InterruptedError
	var thrown *goja.Exception
	switch {
	case errors.As(err, &interrupted):
		return "", nil, fault.Wrap(fault.Invalid, "This MJML takes too long to compile. Make it shorter.", err)
	case errors.As(err, &thrown):
		return "", nil, fault.Wrap(fault.Invalid, "This MJML cannot be compiled: "+sentence(thrown.Value().String()), err)
	case err != nil:
		return "", nil, fault.Wrap(fault.Invalid, "This MJML cannot be compiled.", err)
	}
	object := v.ToObject(m.vm)
	if err := m.vm.ExportTo(object.Get("problems"), &problems); err != nil {
		return "", nil, fmt.Errorf("mjml: read the answer: %w", err)
	}
	return object.Get("html").String(), problems, nil
}

// watch interrupts what the calling goroutine runs from now on when its time is over. The
// goroutine keeps to its thread until stop.
func (m *machine) watch() (stop func()) {
	runtime.LockOSThread()
	spent := threadTime()
	before := spent()
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		look := time.NewTicker(lookAt)
		defer look.Stop()
		for range longest / lookAt {
			select {
			case <-over:
				return
			case <-look.C:
			}
			if spent()-before > Timeout {
				break
			}
		}
		m.vm.Interrupt("timeout")
	}()
	return func() {
		close(over)
		<-watched
		m.vm.ClearInterrupt() // it may have come as the work was done
		runtime.UnlockOSThread()
	}
}

// sentence cuts what the engine throws down to what helps.
func sentence(thrown string) string {
	thrown = strings.TrimPrefix(thrown, "Error: ")
	first, _, _ := strings.Cut(thrown, "\n")
	if r := []rune(first); len(r) > 200 {
		first = string(r[:200]) + "…"
	}
	return strings.TrimRight(first, ". ") + "."
}

// judge refuses what the engine must not see.
func judge(source string) error {
	low := strings.ToLower(source)
	if at := strings.Index(low, "<mj-include"); at >= 0 {
		return fault.Newf(fault.Invalid, "Line %d: <mj-include> is not allowed: a content stands alone.", 1+strings.Count(source[:at], "\n"))
	}
	if !strings.Contains(low, "<mjml") {
		return fault.New(fault.Invalid, "MJML begins with <mjml>. Is this HTML? Then choose HTML.")
	}
	return nil
}
