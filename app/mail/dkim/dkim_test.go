package dkim

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	msgdkim "github.com/emersion/go-msgauth/dkim"

	"smtpserver/app/mail/header"
)

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

// newSigner signs as s1 of shop.example. Verifiers read the real clock, and so does it.
func newSigner(t testing.TB, generate func() (private, public []byte, err error)) (*Signer, string) {
	t.Helper()
	private, public, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("shop.example", "s1", key)
	if err != nil {
		t.Fatal(err)
	}
	return s, Record(public)
}

const manyFields = `Received: by mail.example; Mon, 23 Nov 2026 12:00:00 +0000
From: "A, B" <a@shop.example>
To: b@y.example,
 c@y.example,
	d@y.example
Cc: e@y.example
Reply-To: f@shop.example
Sender: a@shop.example
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
 =?utf-8?q?_dahin?=
Date: Mon, 23 Nov 2026 12:00:00 +0000
Message-ID: <1@shop.example>
In-Reply-To: <0@y.example>
References: <0@y.example>
 <00@y.example>
MIME-Version: 1.0
Content-Type: text/plain;
	charset=utf-8
Content-Transfer-Encoding: quoted-printable
List-Id: <l.shop.example>
List-Unsubscribe: <https://x.example/u>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Feedback-ID: 1:2
X-Own: not signed

Gr=C3=BC=C3=9Fe
`

var samples = map[string]string{
	"plain":              "From: a@shop.example\nTo: b@y.example\nSubject: hi\nDate: Mon, 23 Nov 2026 12:00:00 +0000\n\nHello\n",
	"no body":            "From: a@shop.example\nSubject: hi\n\n",
	"only blank lines":   "From: a@shop.example\nSubject: hi\n\n\n \n\t\n\n",
	"blank lines at end": "From: a@shop.example\n\nHello\n\n\n\n",
	"spaces at end":      "From: a@shop.example\n\nHello  \n \t \n  \n",
	"blank lines inside": "From: a@shop.example\n\nHello\n\n\nWorld\n \t\n\nEnd\n",
	"blank line first":   "From: a@shop.example\n\n\n\nHello\n",
	"white space runs":   "From:   A   <a@shop.example>\nSubject: one\n   two\t three  \n\nA  line \t with   runs  \n\ttab\n  two\nclean\n",
	"no final line end":  "From: a@shop.example\n\nHello",
	"dots":               "From: a@shop.example\n\n.\n..\n.Hello\n",
	"list fields":        "From: a@shop.example\nList-Unsubscribe: <https://x.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\nHello\n",
	"two of a kind":      "From: a@shop.example\nList-Post: <mailto:a>\nList-Post: <mailto:b>\n\nHello\n",
	"empty subject":      "From: a@shop.example\nSubject:\nTo: \n\nHello\n",
	"odd spelling":       "fROM: a@shop.example\nsubject:x\nmessage-id: <1@x>\n\nHello\n",
	"many fields":        manyFields,
	"long":               "From: a@shop.example\n\n" + strings.Repeat("A line with words and  double  spaces\n", 3000),
	"UTF-8":              "From: a@shop.example\nSubject: Grüße\n\nKüsse  dahin\n",
}

func goVerify(message []byte, record string) error {
	found, err := msgdkim.VerifyWithOptions(bytes.NewReader(message), &msgdkim.VerifyOptions{LookupTXT: func(string) ([]string, error) { return []string{record}, nil }})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errors.New("no signature")
	}
	for _, v := range found {
		if v.Err != nil {
			return v.Err
		}
	}
	return nil
}

// signedSamples returns the samples with their signatures.
func signedSamples(t *testing.T, s *Signer) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name, text := range samples {
		if !strings.Contains(text, "Date:") { // OpenDKIM judges the message too
			text = "Date: Mon, 23 Nov 2026 12:00:00 +0000\n" + text
		}
		field, err := s.Sign(crlf(text), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(field), "\r\n") {
			if len(line) > 78 {
				t.Errorf("%s: line of %d octets", name, len(line))
			}
		}
		all[strings.ReplaceAll(name, " ", "-")] = append(field, crlf(text)...)
	}
	return all
}

