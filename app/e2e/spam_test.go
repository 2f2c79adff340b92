package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/bench/proc"
	"smtpserver/app/boot"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/config"
	"smtpserver/app/domain"
	"smtpserver/app/precheck"
	"smtpserver/app/template"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/tenant"
)

// The scores that clean bulk mail stays under.
const (
	mostRspamd       = 2.0 // or equal
	mostSpamAssassin = 1.0
)

// publicAddress is where the filters are told that the mail comes from: what comes from
// inside, or from an address kept for examples, they judge otherwise.
const publicAddress = "51.15.0.1"

// brandHost is the name of the installation: filters think that one with host in it is
// somebody's line at home.
const brandHost = "mx1.brandpost.example"

// optional returns the path of a program that a machine may lack: installing it is more
// than one test may ask for everywhere.
func optional(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := services.Find(name)
	if err != nil {
		t.Skipf("needs %s (Debian package: %s)", name, debianPackage)
	}
	return path
}

// newShop is a customer that was not asked for its pages, of an installation with a name
// and https, as a spam filter would meet it.
func newShop(t *testing.T) *correspondent {
	t.Helper()
	return newShopIn(t, newOutside(t))
}

// newShopIn is newShop with further settings.
func newShopIn(t *testing.T, o *outside, settings ...string) *correspondent {
	t.Helper()
	p := newProgram(t, append(append(o.settings(), settings...), "SMTPSERVER_PUBLIC_URL=https://"+brandHost, "SMTPSERVER_MAIL_HOSTNAME="+brandHost, "SMTPSERVER_SECRET_KEY="+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), 48)))...)
	p.mustCommand("migrate", "up")
	shop, err := tenant.Create(t.Context(), p.env, "hofladen.example")
	c := &correspondent{outside: o, T: t, scope: systemScope(shop.Account.ID)}
	c.try(err)
	loaded, err := config.Load(p.env)
	c.try(err)
	c.v, err = boot.OpenBeside(t.Context(), loaded, slog.New(slog.DiscardHandler))
	c.try(err)
	t.Cleanup(func() { _ = c.v.Close(context.Background()) })
	c.from = c.domains(c.scope)[0]
	shown, err := c.v.Domains.Show(t.Context(), c.scope, c.from.ID)
	c.try(err)
	c.try(c.dns.Add(domain.ZoneText(shown.Domain, shown.Records)))
	c.publishOperator()
	c.try(c.dns.Add(brandHost + ". A " + publicAddress + "\nhofladen.example. A " + publicAddress + "\nhofladen.example. MX 10 " + brandHost + ".\n"))
	c.try(c.v.Accounts.SetDetails(t.Context(), c.scope, account.Profile{Name: "Hofladen Brandt", Kind: account.Business}, account.Details{
		LegalName: "Hofladen Brandt GmbH", Country: "DE", Street: "Dorfstraße 3", Postcode: "73312", City: "Geislingen", TimeZone: "Europe/Berlin",
	}))
	p.start()
	return c
}

// starters sends each starter to one contact as a campaign, and returns what arrived, by key.
func (c *correspondent) starters() map[string]fakemx.Message {
	c.Helper()
	audience, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: c.people("Letter", 1)}}}.JSON()
	c.try(err)
	subjects := map[string]string{}
	for _, s := range template.Starters() {
		made, err := c.v.Campaigns.Create(c.Context(), c.scope, broadcast.Brief{
			Kind: broadcast.ToContacts, Name: s.Key, Audience: audience, DomainID: c.from.ID, FromName: "Hofladen Brandt", FromLocal: "news", TrackOpens: true, TrackClicks: true,
			Content: []broadcast.Variant{{Source: s.Source}},
		})
		c.try(err)
		c.try(c.v.Campaigns.Start(c.Context(), c.scope, made.ID))
		subjects[s.Key] = made.ID.String()
	}
	arrived, err := c.mx.WaitFor(len(subjects), time.Minute)
	c.try(err)
	all := map[string]fakemx.Message{}
	for _, m := range arrived {
		for _, s := range template.Starters() {
			if text := regexp.MustCompile(`\s+`).ReplaceAllString(decode(c.T, m.Content), " "); strings.Contains(text, marksOf[s.Key]) {
				all[s.Key] = m
			}
		}
	}
	if len(all) != len(subjects) {
		c.Fatalf("%d of %d starters arrived: mark new ones in marksOf", len(all), len(subjects))
	}
	return all
}

