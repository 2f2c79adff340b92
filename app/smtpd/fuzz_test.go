package smtpd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/reply"
)

// feed is a connection that has everything already, in pieces of a given size.
type feed struct {
	net.Conn
	in     *bytes.Reader
	piece  int
	out    bytes.Buffer
	writes int
}

func (f *feed) Read(p []byte) (int, error)       { return f.in.Read(p[:min(len(p), f.piece)]) }
func (f *feed) Write(p []byte) (int, error)      { f.writes++; return f.out.Write(p) }
func (f *feed) Close() error                     { return nil }
func (f *feed) SetDeadline(time.Time) error      { return nil }
func (f *feed) SetReadDeadline(time.Time) error  { return nil }
func (f *feed) SetWriteDeadline(time.Time) error { return nil }

// quietServer runs no goroutines.
func quietServer(auth Authenticator) *Server {
	o := Options{Hostname: "mail.test", Auth: auth, MaxMessage: 1 << 20, MaxRecipients: 10, Timeouts: Timeouts{AuthDelay: 1}, Log: slog.New(slog.DiscardHandler)}
	o.fill()
	s := &Server{o: o, gate: newGate(&o), buffered: budget{most: 64 << 20}, sessions: map[*session]bool{}, stop: make(chan struct{})}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Z-02: the DATA reader against a plain reading of the rule, in pieces of any size.
func FuzzDataReader(f *testing.F) {
	for _, s := range []string{
		"a\r\n.\r\n", "..a\r\n.\r\nrest", "a\n.\r\n\r\n.\r\n", "\r\r\n.\r\n", ".\r\n", ".\r\r\n.\r\n", "\r\n.\n\r\n.\r\n", "a\x00b\r\n.\r\n", "\n.\r\n\r\n.\r\n",
		strings.Repeat("x", 998) + "\r\n.\r\n", "." + strings.Repeat("x", 998) + "\r\n.\r\n", strings.Repeat("x", 999) + "\r\n.\r\n",
		strings.Repeat("x", 5000) + "\r\n.\r\n", strings.Repeat("x", 4095) + "\r\n.\r\nNOOP", strings.Repeat("x", 4096) + ".\r\n\r\n.\r\n", strings.Repeat("y\r\n", 3000) + ".\r\n",
	} {
		f.Add([]byte(s), uint16(1))
		f.Add([]byte(s), uint16(4096))
	}
	f.Fuzz(func(t *testing.T, in []byte, piece uint16) {
		srv := quietServer(nil)
		x := newSession(srv, &feed{in: bytes.NewReader(in), piece: int(piece)%5000 + 1}, netip.Addr{}, false)
		b := &body{limit: 1 << 20, budget: &srv.buffered}
		if !b.start(0) {
			t.Fatal("no budget")
		}
		err := x.receive(b)
		want, end, clean := readPlainly(in)
		switch {
		case end < 0 && err == nil:
			t.Fatalf("%q has no end and was taken", in)
		case end < 0:
		case err != nil:
			t.Fatalf("%q: %v", in, err)
		case clean != (b.refusal == nil):
			t.Fatalf("%q: clean %v, refused with %v", in, clean, b.refusal)
		case clean && !bytes.Equal(b.buf, want):
			t.Fatalf("%q became %q", in, b.buf)
		}
		if end >= 0 {
			if rest, err := io.ReadAll(x.br); err != nil || !bytes.Equal(rest, in[end:]) {
				t.Fatalf("%q: %q is left, want %q", in, rest, in[end:])
			}
		}
		b.release()
		if srv.buffered.used.Load() != 0 {
			t.Fatal("the budget leaks")
		}
	})
}

// readPlainly finds the end of a message, what it holds, and whether it is clean, by
// the words of the RFC. End is behind the terminator, or -1.
func readPlainly(in []byte) (content []byte, end int, clean bool) {
	text := "\r\n" + string(in) // the CRLF of the DATA command counts
	i := strings.Index(text, "\r\n.\r\n")
	if i < 0 {
		return nil, -1, false
	}
	end = i + len("\r\n.\r\n") - 2
	message := string(in[:max(i, 0)])
	clean = !strings.ContainsAny(strings.ReplaceAll(message, "\r\n", ""), "\r\n\x00")
	var out strings.Builder
	for line := range strings.SplitAfterSeq(message, "\r\n") {
		line = strings.TrimPrefix(line, ".")
		clean = clean && len(strings.TrimSuffix(line, "\r\n")) <= maxDataLine
		out.WriteString(line)
	}
	return []byte(out.String()), end, clean
}

// Z-01: whatever octets a client sends, the session ends, answers with replies that
// are well formed, and stores no more messages than it said 250 to.
func FuzzSession(f *testing.F) {
	signIn := "EHLO c.test\r\nAUTH PLAIN AHNob3AAc2VjcmV0\r\n"
	for _, s := range []string{
		"EHLO c\r\nSTARTTLS\r\nx", "GET / HTTP/1.1\r\n\r\n", "QUIT\r\n", "\x16\x03\x01", "EHLO c\r\nAUTH LOGIN\r\n*\r\n",
		signIn + "MAIL FROM:<a@x.example> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<b@y.example> NOTIFY=NEVER\r\nDATA\r\n" + header + "x\r\n.\r\nQUIT\r\n",
		signIn + "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\na\n.\n\r\n.\r\nMAIL FROM:<>\r\nBDAT 5 LAST\r\n",
		signIn + "MAIL FROM:<ü@x.example> SMTPUTF8 RET=HDRS ENVID=a+2B\r\nRCPT TO:<\"a b\"@y.example> ORCPT=rfc822;b@y.example\r\nRSET\r\nNOOP\r\n",
		signIn + "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nhalf",
		"EHLO c\r\n" + "AUTH PLAIN " + strings.Repeat("A", 20000) + "\r\n",
	} {
		f.Add([]byte(s), uint16(7), true)
		f.Add([]byte(s), uint16(4096), false)
	}
	f.Fuzz(func(t *testing.T, in []byte, piece uint16, sealed bool) {
		m := &memory{}
		srv := quietServer(m)
		conn := &feed{in: bytes.NewReader(in), piece: int(piece)%5000 + 1}
		x := newSession(srv, conn, netip.Addr{}, false)
		x.inTLS = sealed // as after a handshake
		x.converse()
		x.close()
		srv.wg.Wait()
		checkReplies(t, in, conn.out.Bytes(), len(m.stored))
		if srv.buffered.used.Load() != 0 || len(srv.gate.byAccount) != 0 {
			t.Fatalf("%q: something was not given back", in)
		}
	})
}

func checkReplies(t *testing.T, in, out []byte, stored int) {
	t.Helper()
	br := newReader(out)
	queued := 0
	for {
		r, err := reply.Read(br)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			// TLS was begun, or an empty challenge ("334 ") came: the only two that are no plain reply.
			if bytes.Contains(out, []byte("ready to start TLS")) {
				return
			}
			t.Fatalf("%q was answered %q: %v", in, out, err)
		}
		if strings.HasPrefix(r.Lines[0], "queued as ") {
			queued++
		}
	}
	if stored != queued {
		t.Fatalf("%q: %d stored, %d acknowledged", in, stored, queued)
	}
}
