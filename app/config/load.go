package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Load reads the settings from environment lines ("NAME=value"), reads secrets
// from NAME_FILE, and refuses unknown SMTPSERVER_ names, so that a misspelt
// setting cannot silently mean its default. Every error names the setting and
// the remedy; all are reported at once.
func Load(environ []string) (*Config, error) {
	values := map[string]string{}
	for _, line := range environ {
		if name, value, ok := strings.Cut(line, "="); ok {
			values[name] = value
		}
	}
	fields := Settings()
	var errs []error
	for _, f := range fields {
		if err := readSecretFile(f, values); err != nil {
			errs = append(errs, err)
		}
	}
	errs = append(errs, unknown(fields, values)...)
	c := &Config{}
	if err := env.ParseWithOptions(c, env.Options{Environment: values}); err != nil {
		errs = append(errs, fmt.Errorf("settings: %w", err))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	return c, nil
}

// Setting is one documented field of Config.
type Setting struct {
	Name, Default, Doc string
	Secret             bool
}

// Settings lists every setting in the order of the struct.
func Settings() []Setting {
	var out []Setting
	for f := range reflect.TypeFor[Config]().Fields() {
		if name := f.Tag.Get("env"); name != "" {
			out = append(out, Setting{name, f.Tag.Get("envDefault"), f.Tag.Get("doc"), f.Tag.Get("secret") == "true"})
		}
	}
	return out
}

func readSecretFile(f Setting, values map[string]string) error {
	path, ok := values[f.Name+"_FILE"]
	if !ok || !f.Secret {
		return nil
	}
	if values[f.Name] != "" {
		return fmt.Errorf("%s and %s_FILE are both set: keep one", f.Name, f.Name)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s_FILE: %w", f.Name, err)
	}
	values[f.Name] = strings.TrimSpace(string(content))
	return nil
}

func unknown(fields []Setting, values map[string]string) (errs []error) {
	known := func(name string) bool {
		return slices.ContainsFunc(fields, func(f Setting) bool {
			return name == f.Name || f.Secret && name == f.Name+"_FILE"
		})
	}
	for name := range values {
		if strings.HasPrefix(name, Prefix) && !known(name) {
			errs = append(errs, fmt.Errorf("unknown setting %s: see `smtpserver serve --help` for the names", name))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

// finish checks values against each other and fills what follows from them.
func (c *Config) finish() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	oneOf := func(name, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			fail("%s is %q: choose %s", name, value, strings.Join(allowed, ", "))
		}
	}
	var err error
	if c.publicURL, err = url.Parse(c.PublicURL); err != nil || c.publicURL.Host == "" || c.publicURL.Scheme != "http" && c.publicURL.Scheme != "https" {
		fail("SMTPSERVER_PUBLIC_URL is %q: give the whole address, like https://mail.example.com", c.PublicURL)
		return errors.Join(errs...)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.MailHostname == "" {
		c.MailHostname = c.PublicHost()
	}
	oneOf("SMTPSERVER_DELIVERY", c.Delivery, Capture, MX, Smarthost)
	oneOf("SMTPSERVER_SIGNUP", c.Signup, "open", "invite", "closed")
	oneOf("SMTPSERVER_LOG_FORMAT", c.LogFormat, "text", "json")
	oneOf("SMTPSERVER_LOG_LEVEL", c.LogLevel, "debug", "info", "warn", "error")
	c.checkSmarthost(fail)
	c.checkAddresses(fail)
	c.checkProviders(fail)
	c.checkStripe(fail)
	if c.HTTPS() && c.SecretKey == "" {
		fail("SMTPSERVER_SECRET_KEY is required when PUBLIC_URL is https: make one with `openssl rand -base64 48` and keep it outside the data directory")
	}
	if c.SecretKey != "" && len(c.SecretKey) < 32 {
		fail("SMTPSERVER_SECRET_KEY has %d characters and needs at least 32", len(c.SecretKey))
	}
	if c.SecretKeyBefore != "" && c.SecretKey == "" {
		fail("SMTPSERVER_SECRET_KEY_BEFORE needs SMTPSERVER_SECRET_KEY, the key that replaces it")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		fail("SMTPSERVER_TLS_CERT and SMTPSERVER_TLS_KEY go together: set both or neither")
	}
	if c.MaxMessage < 64<<10 {
		fail("SMTPSERVER_MAX_MESSAGE_SIZE is %d and must be at least 65536", c.MaxMessage)
	}
	if c.Drain < 0 || c.Drain > maxDrain {
		fail("SMTPSERVER_DRAIN is %s and must lie between 0s and %s: a stop has no more time", c.Drain, maxDrain)
	}
	if c.WorkerSlots < 1 || c.DatabaseConns < 2 {
		fail("SMTPSERVER_WORKER_SLOTS must be at least 1 and SMTPSERVER_DATABASE_CONNS at least 2")
	}
	if c.DatabaseURL == "sqlite" {
		c.DatabaseURL = "sqlite:" + filepath.Join(c.DataDir, "smtpserver.db")
	}
	return errors.Join(errs...)
}

// maxDrain leaves requests that were begun their time before a stop is over.
const maxDrain = 15 * time.Second

func (c *Config) checkSmarthost(fail func(string, ...any)) {
	if c.Delivery == Smarthost && c.SmarthostURL == "" {
		fail("SMTPSERVER_DELIVERY is smarthost: set SMTPSERVER_SMARTHOST_URL to smtp(s)://user:pass@host:port")
	}
	if c.SmarthostURL == "" {
		return
	}
	u, err := url.Parse(c.SmarthostURL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		fail("SMTPSERVER_SMARTHOST_URL must look like smtp(s)://user:pass@host:port") // the value may hold a password
		return
	}
	c.smarthost = u
}

func (c *Config) checkAddresses(fail func(string, ...any)) {
	check := func(name, addr string) {
		if addr == "" {
			return
		}
		if _, _, err := net.SplitHostPort(addr); err != nil {
			fail("%s is %q: give host:port", name, addr)
		}
	}
	check("SMTPSERVER_WEB_ADDR", c.WebAddr)
	check("SMTPSERVER_BOUNCE_ADDR", c.BounceAddr)
	check("SMTPSERVER_METRICS_ADDR", c.MetricsAddr)
	check("SMTPSERVER_DNS_SERVER", c.DNSServer)
	for _, a := range c.SMTPAddr {
		check("SMTPSERVER_SMTP_ADDR", a)
	}
	for _, a := range c.SMTPSAddr {
		check("SMTPSERVER_SMTPS_ADDR", a)
	}
}
