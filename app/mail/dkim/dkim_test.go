package dkim

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	msgdkim "github.com/emersion/go-msgauth/dkim"
)

var when = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func newSigner(t testing.TB) (*Signer, string) {
	t.Helper()
	private, public, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("shop.example", "s1", key.(*rsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	return s, Record(public)
}

var samples = map[string]string{
	"plain":              "From: a@shop.example\nTo: b@y.example\nSubject: hi\nDate: Mon, 23 Nov 2026 12:00:00 +0000\n\nHello\n",
	"no body":            "From: a@shop.example\nSubject: hi\n\n",
	"blank lines at end": "From: a@shop.example\n\nHello\n\n\n\n",
	"blank lines inside": "From: a@shop.example\n\nHello\n\n\nWorld\n \t\n\nEnd\n",
	"white space runs":   "From:   A   <a@shop.example>\nSubject: one\n   two\t three  \n\nA  line \t with   runs  \n\ttab\n",
	"no final line end":  "From: a@shop.example\n\nHello",
	"list fields":        "From: a@shop.example\nList-Unsubscribe: <https://x.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\nHello\n",
	"two of a kind":      "From: a@shop.example\nReferences: <a>\nReferences: <b>\n\nHello\n",
	"long":               "From: a@shop.example\n\n" + strings.Repeat("A line with words and  double  spaces\n", 3000),
}

func goVerify(message []byte, record string) error {
	found, err := msgdkim.VerifyWithOptions(bytes.NewReader(message), &msgdkim.VerifyOptions{LookupTXT: func(string) ([]string, error) { return []string{record}, nil }})
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("%d signatures", len(found))
	}
	return found[0].Err
}

// Implementations that share no code with ours must agree; app/e2e adds OpenDKIM,
// which reads keys from DNS only.
func TestSignaturesVerify(t *testing.T) {
	s, record := newSigner(t)
	for name, text := range samples {
		t.Run(name, func(t *testing.T) {
			message := crlf(text)
			field, err := s.Sign(message, when)
			if err != nil {
				t.Fatal(err)
			}
			whole := append(field, message...)
			if err := goVerify(whole, record); err != nil {
				t.Errorf("go-msgauth: %v", err)
			}
			t.Run("dkimpy", func(t *testing.T) { dkimpy(t, whole, record) })
		})
	}
}

func dkimpy(t *testing.T, message []byte, record string) {
	t.Helper()
	const script = "import sys,dkim\nm=sys.stdin.buffer.read()\nok=dkim.DKIM(m).verify(dnsfunc=lambda name,timeout=5: sys.argv[1].encode())\nsys.exit(0 if ok else 1)"
	if exec.Command("/usr/bin/python3", "-c", "import dkim").Run() != nil {
		missing(t, "python3-dkim")
	}
	cmd := exec.Command("/usr/bin/python3", "-c", script, record)
	cmd.Stdin = bytes.NewReader(message)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("dkimpy: %v\n%s", err, out)
	}
}

func missing(t *testing.T, pkg string) {
	t.Helper()
	if os.Getenv("TEST_REQUIRE_SERVICES") == "1" {
		t.Fatalf("needs the Debian package %s", pkg)
	}
	t.Skipf("needs the Debian package %s", pkg)
}

// what is signed cannot be changed or added.
func TestR02ChangesBreakTheSignature(t *testing.T) {
	s, record := newSigner(t)
	message := crlf(samples["list fields"])
	field, err := s.Sign(message, when)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a second From":       {"From: a@shop.example\r\n", "From: evil@x.example\r\nFrom: a@shop.example\r\n"},
		"another From":        {"a@shop.example", "b@shop.example"},
		"List-Unsubscribe":    {"x.example/u", "x.example/v"},
		"the body":            {"Hello", "Hallo"},
		"text after the body": {"Hello\r\n", "Hello\r\nmore\r\n"},
	} {
		changed := bytes.Replace(message, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, message) {
			t.Fatalf("%s: nothing changed", name)
		}
		if goVerify(append(bytes.Clone(field), changed...), record) == nil {
			t.Errorf("%s: still verifies", name)
		}
	}
}

// RFC 6376 §3.4.5, and the hash of the empty body given in §3.4.4.
func TestCanonicalForms(t *testing.T) {
	h := sha256.New()
	hashBody(h, crlf(" C \nD \t E\n\n\n"))
	if want := sha256.Sum256([]byte(" C\r\nD E\r\n")); !bytes.Equal(h.Sum(nil), want[:]) {
		t.Error("body of §3.4.5")
	}
	if got := string(appendField(appendField(nil, crlf("A: X\n")), crlf("B : Y\t\n\tZ  \n"))); got != "a:Xb:Y Z" {
		t.Errorf("header of §3.4.5: %q", got)
	}
	h = sha256.New()
	hashBody(h, nil)
	if want := sha256.Sum256(nil); !bytes.Equal(h.Sum(nil), want[:]) {
		t.Error("empty body")
	}
}

func TestCheckRecord(t *testing.T) {
	_, public, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	good := Record(public)
	cases := []struct {
		values []string
		want   Verdict
	}{
		{nil, Missing}, {[]string{"v=spf1 -all"}, Missing}, {[]string{good}, Good}, {[]string{"x=y", good}, Good},
		{[]string{strings.ReplaceAll(good, ";", " ;  ")}, Good}, {[]string{good[:60] + " " + good[60:]}, Good},
		{[]string{Record(other)}, OtherKey}, {[]string{Record(other), good}, Good},
		{[]string{"v=DKIM1; k=rsa; p="}, Revoked}, {[]string{"v=DKIM1; k=rsa"}, Broken}, {[]string{"v=DKIM1; p=!!"}, Broken},
		{[]string{"v=DKIM2; p=AA=="}, Broken},
	}
	for _, c := range cases {
		if got := CheckRecord(c.values, public); got != c.want {
			t.Errorf("%q = %s, want %s", c.values, got, c.want)
		}
	}
}

// Z-04: whatever parses signs to something an independent verifier accepts.
func FuzzSign(f *testing.F) {
	s, record := newSigner(f)
	for _, text := range samples {
		f.Add(crlf(text))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		if !bytes.HasPrefix(message, []byte("From: ")) || bytes.Contains(bytes.ReplaceAll(message, []byte("\r\n"), nil), []byte("\n")) ||
			bytes.Contains(bytes.ReplaceAll(message, []byte("\r\n"), nil), []byte("\r")) || !bytes.Contains(message, []byte("\r\n\r\n")) {
			return // what smtpd never stores
		}
		field, err := s.Sign(message, when)
		if err != nil {
			return
		}
		if err := goVerify(append(field, message...), record); err != nil && !strings.Contains(err.Error(), "malformed") {
			t.Fatalf("%q: %v", message, err)
		}
	})
}

func BenchmarkSign20KiB(b *testing.B) {
	s, _ := newSigner(b)
	message := crlf("From: a@shop.example\nTo: b@y.example\nSubject: hi\n\n" + strings.Repeat("A line of some length for a message body, seventy octets or so.\n", 320))
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Sign(message, when); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("go-msgauth", func(b *testing.B) {
		o := &msgdkim.SignOptions{Domain: "shop.example", Selector: "s1", Signer: s.key, HeaderCanonicalization: msgdkim.CanonicalizationRelaxed, BodyCanonicalization: msgdkim.CanonicalizationRelaxed}
		for b.Loop() {
			var out bytes.Buffer
			if err := msgdkim.Sign(&out, bytes.NewReader(message), o); err != nil {
				b.Fatal(err)
			}
		}
	})
}