// Three implementations that share no code with ours, nor with each other, agree;
// that they can disagree is shown by a message that was changed.
func TestSignaturesVerify(t *testing.T) {
	t.Parallel()
	s, record := newSigner(t, GenerateRSA)
	messages := signedSamples(t, s)
	messages[spoilt] = bytes.Replace(messages["plain"], []byte("Hello"), []byte("Hallo"), 1)
	verifiers := map[string]func(t *testing.T) map[string]string{
		"go-msgauth": func(*testing.T) map[string]string { return goVerifyAll(messages, record) },
		"dkimpy":     func(t *testing.T) map[string]string { return dkimpy(t, messages, record) },
		"OpenDKIM": func(t *testing.T) map[string]string {
			return opendkim(t, messages, "s1._domainkey.shop.example", record)
		},
	}
	for name, verify := range verifiers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			complaints := verify(t)
			if complaints[spoilt] == "" {
				t.Error("a changed message verifies")
			}
			delete(complaints, spoilt)
			for message, complaint := range complaints {
				t.Errorf("%s: %s", message, complaint)
			}
		})
	}
}

const spoilt = "spoilt"

func goVerifyAll(messages map[string][]byte, record string) map[string]string {
	complaints := map[string]string{}
	for name, message := range messages {
		if err := goVerify(message, record); err != nil {
			complaints[name] = err.Error()
		}
	}
	return complaints
}

// dkimpy returns what it complained about, by name.
func dkimpy(t *testing.T, messages map[string][]byte, record string) map[string]string {
	t.Helper()
	const script = `import base64, json, sys, dkim
work = json.load(sys.stdin)
complaints = {}
for name, message in work["messages"].items():
    try:
        if not dkim.DKIM(base64.b64decode(message)).verify(dnsfunc=lambda name, timeout=5: work["record"].encode()):
            complaints[name] = "does not verify"
    except dkim.DKIMException as e:
        complaints[name] = str(e)
json.dump(complaints, sys.stdout)`
	python := os.Getenv("TEST_PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	if exec.Command(python, "-c", "import dkim").Run() != nil {
		missing(t, "python3-dkim")
	}
	work, err := json.Marshal(map[string]any{"messages": messages, "record": record})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", script)
	cmd.Stdin = bytes.NewReader(work)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("dkimpy: %v", err)
	}
	var complaints map[string]string
	if err := json.Unmarshal(out, &complaints); err != nil {
		t.Fatalf("dkimpy: %v\n%s", err, out)
	}
	return complaints
}

func missing(t *testing.T, pkg string) {
	t.Helper()
	if os.Getenv("TEST_REQUIRE_SERVICES") == "1" {
		t.Fatalf("needs the Debian package %s", pkg)
	}
	t.Skipf("needs the Debian package %s", pkg)
}

// RFC 8463: an Ed25519 signature beside the RSA one; each stands for itself.
func TestTwoSignatures(t *testing.T) {
	t.Parallel()
	rsaSigner, rsaRecord := newSigner(t, GenerateRSA)
	edSigner, edRecord := newSigner(t, GenerateEd25519)
	edSigner.selector = "e1"
	message := crlf(manyFields)
	fields, err := SignAll(message, time.Now(), edSigner, rsaSigner.WithLife(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]string{"s1._domainkey.shop.example": rsaRecord, "e1._domainkey.shop.example": edRecord}
	found, err := msgdkim.VerifyWithOptions(bytes.NewReader(append(fields, message...)), &msgdkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return []string{records[name]}, nil }})
	if err != nil || len(found) != 2 || found[0].Err != nil || found[1].Err != nil {
		t.Fatalf("%+v, %v", found, err)
	}
}

