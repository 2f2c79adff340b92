package inline

import (
	"errors"
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/processor"
)

func TestCSS(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, out string }{
		{"a rule", `<style>p{color:red}</style><p>x</p>`, `<p style="color: red">x</p>`},
		{"a list", `<style>h1, .a , #b{color:red}</style><h1>x</h1><p class="a c">y</p><p id=b>z</p>`, `<h1 style="color: red">x</h1><p class="a c" style="color: red">y</p><p id="b" style="color: red">z</p>`},
		{"own style stays and wins", `<style>p{color:red;margin:0}</style><p style="color:green">x</p>`, `<p style="margin: 0; color: green">x</p>`},
		{"important wins", `<style>p{color:red!important}</style><p style="color:green;top:0">x</p>`, `<p style="top: 0; color: red !important">x</p>`},
		{"own important wins", `<style>p{color:red !important}</style><p style="color:green !important">x</p>`, `<p style="color: green !important">x</p>`},
		{"specificity", `<style>#a{color:1}.b{color:2}p{color:3}p.b{margin:1}.b{margin:2}</style><p id="a" class="b">x</p>`, `<p id="a" class="b" style="margin: 1; color: 1">x</p>`},
		{"order", `<style>p{margin-left:1px}p{margin:0}</style><p>x</p>`, `<p style="margin-left: 1px; margin: 0">x</p>`},
		{"media queries stay", "<style>p{color:red}\n@media (max-width:600px){ p{color:blue !important} }</style><p>x</p>", "<style>\n@media (max-width:600px){ p{color:blue !important} }\n</style><p style=\"color: red\">x</p>"},
		{"a sheet for print", `<style media="print">p{color:red}</style><p>x</p>`, `<style media="print">p{color:red}</style><p>x</p>`},
		{"hover stays", `<style>a, a:hover{color:red}</style><a>x</a>`, "<style>\na:hover {color:red}\n</style><a style=\"color: red\">x</a>"},
		{"combinators", `<style>table td > a{a:1}td+td{b:1}h1~p{c:1}div p{d:1}</style><table><tr><td><a>x</a></td><td><b><a>y</a></b></td></tr></table><h1></h1><i></i><p></p>`,
			`<table><tr><td><a style="a: 1">x</a></td><td style="b: 1"><b><a>y</a></b></td></tr></table><h1></h1><i></i><p style="c: 1"></p>`},
		{"attributes", `<style>[data-x="a,b>c"]{a:1}td:first-child{b:1}p:not(.x){c:1}*{d:1}</style><p data-x='a,b>c'></p>`, `<p data-x="a,b&gt;c" style="d: 1; a: 1; c: 1"></p>`},
		{"conditional comments", `<!--[if mso]><style>p{color:red}</style><p><![endif]--><style>p{color:red}</style><p>`, `<!--[if mso]><style>p{color:red}</style><p><![endif]--><p style="color: red">`},
		{"what is not changed stays", "<style>b{c:d}</style><P  CLASS=x  data-y='1'>a & b &copy; <br/><lqf0z></P\n>", "<P  CLASS=x  data-y='1'>a & b &copy; <br/><lqf0z></P\n>"},
		{"urls and strings", `<style>p{background:url(data:image/png;base64,AA==);content:"a;b}c";font:"x\"y"}</style><p>`, `<p style="background: url(data:image/png;base64,AA==); content: &#34;a;b}c&#34;; font: &#34;x\&#34;y&#34;">`},
		{"comments", `<style><!-- /* a{} */ p{/* x */color:/* y */red} --></style><p>`, `<p style="color: red">`},
		{"sizes for old programs", `<style>img{width:50px;height:20px}td{width:30%}p{width:3px}</style><img><td width="1"><p>`, `<img width="50" height="20" style="width: 50px; height: 20px"><td width="1"><p style="width: 3px">`},
		{"two sheets", `<style>p{a:1}</style><style>p{a:2}</style><p>`, `<p style="a: 2">`},
		{"broken", `<style>p{color:red</style><p>x`, `<p style="color: red">x`},
		{"none", `<p style='x'>`, `<p style='x'>`},
		{"fields", `<style>p{color:lqf1z}</style><p title="lqf2z">lqt3z</p>`, `<p title="lqf2z" style="color: lqf1z">lqt3z</p>`},
	} {
		got, err := CSS(tc.in)
		if err != nil || got != tc.out {
			t.Errorf("%s\n got %s (%v)\nwant %s", tc.name, got, err, tc.out)
		}
	}
}

// T-02: whatever is pasted takes a bounded time.
func TestT02IsBounded(t *testing.T) {
	for name, in := range map[string]string{
		"rules and elements": "<style>" + strings.Repeat(".a .b .c{color:red}", 5000) + "</style>" + strings.Repeat("<p class=a>", 10_000),
		"backtracking":       "<style>div div div div div div div div div div div x{a:1}</style>" + strings.Repeat("<div>", 400),
		"siblings":           "<style>p ~ p ~ p ~ p ~ p{a:1} p:nth-child(2n+1){a:1}</style>" + strings.Repeat("<p>", 20_000),
		"braces":             "<style>" + strings.Repeat("{", 200_000) + "</style><p>",
		"selectors":          "<style>" + strings.Repeat("a,", 100_000) + "b{c:d}</style><p>",
		"quotes":             "<style>" + strings.Repeat(`"'(`, 100_000) + "</style><p>",
		"styles":             strings.Repeat("<style>p{a:1}</style>", 10_000) + "<p>",
	} {
		var err error
		took := processor.Time(t, func() { _, err = CSS(in) })
		t.Logf("%s: %v %v", name, took, err)
		if err != nil && !errors.Is(err, ErrTooMuch) {
			t.Errorf("%s: %v", name, err)
		}
		if took > 2*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func FuzzCSS(f *testing.F) {
	f.Add(`<style>p, a:hover > b{color:red!important}@media x{p{}}</style><p style="a:b" class=c>x</p>`)
	f.Add(`<!--[if mso]><style>`)
	f.Fuzz(func(t *testing.T, in string) {
		out, err := CSS(in)
		if err == nil && !strings.Contains(in, number) && strings.Contains(out, number) {
			t.Fatal("the numbers stay")
		}
	})
}

func BenchmarkCSS(b *testing.B) {
	in := "<style>" + strings.Repeat("p.x{margin:0;color:#333} td > p{font-size:14px}", 10) + "</style>" + strings.Repeat(`<p class="x">text</p>`, 500)
	for b.Loop() {
		if _, err := CSS(in); err != nil {
			b.Fatal(err)
		}
	}
}
