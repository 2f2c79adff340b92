package terms_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/terms"
	"smtpserver/app/testkit/pdftext"
)

// The certificate of an account that was told, mailed, reminded, objected and changed its
// mind: every name, number, date and digest of the record stands on the paper, and the
// paper of the same record is the same octets.
func TestTheCertificateTellsEverything(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		w.exec("UPDATE accounts SET name = 'Żółw & Söhne, Αθήνα' WHERE account_id = ?", anna.ID)
		v := w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		w.clock.Advance(3 * time.Minute)
		w.deliver()
		w.run()
		if err := w.archive.Seen(t.Context(), anna.scope, v); err != nil {
			t.Fatal(err)
		}
		choice := terms.Choice{Document: terms.Service, Number: 2, Digest: v.Digest}
		by := terms.By{IP: netip.MustParseAddr("2001:db8::7"), UserAgent: "Browser/1 (\u202eodd\x00)"}
		if err := w.archive.Object(t.Context(), anna.scope, choice, by); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Hour)
		if err := w.archive.Accept(t.Context(), anna.scope, choice, by); err != nil {
			t.Fatal(err)
		}
		c, err := w.archive.CertificateOf(t.Context(), anna.scope)
		if err != nil || !c.ChainOK || c.Name != "Żółw & Söhne, Αθήνα" || len(c.Records) != 3 || c.Records[1].Who != anna.email {
			t.Fatalf("%+v, %v", c, err)
		}
		body, err := c.PDF("Example Mail", "https://mail.example/terms")
		if err != nil {
			t.Fatal(err)
		}
		if file := os.Getenv("TEST_PAPER"); file != "" {
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Error(err)
			}
		}
		again, err := c.PDF("Example Mail", "https://mail.example/terms")
		if err != nil || !bytes.Equal(body, again) {
			t.Errorf("the same record makes another paper: %v", err)
		}
		paper := strings.Join(strings.Fields(pdftext.Read(t, body)), " ")
		solid := strings.ReplaceAll(paper, " ", "") // long values are broken into lines
		for _, want := range []string{
			"Example Mail", "Żółw & Söhne, Αθήνα", anna.email, "version 2, effective " + v.EffectiveOn.Long(), "1 March 2091, 09:30:00", "delivered 1 March 2091, 09:33:00",
			"opened: 1 March 2091, 09:33:00", "objected: Terms of service 2", "accepted: Terms of service 2", "by a member's choice", "by the owner", "at sign-up", "2001:db8::7", "https://mail.example/terms", "Holds:",
		} {
			if !strings.Contains(paper, want) {
				t.Errorf("not on the paper: %q", want)
			}
		}
		values := []string{string(anna.ID), v.Digest, w.version(1).Digest, "SHA-256(JSON)"}
		for _, r := range c.Records {
			values = append(values, r.Hash, string(r.User))
		}
		for _, n := range c.Notices {
			values = append(values, string(n.Notice), string(n.Mails[0].Message))
		}
		for _, want := range values {
			if !strings.Contains(solid, want) {
				t.Errorf("not on the paper: %q", want)
			}
		}
		if t.Failed() {
			t.Log(paper)
		}
		if raw, err := json.Marshal(c); err != nil || !bytes.Contains(raw, []byte(`"prev","account"`)) && !bytes.Contains(raw, []byte(`\"prev\",\"account\"`)) {
			t.Errorf("how it is sealed is not told: %v", err)
		}
	})
}

// A chain that does not hold says so on the paper; an account without any record has one.
func TestTheCertificateOfAnOddAccount(t *testing.T) {
	t.Parallel()
	body, err := terms.Certificate{Account: id.New(), Name: "X", ChainOK: false}.PDF("Example Mail", "https://mail.example/terms")
	if err != nil {
		t.Fatal(err)
	}
	paper := pdftext.Read(t, body)
	for _, want := range []string{"BROKEN", "None yet.", "Nothing yet.", "no text changed"} {
		if !strings.Contains(paper, want) {
			t.Errorf("not on the paper: %q\n%s", want, paper)
		}
	}
}

// Nobody's certificate holds another account's.
func TestCertificatesAreApart(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna, otto := w.signUp("anna"), w.signUp("otto")
		c, err := w.archive.CertificateOf(t.Context(), otto.scope)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(c)
		if err != nil || bytes.Contains(raw, []byte(anna.email)) || bytes.Contains(raw, []byte(anna.ID)) || !bytes.Contains(raw, []byte(otto.email)) {
			t.Errorf("%s, %v", raw, err)
		}
		if _, err := w.archive.CertificateOf(t.Context(), account.Scope{}); err == nil {
			t.Error("the zero scope has a certificate")
		}
	})
}
