package main

import "testing"

func TestOutOfTimeIsNoFind(t *testing.T) {
	t.Parallel()
	const end = "fuzz: elapsed: 5s, execs: 51109 (7237/sec), new interesting: 15 (total: 42)\n"
	for said, want := range map[string]bool{
		end + "--- FAIL: FuzzOctets (5.02s)\n    context deadline exceeded\nFAIL\nexit status 1\nFAIL\tsmtpserver/app/mail/smtpclient\t5.025s\n":                                                 true,
		end + "--- FAIL: FuzzParse (0.10s)\n    --- FAIL: FuzzParse (0.00s)\n        hostile_test.go:139: a line break\n    \n    Failing input written to testdata/fuzz/FuzzParse/a63d\nFAIL\n": false,
		"--- FAIL: FuzzParse (0.10s)\n    --- FAIL: FuzzParse (0.00s)\n        x_test.go:1: context deadline exceeded\n    \n    Failing input written to testdata/fuzz/FuzzParse/a63d\nFAIL\n":  false,
		"--- FAIL: FuzzParse (0.10s)\n    panic: context deadline exceeded\nFAIL\n":                                                                                                              false,
		end + "PASS\n": false,
	} {
		if got := outOfTime(said); got != want {
			t.Errorf("%v for\n%s", got, said)
		}
	}
}
