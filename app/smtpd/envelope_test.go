package smtpd

import (
	"fmt"
	"strings"
	"testing"
)

// S-25: many recipients, one of them often, and more than are taken.
func TestS25Recipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.MaxRecipients = 101 })
	c := w.signedIn(t)
	c.say("MAIL FROM:<a@x.example>", "250")
	for i := range 101 {
		c.say(fmt.Sprintf("RCPT TO:<r%d@y.example>", i), "250")
	}
	c.say("RCPT TO:<r7@Y.example>", "250")
	for i := range 50 {
		c.say(fmt.Sprintf("RCPT TO:<more%d@y.example>", i), "452 4.5.3")
	}
	c.say("DATA", "354")
	c.write(header + "\r\n.\r\n")
	c.want("250")
	if n := len(w.envs[0].Recipients); n != 101 {
		t.Errorf("%d recipients", n)
	}
}

func TestS25EndlessRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.MaxRecipients = 200 })
	for _, pattern := range []string{"<r%d@y.example>", "<same@y.example>%.0d", "<nobody@y.example>%.0d", "bad%d"} {
		c := w.signedIn(t)
		c.say("MAIL FROM:<a@x.example>", "250")
		replies, last := 0, ""
		for i := 0; last == "" || !strings.HasPrefix(last, "421"); i++ {
			if i > 2000 {
				t.Fatalf("%s: no end", pattern)
			}
			c.write(fmt.Sprintf("RCPT TO:"+pattern+"\r\n", i))
			last = c.read()
			replies++
		}
		if replies < 201 || replies > 402 {
			t.Errorf("%s: ended after %d", pattern, replies)
		}
		c.gone()
	}
}

