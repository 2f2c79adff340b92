package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"smtpserver/app/testkit/services"
)

// need is something outside this repository that the tests use.
type need struct {
	what   string       // as a person calls it
	why    string       // what is tested with it
	debian []string     // packages that bring it
	here   func() error // nil when it is installed
	spared bool         // tests that lack it are skipped, and say so
}

func program(name, why string, debian ...string) need {
	return need{what: name, why: why, debian: debian, here: func() error { _, err := services.Find(name); return err }}
}

// needs is the whole list; README's "what make test installs" is this.
var needs = []need{
	{what: "PostgreSQL server", why: "second database engine", debian: []string{"postgresql"}, here: func() error { _, err := services.FindPostgres(); return err }},
	program("redis-server", "queue of the scaled-out engine", "redis-server"),
	{what: "Chromium", why: "browser tests", debian: []string{"chromium"}, here: func() error { _, err := services.FindChromium(); return err }},
	program("swaks", "mail client", "swaks"),
	program("curl", "mail client", "curl"),
	program("msmtp", "mail client", "msmtp"),
	{what: "PHPMailer", why: "mail client", debian: []string{"php-cli", "libphp-phpmailer"}, here: func() error {
		return runs("php", "-r", "exit((@include '/usr/share/php/libphp-phpmailer/autoload.php') ? 0 : 1);")
	}},
	{what: "Perl Net::SMTP with TLS and AUTH", why: "mail client", debian: []string{"perl", "libio-socket-ssl-perl", "libauthen-sasl-perl"}, here: func() error {
		return runs("perl", "-MNet::SMTP", "-MIO::Socket::SSL", "-MAuthen::SASL", "-e", "1")
	}},
	program("opendkim-testmsg", "independent DKIM verifier", "opendkim-tools"),
	{what: "dkimpy", why: "independent DKIM verifier, and smtplib as mail client", debian: []string{"python3", "python3-dkim"}, here: func() error {
		_, err := findPython()
		return err
	}},
	{what: "pyspf and authheaders", why: "independent SPF and DMARC verifiers", debian: []string{"python3-spf", "python3-authheaders", "python3-dnspython"}, here: func() error {
		return runs("/usr/bin/python3", "-c", "import spf, authheaders, dns.resolver")
	}},
	{what: "node and npm", why: "Nodemailer and axe-core", debian: []string{"nodejs", "npm"}, here: func() error {
		_, err := services.Find("npm")
		return errors.Join(runs("node", "--version"), err)
	}},
	program("strace", "proof that a commit reaches the disk before 250", "strace"),
	program("pdftotext", "independent reader of invoices", "poppler-utils").unless(),
	program("rspamd", "spam scores of our templates", "rspamd").unless(),
	program("spamassassin", "spam scores of our templates", "spamassassin").unless(),
}

// unless makes a need one that a machine may lack: what it brings is large, and not every
// distribution has it.
func (n need) unless() need {
	n.spared = true
	return n
}

// findPython returns a python3 that has dkimpy. A newer Python in PATH does not
// see the modules of the distribution's.
func findPython() (string, error) {
	for _, path := range []string{"python3", "/usr/bin/python3"} {
		if runs(path, "-c", "import dkim") == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("python3 with dkimpy is %w", services.ErrNotInstalled)
}

func runs(argv ...string) error {
	path, err := services.Find(argv[0])
	if err != nil {
		return err
	}
	return exec.Command(path, argv[1:]...).Run()
}

// lacking returns the needs that are not here.
func lacking(all []need) []need {
	return slices.DeleteFunc(slices.Clone(all), func(n need) bool { return n.here() == nil })
}

// packages lists what to install for them, each once.
func packages(missing []need) []string {
	var names []string
	for _, n := range missing {
		names = append(names, n.debian...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// prepare installs what is missing, or says what to install. Nothing is ever
// skipped in silence.
func prepare(ctx context.Context) error {
	all := lacking(needs)
	_, err := services.Find("apt-get")
	may := err == nil && os.Getuid() == 0
	for _, n := range all {
		if n.spared && (!may || aptInstall(ctx, n.debian) != nil) {
			fmt.Printf("going on without %s (%s)\n", n.what, n.why)
		}
	}
	missing := slices.DeleteFunc(all, func(n need) bool { return n.spared })
	if len(missing) == 0 {
		return nil
	}
	if !may {
		return errors.New(instructions(missing))
	}
	if err := aptInstall(ctx, packages(missing)); err != nil {
		return fmt.Errorf("%w\n%s", err, instructions(missing))
	}
	if missing = lacking(missing); len(missing) > 0 {
		return errors.New("still missing after the installation:\n" + instructions(missing))
	}
	return nil
}

func instructions(missing []need) string {
	var b strings.Builder
	b.WriteString("the tests need programs that are not installed:\n")
	for _, n := range missing {
		fmt.Fprintf(&b, "  %-34s %s\n", n.what, n.why)
	}
	fmt.Fprintf(&b, "Install them, on Debian and its kin by\n  sudo apt-get install --no-install-recommends %s\n", strings.Join(packages(missing), " "))
	b.WriteString("and run `make test` again (as root it installs them by itself). `go test ./...` runs what it can without them.")
	return b.String()
}

// aptInstall installs packages from the lists that are there, and renews the
// lists only if that fails: a fresh machine has none.
func aptInstall(ctx context.Context, names []string) error {
	fmt.Println("installing", strings.Join(names, " "))
	install := append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)
	if apt(ctx, install...) == nil {
		return nil
	}
	if err := apt(ctx, "update", "-q"); err != nil {
		return err
	}
	return apt(ctx, install...)
}

func apt(ctx context.Context, args ...string) error {
	args = append([]string{"-o", "DPkg::Lock::Timeout=600", "-o", "APT::Update::Error-Mode=any"}, args...)
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	interruptible(cmd)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apt-get %s: %w", args[4], err)
	}
	return nil
}
