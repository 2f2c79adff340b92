package verdict_test

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/verdict"
)

func TestOfStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		status, diagnostic string
		remote             string
		key                verdict.Key
		suppress           bool
	}{
		{"status only", "5.1.1", "", "", verdict.NoSuchMailbox, true},
		{"vague status, exact words", "5.0.0", "smtp; 550 5.1.1 nobody here by that name", "", verdict.NoSuchMailbox, true},
		{"exact status, vague words", "5.1.1", "smtp; 550 5.0.0 rejected", "", verdict.NoSuchMailbox, true},
		{"postfix prose", "5.0.0", "X-Postfix; host mx.small.example[192.0.2.9] said: 550 No such user (in reply to RCPT TO command)", "", verdict.NoSuchMailbox, true},
		{"provider by Remote-MTA", "5.0.0", "smtp;550 Requested action not taken: mailbox unavailable", "dns; mx00.gmx.net", verdict.NoSuchMailbox, true},
		{"same words, no provider", "5.0.0", "smtp;550 Requested action not taken: mailbox unavailable", "dns; mx.small.example", verdict.RecipientRefused, false},
		{"policy despite a recipient's status", "5.1.1", "smtp; 550 5.7.1 message refused: blocked using zen.spamhaus.org", "", verdict.BlockedAddress, false},
		{"an expired report", "4.4.7", "", "", verdict.Expired, false},
		{"temporary trouble never suppresses", "4.1.1", "smtp; 450 4.1.1 user unknown", "", verdict.NoSuchMailbox, false},
		{"code without status", "", "smtp; 552 mailbox full", "", verdict.MailboxFull, false},
		{"Exchange numbers", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient x@y.example not found by SMTP address lookup", "", verdict.NoSuchMailbox, true},
		{"delivered", "2.0.0", "", "dns; mx.small.example", verdict.Accepted, false},
		{"nothing at all", "", "", "", verdict.Unknown, false},
		{"not a version number", "", "Software 5.1.1.7 says: refused", "", verdict.Unknown, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := verdict.OfStatus(verdict.ParseStatus(tt.status), tt.diagnostic, tt.remote)
			if v.Key != tt.key || v.Suppress != tt.suppress {
				t.Errorf("got %s suppress %v, want %s %v", v.Key, v.Suppress, tt.key, tt.suppress)
			}
		})
	}
}

func TestParseStatus(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]reply.Enhanced{
		"5.1.1": {5, 1, 1}, " 4.4.7 (expired) ": {4, 4, 7}, "2.0.0": {2, 0, 0}, "5.7.606": {5, 7, 606},
		"3.1.1": {}, "5.1": {}, "5.1.1.1": {}, "5.x.1": {}, "": {}, "5.1.1000": {}, "5.-1.1": {}, "99999999999.1.1": {},
	} {
		if got := verdict.ParseStatus(in); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestParseDiagnostic(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"smtp; 550 5.1.1 No such user":                          "550 5.1.1",
		"smtp;550-5.1.1 No such user":                           "550 5.1.1",
		"550 #5.1.0 Address rejected.":                          "550 5.1.0",
		"host mx.example[192.0.2.1] said: 451 4.7.1 wait":       "451 4.7.1",
		"SMTP error from remote mail server after RCPT: 550 no": "550 ",
		"smtp; 550 no such user (#5.1.1)":                       "550 5.1.1",
		"smtp; 450 version 5.1.1":                               "450 ",
		"mailbox unknown":                                       "0 ",
		"":                                                      "0 ",
	} {
		r := verdict.ParseDiagnostic(in)
		got := strings.TrimSuffix(reply.New(r.Code, reply.Enhanced{}, "").Error(), " ") + " " + r.Enhanced.String()
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestAccepted: what was taken has no class and needs nothing.
func TestAccepted(t *testing.T) {
	t.Parallel()
	v := verdict.Of(reply.New(250, reply.Enhanced{2, 0, 0}, "queued"), google)
	if v.Key != verdict.Accepted || v.Class != "" || v.Suppress || v.Throttle || v.Provider != "google" {
		t.Errorf("%+v", v)
	}
	if v.Reason != "Accepted by "+google+"." {
		t.Error(v.Reason)
	}
}

func TestProviderOf(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"ASPMX.L.GOOGLE.COM.": "google", "google.com": "google", "notgoogle.com": "", "google.com.evil.example": "", "": "",
		"example-com.mail.protection.outlook.com": "microsoft", "mx.kundenserver.de": "gmx",
	} {
		if got := verdict.ProviderOf(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

// TestHostileTexts: a peer's text costs little, whatever it is (F-37).
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	start := time.Now()
	for _, unit := range []string{"ip ", "mailbox ", "account account ", "550 5.1.1 ", "\x00\xff", "a@b", "{host}", "550-"} {
		v := verdict.Of(reply.New(550, reply.Enhanced{}, strings.Repeat(unit, 64<<10/len(unit))), small)
		if v.Reason == "" || v.Class == "" {
			t.Errorf("%q: no verdict", unit)
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

func BenchmarkOf(b *testing.B) {
	r := reply.New(550, reply.Enhanced{5, 1, 1}, "<someone@small.example>: Recipient address rejected: User unknown in virtual mailbox table")
	for b.Loop() {
		verdict.Of(r, small)
	}
}
