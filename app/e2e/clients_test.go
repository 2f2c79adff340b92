package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/tenant"
)

// errand is one thing a client is asked to do.
type errand struct {
	name       string
	subject    string
	recipients int
	attachment int    // octets
	password   string // "" means the right one
	from       string // "" means the proven domain
	want       string // in the client's output; "" means it arrives
}

var errands = []errand{
	{name: "ASCII", subject: "Your order 20930", recipients: 1},
	{name: "UTF-8 subject", subject: "Grüße aus Köln – 注文", recipients: 1},
	{name: "5 MB", subject: "With attachment", recipients: 1, attachment: 5 << 20},
	{name: "50 recipients", subject: "To many", recipients: 50},
	{name: "wrong password", subject: "x", recipients: 1, password: "wrong", want: "535"},
	{name: "foreign From", subject: "x", recipients: 1, from: "ceo@bank.example", want: "5.7.1"},
}

// mailClient builds the command that sends a file.
type mailClient struct {
	name    string
	program string // to look for
	debian  string
	command func(l login, mode, from string, to []string, file string) *exec.Cmd
}

func script(interpreter, file string) func(login, string, string, []string, string) *exec.Cmd {
	return func(l login, mode, from string, to []string, path string) *exec.Cmd {
		return exec.Command(interpreter, filepath.Join("testdata", "clients", file), l.host, l.port, mode, l.username, l.password, from, strings.Join(to, ","), path)
	}
}

func clients(t *testing.T) []mailClient {
	return []mailClient{
		{"swaks", "swaks", "swaks", func(l login, mode, from string, to []string, file string) *exec.Cmd {
			args := []string{"--server", l.host, "--port", l.port, "--auth", "PLAIN", "--auth-user", l.username, "--auth-password", l.password,
				"--from", from, "--to", strings.Join(to, ","), "--data", "@" + file, "--suppress-data"}
			if mode == "tls" {
				return exec.Command("swaks", append(args, "--tls-on-connect")...)
			}
			return exec.Command("swaks", append(args, "--tls")...)
		}},
		{"curl", "curl", "curl", func(l login, mode, from string, to []string, file string) *exec.Cmd {
			scheme := map[string]string{"tls": "smtps", "starttls": "smtp"}[mode]
			args := []string{"-sS", "-v", "-k", "--ssl-reqd", "--url", scheme + "://" + net.JoinHostPort(l.host, l.port), "--user", l.username + ":" + l.password, "--mail-from", from, "--upload-file", file}
			for _, r := range to {
				args = append(args, "--mail-rcpt", r)
			}
			return exec.Command("curl", args...)
		}},
		{"Python smtplib", "/usr/bin/python3", "python3", script("/usr/bin/python3", "send.py")},
		{"msmtp", "msmtp", "msmtp", func(l login, mode, from string, to []string, file string) *exec.Cmd {
			starttls := map[string]string{"tls": "off", "starttls": "on"}[mode]
			password := filepath.Join(t.TempDir(), "password")
			if err := os.WriteFile(password, []byte(l.password+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("msmtp", append([]string{"-d", "--host=" + l.host, "--port=" + l.port, "--auth=plain", "--user=" + l.username, "--passwordeval=cat " + password,
				"--tls=on", "--tls-starttls=" + starttls, "--tls-certcheck=off", "--from=" + from, "--"}, to...)...)
			in, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = in.Close() })
			cmd.Stdin = in
			return cmd
		}},
		{"Nodemailer", "node", "nodejs", func(l login, mode, from string, to []string, file string) *exec.Cmd {
			services.FromEnv(t, services.EnvNodeModules)
			return script("node", "send.cjs")(l, mode, from, to, file)
		}},
		{"PHPMailer", "php", "php-cli and libphp-phpmailer", script("php", "send.php")},
		{"Perl Net::SMTP", "perl", "perl, libio-socket-ssl-perl and libauthen-sasl-perl", script("perl", "send.pl")},
	}
}

