package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
)

// session is a client that writes exact octets.
type session struct {
	t *testing.T
	*textproto.Conn
}

// signIn opens a session to the program, inside TLS.
func (x *exchangers) signIn() *session {
	x.t.Helper()
	conn, err := tls.Dial("tcp", x.p.smtps, &tls.Config{InsecureSkipVerify: true})
	x.try(err)
	x.try(conn.SetDeadline(time.Now().Add(60 * time.Second)))
	s := &session{x.t, textproto.NewConn(conn)}
	x.t.Cleanup(func() { _ = s.Close() })
	s.want("220")
	s.say("EHLO client.example", "250")
	s.say("AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00"+x.tenant.Username+"\x00"+x.tenant.Password)), "235")
	return s
}

// say sends a line and wants a code.
func (s *session) say(line, code string) {
	s.t.Helper()
	s.write(line + "\r\n")
	s.want(code)
}

func (s *session) write(octets string) {
	s.t.Helper()
	if _, err := s.W.WriteString(octets); err != nil {
		s.t.Fatal(err)
	}
	if err := s.W.Flush(); err != nil {
		s.t.Fatal(err)
	}
}

// want reads a reply and checks how its last line begins.
func (s *session) want(code string) string {
	s.t.Helper()
	for {
		line, err := s.ReadLine()
		if err != nil {
			s.t.Fatalf("instead of %s: %v", code, err)
		}
		if len(line) > 3 && line[3] == '-' {
			continue
		}
		if !strings.HasPrefix(line, code) {
			s.t.Errorf("%q instead of %s", line, code)
		}
		return line
	}
}

// begin goes as far as the 354.
func (s *session) begin(from, to string) {
	s.t.Helper()
	s.say("MAIL FROM:<"+from+">", "250")
	s.say("RCPT TO:<"+to+">", "250")
	s.say("DATA", "354")
}

// falseEnds are what a careless server takes for the end of a message (S-01 to S-11).
var falseEnds = []string{
	"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r.\n", "\n.\r", "\r\n\x00.\r\n", "\r\n.\x00\r\n", "\r\r\n.\r\r\n",
}

