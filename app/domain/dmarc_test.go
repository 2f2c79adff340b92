package domain_test

import (
	"strings"
	"testing"

	"smtpserver/app/domain"
)

// what we say of DMARC records, by RFC 9989.
func TestDMARCVerdicts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		top, sub := w.add(w.a, "shop.test"), w.add(w.a, "news.shop.test")
		at := func(name, value string) string { return line("_dmarc.%s. IN TXT %q", name, value) }
		cases := []struct {
			name  string
			zone  string
			fails string
			d     domain.Detail
			want  domain.Verdict
			says  string
		}{
			{"no record (NXDOMAIN)", "", "", top, domain.Missing, "want a DMARC record"},
			{"name without TXT (NODATA)", line("_dmarc.shop.test. IN A 192.0.2.1"), "", top, domain.Missing, "want a DMARC record"},
			{"p=none with reports", at("shop.test", "v=DMARC1; p=none; rua=mailto:d@shop.test"), "", top, domain.Good, "asks for nothing"},
			{"p=none without reports", at("shop.test", "v=DMARC1; p=none"), "", top, domain.Good, "no reports"},
			{"p=quarantine", at("shop.test", "v=DMARC1; p=quarantine; rua=mailto:d@shop.test"), "", top, domain.Good, "goes to spam"},
			{"p=reject", at("shop.test", "v=DMARC1;p=REJECT;rua=mailto:d@shop.test;"), "", top, domain.Good, "refused"},
			{"no p counts as none", at("shop.test", "v=DMARC1; rua=mailto:d@shop.test"), "", top, domain.Good, "asks for nothing"},
			{"test mode", at("shop.test", "v=DMARC1; p=reject; t=y"), "", top, domain.Good, "milder"},
			{"retired pct", at("shop.test", "v=DMARC1; p=none; pct=50; rua=mailto:d@shop.test"), "", top, domain.Good, "no longer exists"},
			{"unknown tag", at("shop.test", "v=DMARC1; p=none; x=1; rua=mailto:d@shop.test"), "", top, domain.Good, "asks for nothing"},
			{"strict DKIM alignment", at("shop.test", "v=DMARC1; p=reject; adkim=s; rua=mailto:d@shop.test"), "", top, domain.Good, "adkim=s"},
			{"bad policy", at("shop.test", "v=DMARC1; p=drop"), "", top, domain.Wrong, "p must be"},
			{"tag without value", at("shop.test", "v=DMARC1; p=none; rua"), "", top, domain.Wrong, "no value"},
			{"version not first", at("shop.test", "p=none; v=DMARC1"), "", top, domain.Missing, "want a DMARC record"},
			{"two records", at("shop.test", "v=DMARC1; p=none") + at("shop.test", "v=DMARC1; p=reject"), "", top, domain.Wrong, "more than one"},
			{"beside another TXT", at("shop.test", "hello") + at("shop.test", "v=DMARC1; p=reject; rua=mailto:d@shop.test"), "", top, domain.Good, "refused"},
			{"behind a CNAME", line("_dmarc.shop.test. IN CNAME d.other.test.") + line("d.other.test. IN TXT %q", "v=DMARC1; p=reject; rua=mailto:d@shop.test"), "", top, domain.Good, "refused"},
			{"SERVFAIL", "", "_dmarc.shop.test", top, domain.Unreachable, "did not answer"},
			{"parent's sp", at("shop.test", "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@shop.test"), "", sub, domain.Good, "Covered by the record of shop.test. Mail in your name that is not authenticated goes to spam"},
			{"parent's p", at("shop.test", "v=DMARC1; p=reject; np=none; rua=mailto:d@shop.test"), "", sub, domain.Good, "refused"},
			{"own record before the parent's", at("shop.test", "v=DMARC1; p=reject") + at("news.shop.test", "v=DMARC1; p=none; rua=mailto:d@shop.test"), "", sub, domain.Good, "asks for nothing"},
			{"two own records, one at the parent", at("news.shop.test", "v=DMARC1; p=none") + at("news.shop.test", "v=DMARC1; p=none; sp=none") + at("shop.test", "v=DMARC1; p=reject"), "", sub, domain.Wrong, "more than one"},
			{"public suffix", at("test", "v=DMARC1; p=reject; sp=none; psd=y; rua=mailto:d@nic.test"), "", top, domain.Good, "Covered by the record of test"},
			{"record above a psd=n", at("news.shop.test", "hello") + at("shop.test", "v=DMARC1; p=quarantine; psd=n; rua=mailto:d@shop.test") + at("test", "v=DMARC1; p=reject; rua=mailto:d@nic.test"), "", sub, domain.Good, "record of shop.test"},
			{"parent unanswered", "", "_dmarc.shop.test", sub, domain.Unreachable, "did not answer"},
		}
		for _, c := range cases {
			w.zone(c.zone)
			if c.fails != "" {
				w.fail(c.fails)
			}
			got := record(w.check(w.a, c.d.ID), domain.DMARC)
			if got.Verdict != c.want || !strings.Contains(got.Explanation, c.says) {
				w.t.Errorf("%s: %s, %q; want %s, %q", c.name, got.Verdict, got.Explanation, c.want, c.says)
			}
		}
	})
}
