package story

import (
	"strings"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func messages() []Story {
	return append(messageLists(), append(messagePages(), suppressions()...)...)
}

func messageLists() []Story {
	domains := []components.Option{{Value: sampleID, Label: "hofladen-brandt.de"}}
	return []Story{
		inside("message_list", "Messages", layout.NavMessages, func(p layout.Page) view {
			return pages.MessageList{Page: p, Domains: domains, Rows: append(latest(), latest()...), Any: true, HasDomain: true, Pager: components.Pager{Newer: "?after=a", Older: "?before=b"}}
		}),
		inside("message_list-filtered", "Messages", layout.NavMessages, func(p layout.Page) view {
			return pages.MessageList{Page: p, Domains: domains, Rows: latest()[1:2], Any: true, HasDomain: true, Filter: pages.MessageFilter{State: "deferred", Address: "kontor@", From: "2026-11-01"}}
		}),
		inside("message_list-no_match", "Messages", layout.NavMessages, func(p layout.Page) view {
			return pages.MessageList{Page: p, Domains: domains, Any: true, HasDomain: true, Filter: pages.MessageFilter{Query: "nobody@nowhere.example"}}
		}),
		inside("message_bulk", "Messages", layout.NavMessages, func(p layout.Page) view {
			return pages.MessageBulk{Page: p, Operation: "cancel", Count: 10000, More: true, Filter: pages.MessageFilter{State: "deferred", Stream: "broadcast", Domain: sampleID, From: "2026-11-01"}}
		}),
		inside("message_bulk-nothing", "Messages", layout.NavMessages, func(p layout.Page) view {
			return pages.MessageBulk{Page: p, Operation: "hold"}
		}),
		inside("message_list-empty", "Messages", layout.NavMessages, func(p layout.Page) view { return pages.MessageList{Page: p} }),
	}
}

func transcript() []components.Line {
	return []components.Line{
		{Text: "connected to 52.101.73.4, port 25"},
		{Side: "S", Text: "220 DB5EUR01FT063 Microsoft ESMTP MAIL Service ready", AtMS: 41},
		{Side: "C", Text: "EHLO out-12.mail.smtpserver.example", AtMS: 42},
		{Side: "S", Text: "250-SIZE 157286400 · PIPELINING · STARTTLS · 8BITMIME · SMTPUTF8", AtMS: 80},
		{Side: "C", Text: "MAIL FROM:<b+7k2m9xq4@rp.hofladen-brandt.de> SIZE=18422", AtMS: 190},
		{Side: "S", Text: "250 2.1.0 Sender OK", AtMS: 260},
		{Side: "C", Text: "RCPT TO:<kontor@outlook.com>", AtMS: 261},
		{Side: "S", Text: "451 4.7.500 Server busy. Please try again later from [198.51.100.12]. (S77719)", AtMS: 1610},
	}
}

func deferred(p layout.Page) pages.MessageShow {
	start := time.Date(2026, 11, 23, 14, 3, 11, 204e6, time.UTC)
	p.Breadcrumbs = []layout.Crumb{{Label: "Messages", URL: p.URLs().Messages()}, {Label: sampleID[:12] + "…"}}
	return pages.MessageShow{
		Page: p, ID: sampleID, Subject: "Your order 20930 is on its way", FromName: "Hofladen Brandt", From: "shop@hofladen-brandt.de", To: "kontor@outlook.com", DeliveryID: otherID,
		Stream: "transactional", Tag: "order-shipped", State: "deferred", Headline: "Outlook is limiting how fast we may send (451 4.7.500).",
		Explanation: "This is about our speed, not about your message. We have slowed down and try again at 14:20; nothing for you to do.",
		Journey: []pages.JourneyStep{
			{State: "accepted", Title: "Accepted by SMTP", At: start, Text: "credential shop-prod from 203.0.113.7 over TLS 1.3, stored in 3 ms"},
			{State: "signed", Title: "Signed", At: start.Add(15 * time.Millisecond), Text: "DKIM s2026b for hofladen-brandt.de, aligned with From"},
			{State: "deferred", Title: "Attempt 1 · deferred", At: start.Add(1666 * time.Millisecond), Attempt: &pages.Attempt{Host: "outlook-com.olc.protection.outlook.com", RemoteAddr: "52.101.73.4", LocalAddr: "198.51.100.12", TLS: "TLS 1.3, certificate valid", Duration: 1610 * time.Millisecond, Transcript: transcript()}},
			{State: "next", Title: "Next try", At: time.Date(2026, 11, 23, 14, 20, 0, 0, time.UTC), Text: "in 12 minutes; 4 of 20 connections to Outlook are in use"},
		},
		Size: 18422, Attachments: 1, HeaderID: "<20930.7k2m9xq4@hofladen-brandt.de>", Credential: "shop-prod", ExpiresAt: start.AddDate(0, 0, 5), KeptUntil: start.AddDate(0, 0, 30),
		Facts: []pages.Fact{{Label: "Return path", Value: "b+7k2m9xq4@rp.hofladen-brandt.de"}}, CanRetry: true, CanCancel: true, Content: content(),
	}
}

func content() pages.Content {
	return pages.Content{
		HTML: "<!doctype html>\n<html>\n<body style=\"font-family:sans-serif\">\n<h1>On its way</h1>\n<p>Dear customer, <b>your apples</b> left us today.</p>\n</body>\n</html>\n",
		Text: "Dear customer,\n\nyour apples left us today.\nFollow them at https://hofladen-brandt.de/t/20930\n\n" + words(4) + "\n",
		Raw:  "From: Hofladen Brandt <shop@hofladen-brandt.de>\r\nTo: kontor@outlook.com\r\nSubject: Your order 20930 is on its way\r\n\r\n" + strings.Repeat("QWxsIHlvdXIgYXBwbGVzIGJlbG9uZyB0byB1cy4gQWxsIHlvdXIgYXBwbGVzIGJlbG9uZyB0byB1cy4K\r\n", 30),
		Headers: []pages.Header{
			{Name: "DKIM-Signature", Value: "v=1; a=rsa-sha256; c=relaxed/relaxed; d=hofladen-brandt.de; s=s2026b; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=" + strings.Repeat("dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSb", 6)},
			{Name: "From", Value: "Hofladen Brandt <shop@hofladen-brandt.de>"}, {Name: "To", Value: "kontor@outlook.com"}, {Name: "Subject", Value: "Your order 20930 is on its way"}, {Name: "X-A-Header-Field-With-A-Long-Name", Value: "1"},
		},
		Truncated: true, PreviewURL: "/mail.html", RawURL: "/mail.eml",
	}
}

func messagePages() []Story {
	page := func(name string, change func(*pages.MessageShow)) Story {
		return inside("message_show-"+name, "Your order 20930 is on its way", layout.NavMessages, func(p layout.Page) view {
			v := deferred(p)
			change(&v)
			return v
		})
	}
	list := []Story{
		page("deferred", func(*pages.MessageShow) {}),
		page("delivered", func(v *pages.MessageShow) {
			v.State, v.Headline, v.Explanation, v.CanRetry, v.CanCancel, v.ExpiresAt = "delivered", "Delivered.", "Outlook took it at the first try, 1.6 s after you handed it over.", false, false, time.Time{}
			taken := *v.Journey[2].Attempt
			last := len(taken.Transcript) - 1
			taken.Transcript = append(taken.Transcript[:last:last],
				components.Line{Side: "S", Text: "250 2.1.5 Recipient OK", AtMS: 1520}, components.Line{Side: "C", Text: "DATA, 18,422 octets", AtMS: 1521},
				components.Line{Side: "S", Text: "250 2.6.0 <20930.7k2m9xq4@hofladen-brandt.de> Queued mail for delivery", AtMS: 1610})
			v.Journey = append(v.Journey[:2], pages.JourneyStep{State: "delivered", Title: "Attempt 1 · delivered", At: v.Journey[2].At, Attempt: &taken})
		}),
		page("held", func(v *pages.MessageShow) {
			v.State, v.Headline, v.Explanation, v.CanRetry, v.CanRelease, v.CanCancel = "held", "Held", "Held by somebody of this account. Nothing is tried until it is released.", false, true, true
			v.Journey = v.Journey[:2]
		}),
		page("waiting", func(v *pages.MessageShow) { v.CanHold, v.CanCancel = true, true }),
		page("scheduled", func(v *pages.MessageShow) {
			v.State, v.Headline, v.Explanation, v.CanRetry, v.CanHold, v.CanCancel = "queued", "Scheduled for 1 March 2027, 09:00 UTC", "It is stored safely and is sent at that time. Until then it can be cancelled.", false, true, true
			v.Journey = append(v.Journey[:1], pages.JourneyStep{State: "next", Title: "Scheduled", At: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC), Text: "It is sent at that time."})
		}),
		page("many", func(v *pages.MessageShow) {
			v.Subject, v.Tag = "", ""
			v.RetryDenied, v.CancelDenied = "Your role, viewer, may look but not change.", "Your role, viewer, may look but not change."
			v.Deliveries = []pages.DeliveryRow{
				{ID: sampleID, Recipient: "anna.voss@gmail.com", State: "delivered"},
				{ID: otherID, Recipient: v.To, State: "deferred", Reason: "Outlook limits us", NextTry: now.Add(12 * time.Minute), Selected: true},
				{ID: otherID, Recipient: longMail, State: "bounced", Reason: words(1)},
			}
		}),
		page("gone", func(v *pages.MessageShow) {
			v.Tab, v.Content = "raw", pages.Content{Gone: "The content was removed on 23 December 2026, as the plan says: it is kept for 30 days after the last delivery has ended. What happened to the message stays here."}
		}),
	}
	for _, tab := range []string{"preview", "html", "text", "headers", "raw"} {
		list = append(list, page(tab, func(v *pages.MessageShow) { v.Tab = tab }))
	}
	return list
}

func suppressions() []Story {
	rows := []pages.SuppressionRow{
		{Address: "jpeter@gmx.de", Stream: "transactional", Reason: "The server said that there is no such mailbox (550 5.1.1).", MessageID: sampleID, At: ago(4 * time.Minute)},
		{Address: longMail, Stream: "broadcast", Reason: "The server said that there is no such mailbox (550 5.1.1).", At: ago(20 * 24 * time.Hour)},
	}
	return []Story{
		inside("suppression_list", "Suppressions", layout.NavSuppressions, func(p layout.Page) view {
			return pages.SuppressionList{Page: p, Rows: rows, Any: true, Pager: components.Pager{Older: "?before=b"}}
		}),
		inside("suppression_list-no_match", "Suppressions", layout.NavSuppressions, func(p layout.Page) view {
			return pages.SuppressionList{Page: p, Any: true, Address: "nobody@"}
		}),
		inside("suppression_list-empty", "Suppressions", layout.NavSuppressions, func(p layout.Page) view { return pages.SuppressionList{Page: p} }),
	}
}