// S-01 to S-21 through the whole program: what is smuggled in is no message of its own,
// nothing of it reaches an exchanger, and what does arrive is clean on the wire and its
// signature holds for two verifiers.
func TestS01SmugglingBothWays(t *testing.T) {
	t.Parallel()
	x := newExchangers(t, nil, 2)
	x.start()
	const evil = "MAIL FROM:<shop@faults.test>\r\nRCPT TO:<victim@d1.example>\r\nDATA\r\nFrom: shop@faults.test\r\nSubject: evil\r\n\r\nevil\r\n.\r\n"
	head := func(id string) string {
		return "From: " + x.tenant.From + "\r\nTo: a@d0.example\r\nSubject: test\r\nX-Test-Id: " + id + "\r\n\r\n"
	}
	for i, end := range falseEnds { // inbound: refused whole
		s := x.signIn()
		s.begin(x.tenant.From, "a@d0.example")
		s.write(head(fmt.Sprintf("false-end-%d", i)) + "text" + end + evil)
		s.want("550")
		s.say("NOOP", "250")
	}
	s := x.signIn() // S-12: the true end is in it; what follows really are commands
	s.begin(x.tenant.From, "a@d0.example")
	s.write(head("stray-cr") + "text\r\r\n.\r\nNOOP\r\n")
	s.want("550")
	s.want("250")
	for _, chunk := range []string{"BDAT 1000 LAST\r\nTRUNCATED half", "BDAT 5 WRONG\r\nNOOP\r\n", "BDAT 4294967296 LAST\r\nRSET\r\n", "BDAT 0 LAST\r\n", "BDAT -1\r\n"} { // S-20, S-21
		s := x.signIn()
		s.say("MAIL FROM:<"+x.tenant.From+">", "250")
		s.say("RCPT TO:<a@d0.example>", "250")
		s.write(chunk)
		s.want("50")
		if line, err := s.ReadLine(); err == nil {
			t.Errorf("%q: the server goes on with %q", chunk, line)
		}
	}
	for i := range falseEnds { // inside DATA, and then gone: nothing is stored
		s := x.signIn()
		s.begin(x.tenant.From, "a@d0.example")
		s.write(head(fmt.Sprintf("cut-%d", i)) + "text\r\n" + falseEnds[i][:1])
		_ = s.Close()
	}

	sent := x.dotted(head)
	if _, err := x.mx.WaitFor(len(sent), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	l := x.settle(30 * time.Second)
	messages := x.mx.Messages()
	if len(messages) != len(sent) || !l.OK {
		t.Errorf("%d messages left, want %d; verify %v", len(messages), len(sent), l.OK)
	}
	records := x.publishedKeys()
	for _, m := range messages {
		x.isClean(m)
		id := testID.FindStringSubmatch(m.Content)[1]
		_, body, _ := strings.Cut(m.Content, "\r\n\r\n")
		if want, known := sent[id]; !known || body != want {
			t.Errorf("%s arrived as %.60q, want %.60q", id, body, want)
		}
		x.verifies(m.Content, records)
	}
}

// dotted sends what looks most like an end and is none, in clean messages, and returns
// the bodies by id.
func (x *exchangers) dotted(head func(id string) string) map[string]string {
	x.t.Helper()
	sent := map[string]string{}
	s := x.signIn()
	for i, body := range []string{
		".\r\n", "..\r\n.\r\n", ".\r\nMAIL FROM:<evil@d1.example>\r\n", "a\r\n.\r\n.\r\n\r\n", ".a\r\n..b\r\n", "QUIT\r\n.", strings.Repeat("x", 998) + "\r\n." + strings.Repeat("y", 996) + "\r\n",
		strings.Repeat("..\r\n", 20_000), "trailing \t \r\n\r\n\r\n",
	} {
		id := fmt.Sprintf("dots-%d", i)
		stuffed := strings.ReplaceAll("\r\n"+body, "\r\n.", "\r\n..")[2:]
		if !strings.HasSuffix(body, "\r\n") {
			stuffed, body = stuffed+"\r\n", body+"\r\n"
		}
		s.begin(x.tenant.From, "a@d0.example")
		s.write(head(id) + stuffed + ".\r\n")
		s.want("250")
		sent[id] = body
	}
	return sent
}

// isClean checks the octets on the wire (S-13 to S-19).
func (x *exchangers) isClean(m fakemx.Message) {
	x.t.Helper()
	rest := strings.ReplaceAll(m.Raw, "\r\n", "")
	if strings.ContainsAny(rest, "\r\n\x00") {
		x.t.Errorf("bare CR, LF or NUL on the wire: %.80q", rest)
	}
	for _, line := range strings.Split(m.Raw, "\r\n") {
		if len(line) > 999 || line == "." { // 998, and a stuffed dot
			x.t.Errorf("a line of %d octets on the wire: %.20q", len(line), line)
		}
	}
}

// publishedKeys returns the DKIM records that the program would have the domain publish.
func (x *exchangers) publishedKeys() map[string]string {
	x.t.Helper()
	var rows []struct {
		Selector  string
		PublicKey []byte
	}
	x.query(&rows, "SELECT selector, public_key FROM dkim_keys")
	records := map[string]string{}
	for _, r := range rows {
		records[r.Selector+"._domainkey."+x.tenant.Domain] = "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(r.PublicKey)
	}
	return records
}

// verifies asks two verifiers that share no code.
func (x *exchangers) verifies(content string, records map[string]string) {
	x.t.Helper()
	found, err := dkim.VerifyWithOptions(strings.NewReader(content), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		return []string{records[strings.TrimSuffix(name, ".")]}, nil
	}})
	if err != nil || len(found) == 0 || found[0].Err != nil {
		x.t.Errorf("go-msgauth: %+v, %v", found, err)
	}
	x.dkimpy(content, records)
}

// dkimpy is the independent verifier, its DNS replaced by the records.
func (x *exchangers) dkimpy(content string, records map[string]string) {
	x.t.Helper()
	python := services.FromEnv(x.t, services.EnvPython)
	dir := x.t.TempDir()
	for name, record := range records {
		x.try(os.WriteFile(filepath.Join(dir, name), []byte(record), 0o600))
	}
	cmd := exec.CommandContext(x.t.Context(), python, "-c", `
import dkim, os, sys
def txt(name, timeout=5):
    with open(os.path.join(sys.argv[1], name.decode().rstrip("."))) as f:
        return f.read().encode()
sys.exit(0 if dkim.verify(sys.stdin.buffer.read(), dnsfunc=txt) else 1)`, dir)
	cmd.Stdin = strings.NewReader(content)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		x.t.Errorf("dkimpy: %v %s", err, out.String())
	}
}
