package story

import (
	"strings"
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func domains() []Story {
	return append(domainLists(),
		inside("domain_show-pending", "hofladen-brandt.de", layout.NavDomains, func(p layout.Page) view {
			return domainPage(p, "pending", records("unchecked", "missing", "wrong"))
		}),
		inside("domain_show-verified", "hofladen-brandt.de", layout.NavDomains, func(p layout.Page) view {
			return domainPage(p, "verified", records("good", "good", "good"))
		}),
		inside("domain_show-warning", "hofladen-brandt.de", layout.NavDomains, func(p layout.Page) view {
			v := domainPage(p, "warning", records("good", "wrong", "unreachable"))
			v.RepairBy = now.Add(19 * time.Hour)
			return v
		}),
		inside("domain_show-viewer", "hofladen-brandt.de", layout.NavDomains, func(p layout.Page) view {
			v := domainPage(p, "lost", records("missing", "missing", "missing"))
			v.CheckDenied = "Your role, viewer, may look but not change. An owner or admin can."
			v.RemoveDenied = v.CheckDenied
			return v
		}),
	)
}

func domainLists() []Story {
	rows := []pages.DomainRow{
		{ID: sampleID, Name: "hofladen-brandt.de", State: "verified", Reason: "All required records are in order.", CheckedAt: ago(22 * time.Minute), CreatedAt: ago(90 * 24 * time.Hour)},
		{ID: otherID, Name: "grüne-küche.example", State: "pending", Reason: "The DKIM record was not found yet.", CheckedAt: ago(40 * time.Second), CreatedAt: ago(time.Hour)},
		{ID: otherID, Name: "news.hofladen-brandt.de", State: "warning", Reason: "The return path points elsewhere since this morning.", CheckedAt: ago(9 * time.Minute), CreatedAt: ago(40 * 24 * time.Hour)},
		{ID: otherID, Name: strings.Repeat("long-label-", 5) + "end.a-very-long-domain-name.example", State: "lost", Reason: "Its records have been gone for more than 24 hours.", CreatedAt: ago(400 * 24 * time.Hour)},
	}
	return []Story{
		inside("domain_list", "Domains", layout.NavDomains, func(p layout.Page) view { return pages.DomainList{Page: p, Rows: rows} }),
		inside("domain_list-empty", "Domains", layout.NavDomains, func(p layout.Page) view { return pages.DomainList{Page: p} }),
		refused(inside("domain_list-refused", "Domains", layout.NavDomains, func(p layout.Page) view {
			return pages.DomainList{Page: p, Rows: rows[:1], Domain: "maria@gmail.com", Errors: pages.Errors{"domain": "Enter a domain name such as example.com, without http:// and without @."}}
		})),
		inside("domain_list-viewer", "Domains", layout.NavDomains, func(p layout.Page) view {
			return pages.DomainList{Page: p, Rows: rows[:2], AddDenied: "Your role, viewer, may look but not change. An owner or admin can."}
		}),
	}
}

func domainPage(p layout.Page, state string, list []pages.DNSRecord) pages.DomainShow {
	p.Breadcrumbs = []layout.Crumb{{Label: "Domains", URL: p.URLs().Domains()}, {Label: "hofladen-brandt.de"}}
	v := pages.DomainShow{
		Page: p, ID: sampleID, Name: "hofladen-brandt.de", ASCII: "hofladen-brandt.de", State: state, DNSHost: "Hetzner", Records: list,
		CheckedAt: ago(38 * time.Second), NextCheckAt: now.Add(55 * time.Second), Removable: true,
		Tracking: pages.DomainTracking{Switches: []pages.TrackingSwitch{{Name: "broadcast_open", Stands: true}, {Name: "broadcast_click", Value: "off", Stands: true}, {Name: "transactional_open"}, {Name: "transactional_click", Value: "on"}}},
	}
	if state != "pending" {
		v.VerifiedAt = ago(2 * time.Hour)
	}
	return v
}

func records(dkim, returnPath, dmarc string) []pages.DNSRecord {
	const key = "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuhT6wT2kVx0vJX8y3Qm4n7r0pVQf8S1c5b2Yw9Zk3LrTqk1f0mC2xg7pJ4yVnE8aQhXo5sDd6RwLzPpT1KfB0uJmGv3WcXyNqE2rIhS7oAtMlZb9UeVdCk4PjFgHn8QxRw6TzYs0LkJhGfDsAzXcVbNmQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOpLkJhGfDsAzXcVbNm1234567890qwertyuiopasdfghjklzxcvbnmQIDAQAB"
	at := ago(38 * time.Second)
	list := []pages.DNSRecord{
		{Purpose: "dkim_active", Title: "DKIM key", Why: "Receivers check our signature with it.", Required: true, Type: "TXT", Name: "ss1-k3f9._domainkey.hofladen-brandt.de", Host: "ss1-k3f9._domainkey", Value: key, Verdict: dkim},
		{Purpose: "dkim_standby", Title: "Next DKIM key", Why: "Published ahead, so that keys change without a gap.", Type: "TXT", Name: "ss2-k3f9._domainkey.hofladen-brandt.de", Host: "ss2-k3f9._domainkey", Value: key, Verdict: dkim},
		{Purpose: "return_path", Title: "Return path", Why: "Bounces come back to us here, and SPF is judged by it.", Required: true, Type: "CNAME", Name: "rp.hofladen-brandt.de", Host: "rp", Value: "rp.mail.smtpserver.example", Verdict: returnPath},
		{Purpose: "tracking", Title: "Tracking host", Why: "Only needed when you switch tracking on.", Type: "CNAME", Name: "go.hofladen-brandt.de", Host: "go", Value: "go.mail.smtpserver.example", Verdict: returnPath},
		{Purpose: "spf", Title: "SPF", Why: "The return path has its own.", Type: "TXT", Name: "hofladen-brandt.de", Host: "@", Verdict: "good"},
		{Purpose: "dmarc", Title: "DMARC policy", Why: "Gmail and Outlook ask for it before newsletters.", Type: "TXT", Name: "_dmarc.hofladen-brandt.de", Host: "_dmarc", Value: "v=DMARC1; p=none; rua=mailto:dmarc@hofladen-brandt.de", Verdict: dmarc},
	}
	for i := range list {
		switch r := &list[i]; r.Verdict {
		case "good":
			r.Explanation, r.Seen, r.CheckedAt = "As it should be.", r.Value, at
		case "missing":
			r.Explanation, r.CheckedAt = "There is no such record at your DNS host yet. New ones can take a few minutes to show.", at
		case "wrong":
			r.Explanation, r.Seen, r.CheckedAt = "We see an older value at your DNS host; it can take up to 1 h.", "rp.other-mailer.example", at
		case "unreachable":
			r.Explanation, r.CheckedAt = "Your name servers did not answer. We look again by ourselves.", at
		}
	}
	return list
}
