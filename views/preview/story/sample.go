package story

import (
	"strings"
	"time"

	"smtpserver/views/pages"
)

// now is the moment all stories play at, so that pictures of them can be compared.
var now = time.Date(2026, 11, 23, 14, 8, 12, 0, time.UTC)

const (
	sampleID  = "06eb4w2k9ct7n3q5r8v1x0y6za"
	otherID   = "06eb4w2k9ct7n3q5r8v1x0y6zb"
	longLocal = "the.longest.local.part.that.a.person.would.ever.type.into.a.form"
	longMail  = longLocal + "@an-unusually-long-subdomain.of-a-company-with-a-long-name.example"
)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// words repeats a sentence until it is long.
func words(n int) string {
	return strings.TrimSpace(strings.Repeat("A sentence that goes on for longer than anybody planned when the box was drawn. ", n))
}

// month is thirty days of a small shop: quiet weekends, one bad day.
func month() []pages.DayCounts {
	sent := []int64{2180, 2650, 2830, 3390, 3650, 1920, 1810, 3100, 2770, 2750, 2480, 1840, 400, 410, 1180, 1130, 1020, 980, 1310, 402, 660, 2520, 2710, 3560, 3430, 3510, 1910, 1720, 3070, 2700}
	days := make([]pages.DayCounts, len(sent))
	for i, n := range sent {
		bounced := n / 210
		if i == 17 {
			bounced = 132
		}
		days[i] = pages.DayCounts{Day: now.Truncate(24*time.Hour).AddDate(0, 0, i-len(sent)+1), Counts: pages.Counts{Accepted: n, Delivered: n - bounced, Bounced: bounced}}
	}
	return days
}

// firstDay is a month in which nothing was sent before today.
func firstDay() []pages.DayCounts {
	days := month()
	for i := range days {
		days[i].Counts = pages.Counts{}
	}
	days[len(days)-1].Accepted = 1
	return days
}

func latest() []pages.MessageRow {
	return []pages.MessageRow{
		{MessageID: sampleID, State: "delivered", To: "anna.voss@gmail.com", Subject: "Your order 20931 is on its way", Stream: "transactional", Tag: "order-shipped", At: ago(12 * time.Second)},
		{MessageID: sampleID, State: "deferred", To: "kontor@outlook.com", Subject: "Your order 20930 is on its way", Stream: "transactional", Tag: "order-shipped", Reason: "Outlook limits us", NextTry: now.Add(12 * time.Minute), At: ago(time.Minute)},
		{MessageID: sampleID, State: "delivered", To: "buero@voss-gmbh.de", Subject: "Invoice 2026-1187", Stream: "transactional", Tag: "invoice", At: ago(2 * time.Minute)},
		{MessageID: sampleID, State: "bounced", To: "jpeter@gmx.de", Subject: "Your order 20928 is on its way", Stream: "transactional", Tag: "order-shipped", Reason: "No such mailbox", At: ago(4 * time.Minute)},
		{MessageID: sampleID, State: "queued", To: "info@weingut-hofmann.example", Subject: "Your order 20927 is on its way", Stream: "transactional", At: ago(5 * time.Minute)},
		{MessageID: sampleID, State: "suppressed", To: "old.address@web.de", Subject: "Apples are in: the autumn letter", Stream: "broadcast", Tag: "letter-11", Reason: "Said on 3 November that it does not exist", At: ago(3 * time.Hour)},
		{MessageID: sampleID, State: "delivered", To: "team@grüne-küche.example", Subject: "", Stream: "transactional", At: ago(5 * time.Hour)},
		{MessageID: sampleID, State: "expired", To: longMail, More: 49, Subject: "Re: Re: Re: " + words(2), Stream: "transactional", Reason: "No server of the domain answered for five days", At: ago(5 * 24 * time.Hour)},
	}
}