// marksOf are words that stand in one starter alone.
var marksOf = map[string]string{
	"letter": "Write as you would to one person", "news": "The first thing", "invitation": "An evening among friends", "simple": "Styles that stand in the head",
}

// Clean templates are no spam to two filters, by their local rules: rspamd gives each
// starter at most 2, SpamAssassin less than 1, as a campaign sends it, signed, tracked and
// with the fields to leave.
func TestStartersAreNoSpam(t *testing.T) {
	rspamd, spamassassin := optional(t, "rspamd", "rspamd"), optional(t, "spamassassin", "spamassassin")
	c := newShop(t)
	mails := c.starters()
	filter := c.startRspamd(rspamd)
	// A filter that finds nothing in anything would prove nothing.
	spam := fakemx.Message{From: "MAIL FROM:<x@spam.example>", Content: "Received: from x\r\nSubject: VIAGRA\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"}
	if got := filter.score(c, spam); got.Action != "reject" {
		t.Errorf("rspamd takes the test spam: %+v", got)
	}
	asked := []fakemx.Message{spam}
	for _, s := range template.Starters() {
		asked = append(asked, mails[s.Key])
	}
	seconds := c.spamassassin(spamassassin, asked)
	if seconds[0].score < 100 {
		t.Errorf("SpamAssassin gives the test spam %.1f", seconds[0].score)
	}
	var table strings.Builder
	for i, s := range template.Starters() {
		first, second := filter.score(c, mails[s.Key]), seconds[i+1]
		fmt.Fprintf(&table, "%-12s rspamd %5.2f  SpamAssassin %5.2f\n", s.Key, first.Score, second.score)
		if first.Score > mostRspamd {
			t.Errorf("rspamd gives %s %.2f: %s", s.Key, first.Score, blamed(first))
		}
		if second.score >= mostSpamAssassin {
			t.Errorf("SpamAssassin gives %s %.2f:\n%s", s.Key, second.score, second.report)
		}
		for _, rule := range []string{"R_DKIM_ALLOW", "R_SPF_ALLOW", "DMARC_POLICY_ALLOW"} {
			if _, found := first.Symbols[rule]; !found {
				t.Errorf("rspamd finds no %s in %s: %s", rule, s.Key, blamed(first))
			}
		}
	}
	services.Report(t, "Spam scores of the starters", table.String())
}

// filter is a running rspamd.
type filter struct{ addr string }