// what is signed cannot be changed or added.
func TestR02ChangesBreakTheSignature(t *testing.T) {
	t.Parallel()
	s, record := newSigner(t, GenerateRSA)
	message := crlf(manyFields)
	field, err := s.Sign(message, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a second From above":   {"From: ", "From: evil@x.example\r\nFrom: "},
		"a second From below":   {"X-Own: ", "From: evil@x.example\r\nX-Own: "},
		"another From":          {"a@shop.example>", "b@shop.example>"},
		"To":                    {"b@y.example", "z@y.example"},
		"Subject":               {"_dahin", "_dorthin"},
		"Date":                  {"Date: Mon, 23", "Date: Mon, 24"},
		"Message-ID":            {"<1@", "<2@"},
		"Reply-To":              {"f@shop", "g@shop"},
		"Reply-To removed":      {"Reply-To: f@shop.example\r\n", ""},
		"Content-Type":          {"text/plain", "text/html"},
		"encoding":              {"quoted-printable", "base64"},
		"List-Id":               {"<l.shop", "<m.shop"},
		"List-Unsubscribe":      {"x.example/u", "x.example/v"},
		"List-Unsubscribe-Post": {"=One-Click", "=No-Click"},
		"the body":              {"Gr=C3=BC=C3=9Fe\r\n", "Grusse\r\n"},
		"text after the body":   {"Gr=C3=BC=C3=9Fe\r\n", "Gr=C3=BC=C3=9Fe\r\nmore\r\n"},
	} {
		changed := bytes.Replace(message, []byte(change[0]), []byte(change[1]), 1)
		if strings.Contains(name, "body") {
			at := bytes.LastIndex(message, []byte(change[0]))
			changed = append(bytes.Clone(message[:at]), change[1]...)
		}
		if bytes.Equal(changed, message) {
			t.Fatalf("%s: nothing changed", name)
		}
		if goVerify(append(bytes.Clone(field), changed...), record) == nil {
			t.Errorf("%s: still verifies", name)
		}
	}
	unsigned := bytes.Replace(message, []byte("X-Own: not"), []byte("X-Own: really not"), 1)
	if err := goVerify(append(bytes.Clone(field), unsigned...), record); err != nil {
		t.Errorf("a field that is not signed: %v", err)
	}
}

func TestSignatureTags(t *testing.T) {
	t.Parallel()
	s, record := newSigner(t, GenerateRSA)
	now := time.Date(2026, 11, 23, 12, 0, 0, 999_999_999, time.UTC)
	field, err := s.WithLife(7*24*time.Hour).Sign(crlf(samples["plain"]), now)
	if err != nil {
		t.Fatal(err)
	}
	tags, problem := parseTags(strings.TrimPrefix(strings.ReplaceAll(string(field), "\r\n", ""), "DKIM-Signature:"))
	want := map[string]string{
		"v": "1", "a": "rsa-sha256", "c": "relaxed/relaxed", "d": "shop.example", "s": "s1",
		"t": "1795435200", "x": "1796040000", "h": "From:To:Subject:Date:From",
	}
	for tag, value := range want {
		if tags[tag] != value {
			t.Errorf("%s=%s, want %s", tag, tags[tag], value)
		}
	}
	if _, has := tags["l"]; has || problem != "" || s.Domain() != "shop.example" || s.Selector() != "s1" {
		t.Errorf("%v, %s", tags, problem)
	}
	old, err := s.WithLife(time.Minute).Sign(crlf(samples["plain"]), time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if goVerify(append(old, crlf(samples["plain"])...), record) == nil {
		t.Error("verifies after x=")
	}
}

func TestNewSignerRefuses(t *testing.T) {
	t.Parallel()
	private, _, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"", "s"}, {"x.example", ""}, {"x.example; l=1", "s"}, {"x.example\r\n", "s"}, {"x.example", "s 1"}} {
		if _, err := NewSigner(c[0], c[1], key); err == nil {
			t.Errorf("%q was taken", c)
		}
	}
	if _, err := NewSigner("x.example", "s", nil); err == nil {
		t.Error("no key was taken")
	}
	short := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 767)}}
	if _, err := NewSigner("x.example", "s", short); err == nil {
		t.Error("768 bits were taken")
	}
}

func TestSignerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	s, record := newSigner(t, GenerateRSA)
	message := crlf(manyFields)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			field, err := s.Sign(message, time.Now())
			if err == nil {
				err = goVerify(append(field, message...), record)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// RFC 6376 §3.4.5, and the hash of the empty body of §3.4.4.
func TestCanonicalForms(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" C \r\nD \t E\r\n\r\n\r\n": " C\r\nD E\r\n",
		"":                          "",
		"\r\n\r\n":                  "",
		" \r\n\t":                   "",
		"a":                         "a\r\n",
		"a \r\n \r\nb":              "a\r\n\r\nb\r\n",
		"a\r\n\tb  c\r\nd\r\ne ":    "a\r\n b c\r\nd\r\ne\r\n",
	} {
		h := sha256.New()
		hashBody(h, []byte(in))
		if sum := sha256.Sum256([]byte(want)); !bytes.Equal(h.Sum(nil), sum[:]) {
			t.Errorf("body %q", in)
		}
	}
	if got := string(appendField(appendField(nil, crlf("A: X\n")), crlf("B : Y\t\n\tZ  \n"))); got != "a:Xb:Y Z" {
		t.Errorf("header of §3.4.5: %q", got)
	}
}

