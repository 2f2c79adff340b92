package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

const events = `{"Action":"run","Package":"smtpserver/app/a","Test":"TestGood"}
{"Action":"output","Package":"smtpserver/app/a","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"pass","Package":"smtpserver/app/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"smtpserver/app/a","Test":"TestSkip","Output":"    a_test.go:7: TEST_X is not set\n"}
{"Action":"output","Package":"smtpserver/app/a","Test":"TestSkip","Output":"--- SKIP: TestSkip (0.00s)\n"}
{"Action":"skip","Package":"smtpserver/app/a","Test":"TestSkip","Elapsed":0}
{"Action":"output","Package":"smtpserver/app/a","Output":"ok  \tsmtpserver/app/a\t0.2s\n"}
{"Action":"pass","Package":"smtpserver/app/a","Elapsed":0.2}
{"Action":"output","Package":"smtpserver/app/b","Test":"TestBad","Output":"    b_test.go:9: 1 is not 2\n"}
{"Action":"fail","Package":"smtpserver/app/b","Test":"TestBad","Elapsed":0.5}
{"Action":"output","Package":"smtpserver/app/b","Output":"panic: outside of any test\n"}
{"Action":"fail","Package":"smtpserver/app/b","Elapsed":0.6}
{"ImportPath":"smtpserver/app/c","Action":"build-output","Output":"c.go:3: undefined: nope\n"}
{"Action":"output","Package":"smtpserver/app/d","Output":"?   \tsmtpserver/app/d\t[no test files]\n"}
{"Action":"skip","Package":"smtpserver/app/d","Elapsed":0}
go: a word of go's own
`

func TestSummarize(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	sum, err := summarize(strings.NewReader(events), &out)
	if err != nil {
		t.Fatal(err)
	}
	sum.print(&out, 61*time.Second)
	got := out.String()
	for _, want := range []string{
		"ok  \tsmtpserver/app/a\t0.2s\n",
		"FAILED app/b TestBad (0.50 s)\n    b_test.go:9: 1 is not 2\n",
		"panic: outside of any test\n",
		"c.go:3: undefined: nope\n",
		"go: a word of go's own\n",
		"skipped app/a TestSkip: TEST_X is not set\n",
		"\n1m1s of tests\n1 passed, 1 failed, 1 skipped\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in the output:\n%s", want, got)
		}
	}
	for _, noise := range []string{"=== RUN", "no test files"} {
		if strings.Contains(got, noise) {
			t.Errorf("%q is noise in the output:\n%s", noise, got)
		}
	}
}

func TestGoTest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args, want string
		raw        bool
	}{
		{"", "go test -timeout=25m -json ./...", false},
		{"-run TestX ./app/store", "go test -timeout=25m -json -run TestX ./app/store", false},
		{"-timeout=1m -v", "go test -timeout=1m -v ./...", true},
		{"--json smtpserver/app/id", "go test -timeout=25m --json smtpserver/app/id", true},
	} {
		argv, raw := goTest(strings.Fields(tc.args))
		if got := strings.Join(argv, " "); got != tc.want || raw != tc.raw {
			t.Errorf("%q gives %q (raw %t), want %q (raw %t)", tc.args, got, raw, tc.want, tc.raw)
		}
	}
}