// S-30 to S-33: envelope addresses and parameters; "RCPT" lines follow a good MAIL.
func TestS30Envelope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	long := strings.Repeat("a", 64)
	mail := map[string]string{
		"<>": "250", "<a@x.example>": "250", " <a@x.example>": "250", `<"a b"@x.example>`: "250", "<a@[192.0.2.1]>": "250", "<a@[IPv6:::1]>": "250", "<" + long + "@x.example>": "250",
		"<a%b@c.example>": "250", `<"a\"> SIZE=1 <b"@x.example>`: "250",
		"<a@b@c>": "501 5.1.7", "<@r1,@r2:a@x.example>": "501 5.1.7", "a@x.example": "501 5.1.7", "<a@x.example": "501", "<>x": "501 5.5.4", "<a@x.example>x": "501", "<" + long + "a@x.example>": "501",
		"<postmaster>": "501", "<bang!path>": "501", "": "501", "<a@" + strings.Repeat("a.", 126) + "example>": "501", "<" + strings.Repeat("a", 320) + "@x.example>": "501",
		"<ü@x.example>": "553 5.6.7", "<a@bücher.example>": "553 5.6.7", `<"ü SMTPUTF8"@x.example>`: "553 5.6.7", "<ü@x.example> SMTPUTF8": "250", "<a@bücher.example> smtputf8": "250",
		"<a@x\u200b.example> SMTPUTF8": "501", "<a@xn--" + strings.Repeat("9", 59) + ".example> SMTPUTF8": "501",
		"<a@x.example> SIZE=1048576": "250", "<a@x.example> SIZE=1048577": "552 5.3.4", "<a@x.example> SIZE=-1": "501 5.5.4", "<a@x.example> SIZE=99999999999999999999": "501", "<a@x.example> SIZE=": "501", "<a@x.example> SIZE": "501", "<a@x.example> SIZE=1 SIZE=1": "501", "<a@x.example> SIZE=+1": "501", "<a@x.example> SIZE=1=2": "501",
		"<a@x.example> BODY=7BIT": "250", "<a@x.example> body=8bitmime": "250", "<a@x.example> BODY=BINARYMIME": "501", "<a@x.example> BODY": "501", "<a@x.example> SMTPUTF8=1": "501", "<a@x.example> SMTPUTF8=": "501",
		"<a@x.example> AUTH=<>": "250", "<a@x.example> AUTH=e+3Dmc2@example.com": "250", "<a@x.example> AUTH=a+zz": "501",
		"<a@x.example> RET=FULL ENVID=a+2Bb": "250", "<a@x.example> RET=HDRS": "250", "<a@x.example> RET=ALL": "501", "<a@x.example> ENVID=": "501", "<a@x.example> ENVID=a+2": "501", "<a@x.example> ENVID=a+2b": "501", "<a@x.example> ENVID=" + strings.Repeat("x", 101): "501", "<a@x.example> ENVID=ü SMTPUTF8": "501",
		"<a@x.example> FOO=1": "555 5.5.4", "<a@x.example> FOO": "555", "<a@x.example> =1": "501", "<a@x.example> -X=1": "501", "<a@x.example> NOTIFY=NEVER": "555", "<a@x.example>  SIZE=1 ": "250", "<a@x.example>\tSIZE=1": "501", "<a@x.example> SIZE=1\tBODY=7BIT": "501",
	}
	rcpt := map[string]string{
		"<b@y.example>": "250", `<"v@evil> NOTIFY=NEVER ORCPT=rfc822;x"@b.example>`: "250", "<a%b@c.example>": "250",
		"<>": "501 5.1.3", "<postmaster>": "501", "<bang!path>": "501", "<@r:b@y.example>": "501", "b@y.example": "501", "": "501", "<b@y.example> SIZE=1": "555", "<nobody@y.example>": "550 5.7.1 not to this one",
		"<ü@y.example>": "553 5.6.7", "<b@y.example> SMTPUTF8": "555",
		"<b@y.example> NOTIFY=NEVER": "250", "<b@y.example> NOTIFY=success,failure,delay": "250", "<b@y.example> NOTIFY=SOMETIMES": "501", "<b@y.example> NOTIFY=NEVER,DELAY": "501", "<b@y.example> NOTIFY=DELAY,DELAY": "501", "<b@y.example> NOTIFY=": "501", "<b@y.example> NOTIFY=,": "501",
		"<b@y.example> ORCPT=rfc822;a+2Bb@y.example": "250", "<b@y.example> ORCPT=rfc822": "501", "<b@y.example> ORCPT=;x": "501", "<b@y.example> ORCPT=rfc822;": "501", "<b@y.example> ORCPT=rfc822;a+2": "501", "<b@y.example> ORCPT=rfc822;" + strings.Repeat("x", 500): "501", "<b@y.example> ORCPT=rfc822;a=b": "501", "<b@y.example> ORCPT=utf-8;ü@y.example": "553",
	}
	try := func(verb string, cases map[string]string, before string) {
		c, tried := w.signedIn(t), 0
		for arg, want := range cases {
			if tried++; tried%40 == 0 { // before patience ends
				c = w.signedIn(t)
			}
			if before != "" {
				c.say(before, "250")
			}
			c.write(verb + arg + "\r\n")
			if got := c.read(); !strings.HasPrefix(got, want) {
				t.Errorf("%s%s: %q, want %q", verb, arg, got, want)
			}
			c.say("RSET", "250")
		}
	}
	try("MAIL FROM:", mail, "")
	try("RCPT TO:", rcpt, "MAIL FROM:<a@x.example>")
	try("RCPT TO:", map[string]string{"<ü@y.example> ORCPT=utf-8;ü@y.example": "250", "<b@y.example> ORCPT=rfc822;ü@y.example": "501"}, "MAIL FROM:<ü@x.example> SMTPUTF8")
}

// S-30, S-31: what was said is what the Sender gets.
func TestS30EnvelopeArrives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.signedIn(t)
	c.say(`MAIL FROM:<"a\"> SIZE=1 <b"@X.example> RET=hdrs ENVID=q+2B BODY=8BITMIME SMTPUTF8`, "250")
	c.say("RCPT TO:<ü@bücher.example> ORCPT=rfc822;a+2Bb@y.example NOTIFY=success,FAILURE", "250")
	c.say(`RCPT TO:<"v@evil> NOTIFY=NEVER ORCPT=rfc822;x"@b.example>`, "250")
	c.say("DATA", "354")
	c.write(header + "\r\n.\r\n")
	c.want("250")
	e := w.envs[0]
	r := e.Recipients
	if e.From.String() != `"a\"> SIZE=1 <b"@x.example` || e.Ret != "HDRS" || e.EnvID != "q+2B" || !e.EightBitMIME || !e.SMTPUTF8 || e.Received.IsZero() {
		t.Errorf("%+v", e)
	}
	if len(r) != 2 || r[0].String() != "ü@xn--bcher-kva.example" || r[0].Notify != "SUCCESS,FAILURE" || r[0].ORCPT != "rfc822;a+2Bb@y.example" ||
		r[1].Notify != "" || r[1].ORCPT != "" || r[1].String() != `"v@evil> NOTIFY=NEVER ORCPT=rfc822;x"@b.example` {
		t.Errorf("%+v", r)
	}
	c.say("MAIL FROM:<>", "250") // and nothing of it is left
	c.say("RCPT TO:<ü@y.example>", "553 5.6.7")
}