// relaxBody follows the words of RFC 6376 §3.4.4, one after the other.
func relaxBody(body []byte) []byte {
	if len(body) > 0 && !bytes.HasSuffix(body, []byte("\r\n")) {
		body = append(bytes.Clone(body), '\r', '\n')
	}
	body = regexp.MustCompile(`[ \t]+`).ReplaceAll(body, []byte(" "))
	body = bytes.ReplaceAll(body, []byte(" \r\n"), []byte("\r\n"))
	body = regexp.MustCompile(`(\r\n)+$`).ReplaceAll(body, []byte("\r\n"))
	if string(body) == "\r\n" {
		return nil
	}
	return body
}

func FuzzHashBody(f *testing.F) {
	f.Add("")
	f.Add("\r\n \r\n")
	for _, text := range samples {
		f.Add(string(crlf(text)))
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = string(crlf(strings.NewReplacer("\r", "").Replace(body)))
		h := sha256.New()
		hashBody(h, []byte(body))
		if want := sha256.Sum256(relaxBody([]byte(body))); !bytes.Equal(h.Sum(nil), want[:]) {
			t.Fatalf("%q", body)
		}
	})
}

// Z-04: whatever we take, rewrite and sign, an independent verifier accepts.
func FuzzRewriteAndSign(f *testing.F) {
	s, record := newSigner(f, GenerateRSA)
	for _, text := range samples {
		f.Add(crlf(text))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		if plain := bytes.ReplaceAll(message, []byte("\r\n"), nil); bytes.ContainsAny(plain, "\r\n\x00") {
			return // what smtpd refuses
		}
		section, body, err := header.Parse(message)
		if err != nil || section.Check(true) != nil {
			return
		}
		if body, err = header.Downgrade(section, body); err != nil {
			return
		}
		if err := section.Submit(header.Submission{Now: time.Now(), MessageID: "x@mail.example", Received: "by mail.example"}); err != nil {
			t.Fatal(err)
		}
		sent := section.Bytes(body)
		field, err := s.Sign(sent, time.Now())
		if err != nil {
			t.Fatalf("%q: %v", sent, err)
		}
		if err := goVerify(append(field, sent...), record); err != nil {
			t.Fatalf("%q: %v", sent, err)
		}
	})
}

func BenchmarkSign20KiB(b *testing.B) {
	s, _ := newSigner(b, GenerateRSA)
	message := append(crlf(manyFields), crlf(strings.Repeat("A line of some length for a message body, seventy octets or so.\n", 320))...)
	section, _, err := header.Parse(message)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours without RSA", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			section, body, err := header.Parse(message)
			if err != nil {
				b.Fatal(err)
			}
			selectFields(section)
			h := sha256.New()
			hashBody(h, body)
			h.Sum(nil)
		}
	})
	b.Run("RSA", func(b *testing.B) {
		key, ok := s.key.(*rsa.PrivateKey)
		if !ok {
			b.Fatalf("%T", s.key)
		}
		var digest [sha256.Size]byte
		for b.Loop() {
			if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Sign(message, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
	names, _ := selectFields(section)
	for name, key := range map[string]crypto.Signer{"go-msgauth": s.key, "go-msgauth without RSA": idle{s.key}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			o := &msgdkim.SignOptions{
				Domain: "shop.example", Selector: "s1", Signer: key, HeaderKeys: names,
				HeaderCanonicalization: msgdkim.CanonicalizationRelaxed, BodyCanonicalization: msgdkim.CanonicalizationRelaxed,
			}
			for b.Loop() {
				var out bytes.Buffer
				if err := msgdkim.Sign(&out, bytes.NewReader(message), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// idle costs nothing, so that what is around the key can be measured.
type idle struct{ crypto.Signer }

func (idle) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return make([]byte, 256), nil }
