package plain

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/processor"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ in, out string }{
		{`<h1>Hello</h1><p>One  two<br>three</p><p>four</p>`, "Hello\n\nOne two\nthree\n\nfour\n"},
		{`<p>See <a href="https://x/y">the page</a>, or <a href="https://x">https://x</a>.</p>`, "See the page (https://x/y), or https://x.\n"},
		{`<a href="mailto:a@x">a@x</a> <a href="#top">up</a> <a href="https://x"><img src=y alt="Logo"></a>`, "a@x up [Logo] (https://x)\n"},
		{`<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>after`, "- a\n- b\n  1. c\n  2. d\n\nafter\n"},
		{`<div style="display:none">preheader</div><style>p{}</style><title>t</title><p hidden>x</p>seen`, "seen\n"},
		{`<table><tr><td>Tea</td><td>2.50</td></tr><tr><td>Cake</td><td>4.00</td></tr></table>`, "Tea 2.50\nCake 4.00\n"},
		{`<table><tr><td><div>left</div></td><td><p>right</p></td></tr></table>`, "left\n\nright\n"},
		{`<table>lqt1z<tr><td>lqf2z</td></tr>lqt3z</table><p>lqt4z</p>`, "lqt1z\nlqf2z\nlqt3z\n\nlqt4z\n"},
		{`a&nbsp;&amp; b<hr>c`, "a\u00a0& b\n\n----------\n\nc\n"},
		{`<pre>a
  b</pre>`, "a\n  b\n"},
		{``, ""},
		{`<!--[if mso]>x<![endif]-->y`, "y\n"},
	} {
		got, err := Text(tc.in, Options{Keep: regexp.MustCompile(`lqt\d+z`)})
		if err != nil || got != tc.out {
			t.Errorf("%s\n got %q %v\nwant %q", tc.in, got, err, tc.out)
		}
	}
}

func TestT02IsBounded(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"deep":  strings.Repeat("<div>", 100_000) + "x",
		"lists": strings.Repeat("<ul><li>", 50_000) + "x",
		"links": strings.Repeat(`<a href="https://x/">x</a> `, 20_000),
		"words": strings.Repeat("a ", 250_000),
	} {
		var err error
		took := processor.Time(t, func() { _, err = Text(in, Options{}) })
		if err != nil && !strings.Contains(err.Error(), "html") {
			t.Errorf("%s: %v", name, err)
		}
		if took > 3*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}
