package browser

import (
	"encoding/json"
	"fmt"
	"net/url"
	"sync"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
)

// Listen collects requests to elsewhere than the origin, and what the policy, the
// console or a script's error says. The returned function gives what came so far.
func Listen(page *rod.Page, origin string) func() []string {
	var mu sync.Mutex
	var list []string
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, fmt.Sprintf(format, args...))
	}
	go page.EachEvent(func(e *proto.NetworkRequestWillBeSent) {
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme != "data" && "http://"+u.Host != origin {
			complain("request to %s", e.Request.URL)
		}
	}, func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError && e.Entry.Source != proto.LogLogEntrySourceNetwork {
			complain("the browser says: %s", e.Entry.Text)
		}
	}, func(e *proto.RuntimeExceptionThrown) {
		complain("script failed: %s", e.ExceptionDetails.Text)
	})()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), list...)
	}
}

// Fits reports what reaches out of the window sideways; "" when nothing does.
func Fits(page *rod.Page) string {
	wide := page.MustEval(`() => document.documentElement.scrollWidth - document.documentElement.clientWidth`).Int()
	if wide <= 0 {
		return ""
	}
	return fmt.Sprintf("the page scrolls sideways by %d px: %s", wide, page.MustEval(widest).Str())
}

// widest names what reaches out, for the one who has to repair it.
const widest = `() => [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).map((e) => e.tagName + "." + e.className).slice(0, 5).join(", ")`

// violation is what axe tells about one broken rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Violations runs axe on the page and lists every place where a rule is broken.
func (a Axe) Violations(page *rod.Page) ([]string, error) {
	// By the debugger, which a content security policy does not bind.
	if _, err := (proto.RuntimeEvaluate{Expression: string(a)}).Call(page); err != nil {
		return nil, fmt.Errorf("load axe: %w", err)
	}
	found, err := page.Eval(`() => axe.run(document, {iframes: false}).then((r) => { if (!r.passes.length) throw "axe checked nothing"; return JSON.stringify(r.violations); })`)
	if err != nil {
		return nil, fmt.Errorf("run axe: %w", err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found.Value.Str()), &violations); err != nil {
		return nil, fmt.Errorf("read axe: %w", err)
	}
	var list []string
	for _, broken := range violations {
		for _, n := range broken.Nodes {
			list = append(list, fmt.Sprintf("axe %s (%s)\n%s\n%s", broken.ID, broken.Help, n.HTML, n.Summary))
		}
	}
	return list, nil
}
