package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"smtpserver/app/testkit/services"
)

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	all := []need{
		{what: "here", why: "nothing", debian: []string{"unwanted"}, here: func() error { return nil }},
		{what: "PHPMailer", why: "mail client", debian: []string{"php-cli", "libphp-phpmailer"}, here: func() error { return errors.New("no") }},
		{what: "php", why: "mail client", debian: []string{"php-cli"}, here: func() error { return errors.New("no") }},
	}
	missing := lacking(all)
	if got, want := packages(missing), []string{"libphp-phpmailer", "php-cli"}; !slices.Equal(got, want) {
		t.Errorf("would install %v, want %v", got, want)
	}
	text := instructions(missing)
	for _, want := range []string{"PHPMailer", "sudo apt-get install --no-install-recommends libphp-phpmailer php-cli\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "unwanted") {
		t.Errorf("what is here is named:\n%s", text)
	}
}

func TestEveryNeedCanBeInstalled(t *testing.T) {
	t.Parallel()
	for _, n := range needs {
		if n.what == "" || n.why == "" || len(n.debian) == 0 || n.here == nil {
			t.Errorf("need %q is not complete: %+v", n.what, n)
		}
	}
}

func TestProgramThatIsMissing(t *testing.T) {
	t.Parallel()
	if err := program("no-such-program", "a test").here(); !errors.Is(err, services.ErrNotInstalled) {
		t.Errorf("a missing program gives %v", err)
	}
}
