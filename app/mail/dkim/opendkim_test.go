package dkim

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smtpserver/app/testkit/fakedns"
)

// envInside tells the test program that it runs in a network of its own, where
// OpenDKIM finds our name server at port 53.
const envInside = "DKIM_TEST_INSIDE"

// opendkim lets opendkim-testmsg verify the messages. It asks the system's name
// servers only, so it runs in namespaces of Linux in which those are ours. It
// returns what it complained about, by name.
func opendkim(t *testing.T, messages map[string][]byte, name, record string) map[string]string {
	t.Helper()
	if _, err := exec.LookPath("opendkim-testmsg"); err != nil {
		missing(t, "opendkim-tools")
	}
	if out, err := exec.Command("unshare", "-rnm", "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Skipf("needs Linux namespaces (unshare and ip, permitted): %v %s", err, out)
	}
	dir := t.TempDir()
	files := map[string][]byte{
		"resolv.conf": []byte("nameserver 127.0.0.1\n"),
		"zone":        []byte(name + ". 60 IN TXT " + ZoneValue(record) + "\n"),
	}
	for name, message := range messages {
		files[name+".eml"] = message
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const script = `ip link set lo up && mount --bind "$DKIM_TEST_INSIDE/resolv.conf" /etc/resolv.conf && exec "$0"`
	cmd := exec.CommandContext(t.Context(), "unshare", "-rnm", "sh", "-c", script, program)
	cmd.Env = append(os.Environ(), envInside+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("inside: %v\n%s", err, out)
	}
	complaints := map[string]string{}
	for name := range messages {
		out, err := os.ReadFile(filepath.Join(dir, name+".out"))
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > 0 {
			complaints[name] = string(out)
		}
	}
	return complaints
}

// TestMain is the part of opendkim that runs in the namespaces, when it is there.
func TestMain(m *testing.M) {
	dir := os.Getenv(envInside)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := verifyInside(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func verifyInside(dir string) error {
	zone, err := os.ReadFile(filepath.Join(dir, "zone"))
	if err != nil {
		return err
	}
	server, err := fakedns.Start("127.0.0.1:53")
	if err != nil {
		return err
	}
	if err := server.Set(string(zone)); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		message, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		cmd := exec.Command("opendkim-testmsg", "-t", dir)
		cmd.Stdin = bytes.NewReader(message)
		out, err := cmd.CombinedOutput()
		if err != nil {
			out = append(out, err.Error()...)
		}
		if err := os.WriteFile(strings.TrimSuffix(name, ".eml")+".out", out, 0o600); err != nil {
			return err
		}
	}
	return nil
}