// startRspamd runs it with the rules that it came with, our DNS, and nothing that asks
// somebody else.
func (c *correspondent) startRspamd(program string) filter {
	c.Helper()
	dir, f := c.TempDir(), filter{freeAddrs(c.T, 1)[0]}
	files := map[string]string{
		"local.d/options.inc":               fmt.Sprintf("dns { nameserver = [%q]; timeout = 1s; retransmits = 1; }\nfilters = \"chartable,dkim,regexp\";\ntempdir = %q;\n", c.dns.Addr(), dir),
		"local.d/worker-normal.inc":         fmt.Sprintf("bind_socket = %q;\ncount = 1;\n", f.addr),
		"override.d/worker-controller.inc":  "enabled = false;\n",
		"override.d/worker-proxy.inc":       "enabled = false;\n",
		"local.d/logging.inc":               "type = \"console\";\nlevel = \"error\";\n",
		"override.d/classifier-bayes.conf":  "enabled = false;\n",
		"override.d/greylist.conf":          "enabled = false;\n",
		"override.d/ratelimit.conf":         "enabled = false;\n",
		"override.d/milter_headers.conf":    "enabled = false;\n",
		"override.d/dkim_signing.conf":      "enabled = false;\n",
		"override.d/history_redis.conf":     "enabled = false;\n",
		"override.d/external_services.conf": "enabled = false;\n",
	}
	for _, module := range strings.Fields("rbl surbl fuzzy_check asn mx_check phishing url_redirector bimi dcc antivirus neural reputation replies p0f rspamd_update") {
		files["override.d/"+module+".conf"] = "enabled = false;\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		c.try(os.MkdirAll(filepath.Dir(path), 0o700))
		c.try(os.WriteFile(path, []byte(text), 0o600))
	}
	process, err := proc.Start(proc.Command{
		Argv: []string{
			program, "--no-fork", "--insecure", "--config", "/etc/rspamd/rspamd.conf",
			"--var", "LOCAL_CONFDIR=" + dir, "--var", "DBDIR=" + dir, "--var", "RUNDIR=" + dir, "--var", "LOGDIR=" + dir,
		},
		Env: os.Environ(), Dir: dir, Log: filepath.Join(dir, "output"),
	})
	c.try(err)
	c.Cleanup(func() {
		if err := process.Stop(); err != nil {
			c.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
	defer cancel()
	c.try(process.Ready(ctx, func() error {
		resp, err := http.Get("http://" + f.addr + "/ping")
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	}))
	return f
}

// score asks what the filter thinks, with what a receiver tells it of the session.
func (f filter) score(c *correspondent, m fakemx.Message) (s precheck.Score) {
	c.Helper()
	req, err := http.NewRequestWithContext(c.Context(), http.MethodPost, "http://"+f.addr+"/checkv2", strings.NewReader(m.Content))
	c.try(err)
	for name, value := range map[string]string{
		"IP": publicAddress, "Helo": brandHost, "Hostname": brandHost, "From": pathOfMail.FindStringSubmatch(m.From)[1], "Rcpt": "letter0@customer.example",
	} {
		req.Header.Set(name, value)
	}
	resp, err := (&http.Client{Timeout: 20 * time.Second}).Do(req)
	c.try(err)
	defer func() { _ = resp.Body.Close() }()
	c.try(json.NewDecoder(resp.Body).Decode(&s))
	return s
}

// blamed are the rules that matched, with their points.
func blamed(s precheck.Score) string {
	var all []string
	for name, symbol := range s.Symbols {
		all = append(all, fmt.Sprintf("%s %+.2f", name, symbol.Score))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

var spamStatus = regexp.MustCompile(`(?m)^X-Spam-Status: \w+, score=(-?[\d.]+)`)

// opinion is what SpamAssassin says of a message.
type opinion struct {
	score  float64
	report string
}

// spamassassin asks the other one, which reads how a mail came from its Received fields. One
// process judges them all: it takes seconds to read its rules.
func (c *correspondent) spamassassin(program string, all []fakemx.Message) (said []opinion) {
	c.Helper()
	var box strings.Builder
	for i, m := range all {
		fmt.Fprintf(&box, "From x@x.example Thu Nov 26 12:00:00 2026\nX-Asked: %d\nReturn-Path: <%s>\nReceived: from %s (%s [%s])\n\tby mx.customer.example with ESMTPS id 1; %s\n", i, pathOfMail.FindStringSubmatch(m.From)[1], brandHost, brandHost, publicAddress, time.Now().Format(time.RFC1123Z))
		box.WriteString(strings.ReplaceAll(strings.ReplaceAll(m.Content, "\r\n", "\n"), "\nFrom ", "\n>From ") + "\n")
	}
	ctx, cancel := context.WithTimeout(c.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--local", "--test-mode", "--mbox", "--nocreate-prefs", "--siteconfigpath=/etc/spamassassin", "--cf=use_bayes 0", "--cf=dns_available no")
	cmd.Env = append(os.Environ(), "HOME="+c.TempDir())
	cmd.Stdin = strings.NewReader(box.String())
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		c.Fatalf("spamassassin: %v\n%s", err, &complaints)
	}
	said = make([]opinion, len(all))
	parts := strings.Split("\n"+string(out), "\nFrom ")[1:] // in an order of its own
	for _, text := range parts {
		found, asked := spamStatus.FindStringSubmatch(text), regexp.MustCompile(`(?m)^X-Asked: (\d)$`).FindStringSubmatch(text)
		if found == nil || asked == nil {
			c.Fatalf("spamassassin gives no score:\n%s", text)
		}
		i, err := strconv.Atoi(asked[1])
		c.try(err)
		said[i].score, err = strconv.ParseFloat(found[1], 64)
		c.try(err)
		_, said[i].report, _ = strings.Cut(text, "Content analysis details:")
	}
	if len(parts) != len(all) {
		c.Fatalf("spamassassin judged %d of %d messages\n%s", len(parts), len(all), out)
	}
	return said
}