// Real clients send through it, by STARTTLS and implicit TLS.
func TestRealClients(t *testing.T) {
	mx := fakemx.New(t, fakemx.Options{Addr: "127.0.0.4:0"})
	p := newProgram(t, "SMTPSERVER_DELIVERY=smarthost", "SMTPSERVER_SMARTHOST_URL=smtp://"+mx.Addr())
	p.mustCommand("migrate", "up")
	who, err := tenant.Create(t.Context(), p.env, "clients.test")
	if err != nil {
		t.Fatal(err)
	}
	p.start()
	var table strings.Builder
	fmt.Fprintf(&table, "%-16s %-9s", "client", "TLS")
	for _, e := range errands {
		fmt.Fprintf(&table, " | %-14s", e.name)
	}
	table.WriteByte('\n')
	run := func(t *testing.T, name, mode string, send func(e errand, l login, from string, to []string, file string) (string, error)) {
		addr := map[string]string{"starttls": p.smtp, "tls": p.smtps}[mode]
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "%-16s %-9s", name, mode)
		for i, e := range errands {
			l := login{host, port, who.Username, who.Password}
			from := who.From
			if e.password != "" {
				l.password = e.password
			}
			if e.from != "" {
				from = e.from
			}
			to := make([]string, e.recipients)
			for j := range to {
				to[j] = fmt.Sprintf("r%d@%s-%d.example", j, strings.ToLower(strings.NewReplacer(" ", "", ":", "", "/", "").Replace(name)), i)
			}
			file := compose(t, e, from, to)
			out, err := send(e, l, from, to, file)
			fmt.Fprintf(&table, " | %-14s", verdict(t, mx, name+" "+mode, e, filepath.Base(file), out, err))
		}
		table.WriteByte('\n')
		forgetFailures(t, p)
	}
	for _, c := range clients(t) {
		services.Program(t, c.program, c.debian)
		for _, mode := range []string{"starttls", "tls"} {
			send := func(e errand, l login, from string, to []string, file string) (string, error) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				cmd := c.command(l, mode, from, to, file)
				cmd.Env = append(os.Environ(), "SUBJECT="+e.subject)
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				if err := cmd.Start(); err != nil {
					return "", err
				}
				stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
				defer stop()
				err := cmd.Wait()
				return out.String(), err
			}
			t.Run(c.name+" "+mode, func(t *testing.T) { run(t, c.name, mode, send) })
		}
	}
	for _, mode := range []string{"starttls", "tls"} {
		t.Run("Go "+mode, func(t *testing.T) { run(t, "Go net/smtp", mode, sendByGo(mode)) })
	}
	services.Report(t, "Real clients send through it", table.String())
}

// compose writes the message as a file with CRLF lines; its name is its X-Test-Id.
func compose(t *testing.T, e errand, from string, to []string) string {
	t.Helper()
	var b bytes.Buffer
	name := fmt.Sprintf("m%x", time.Now().UnixNano())
	fmt.Fprintf(&b, "From: Hofladen <%s>\r\nTo: %s\r\nSubject: %s\r\nX-Test-Id: %s\r\nMIME-Version: 1.0\r\n", from, strings.Join(to, ",\r\n "), mime.QEncoding.Encode("utf-8", e.subject), name)
	if e.attachment > 0 {
		raw := make([]byte, e.attachment)
		_, _ = rand.Read(raw)
		b.WriteString("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		text := base64.StdEncoding.EncodeToString(raw)
		for len(text) > 76 {
			b.WriteString(text[:76] + "\r\n")
			text = text[76:]
		}
		b.WriteString(text + "\r\n")
	} else {
		b.WriteString("Content-Type: text/plain\r\n\r\nHello,\r\n.a line with a dot\r\n")
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// verdict checks what the client said and, for mail that should arrive, that it did.
func verdict(t *testing.T, mx *fakemx.Server, who string, e errand, testID, out string, err error) string {
	t.Helper()
	if e.want != "" {
		if err == nil || !strings.Contains(out+fmt.Sprint(err), e.want) {
			t.Errorf("%s, %s: no %s in\n%s\n%v", who, e.name, e.want, clip(out), err)
			return "WRONG"
		}
		return e.want
	}
	if err != nil {
		t.Errorf("%s, %s: %v\n%s", who, e.name, err, clip(out))
		return "REFUSED"
	}
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		recipients := 0
		for _, m := range mx.Messages() {
			if strings.Contains(m.Content[:min(len(m.Content), 8000)], testID) {
				recipients += len(m.Recipients)
			}
		}
		if recipients >= e.recipients {
			return "arrived"
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s, %s: did not arrive", who, e.name)
	return "LOST"
}

func clip(s string) string { return s[max(0, len(s)-1500):] }

// sendByGo uses net/smtp.
func sendByGo(mode string) func(errand, login, string, []string, string) (string, error) {
	return func(_ errand, l login, from string, to []string, file string) (string, error) {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		addr, trust := net.JoinHostPort(l.host, l.port), &tls.Config{InsecureSkipVerify: true}
		var c *smtp.Client
		if mode == "tls" {
			conn, err := tls.Dial("tcp", addr, trust)
			if err != nil {
				return "", err
			}
			c, err = smtp.NewClient(conn, l.host)
			if err != nil {
				return "", err
			}
		} else {
			if c, err = smtp.Dial(addr); err != nil {
				return "", err
			}
			if err := c.StartTLS(trust); err != nil {
				return "", err
			}
		}
		defer func() { _ = c.Close() }()
		if err := c.Auth(plainAuth{l.username, l.password}); err != nil {
			return "", err
		}
		if err := c.Mail(from); err != nil {
			return "", err
		}
		for _, r := range to {
			if err := c.Rcpt(r); err != nil {
				return "", err
			}
		}
		w, err := c.Data()
		if err != nil {
			return "", err
		}
		if _, err := w.Write(content); err != nil {
			return "", err
		}
		return "", w.Close()
	}
}

// forgetFailures clears the brake on guessing: all clients come from one address, and
// each of them tries a wrong password once.
func forgetFailures(t *testing.T, p *program) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(p.dataDir, "smtpserver.db")})
	if err != nil {
		t.Fatal(err)
	}
	err = s.SystemWrite(t.Context(), "let the next client guess wrong", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM rate_windows").Error
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}
