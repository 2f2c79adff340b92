package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/bench/report"
	"smtpserver/app/broadcast"
	"smtpserver/app/store"
)

// reportCommand measures the pages of a campaign that was sent to very many.
func reportCommand(ctx context.Context, args []string, out, progress io.Writer) error {
	f := flag.NewFlagSet("bench report", flag.ContinueOnError)
	f.SetOutput(progress)
	people := f.Int("recipients", 1_000_000, "of the campaign")
	requests := f.Int("requests", 100, "of each page")
	on := ownFlags(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	return on.goals(ctx, out, progress, func(p *productSystem) ([]report.Goal, error) {
		goal, err := measureReport(ctx, p, *people, *requests, out, progress)
		return []report.Goal{goal}, err
	})
}

func measureReport(ctx context.Context, p *productSystem, people, requests int, out, progress io.Writer) (goal report.Goal, err error) {
	a := &archive{progress: progress}
	p.seed = a.fill
	r, err := p.prepare(ctx, nextHop{relay: "127.0.0.2:9"}) // nobody listens there, and nothing is due
	if err != nil {
		return goal, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	fmt.Fprintf(progress, "%s: filling a campaign to %d\n", p.name(), people)
	s, err := openSender(ctx, r, people)
	if err != nil {
		return goal, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	if err := s.sent(ctx, people, a); err != nil {
		return goal, err
	}
	if err := r.launch(ctx); err != nil {
		return goal, err
	}
	fmt.Fprintf(progress, "%s: %d rounds of the pages\n", p.name(), requests)
	pages, err := a.visit(ctx, "http://"+r.web, requests, s.reportPages(a))
	if err != nil {
		return goal, fmt.Errorf("%w%s", err, r.log())
	}
	fmt.Fprintf(out, "\n%s, a campaign to %d\n\n", p.name(), people)
	slowest := time.Duration(0)
	for _, page := range pages {
		slowest = max(slowest, page.p95)
	}
	goal = report.Goal{Name: fmt.Sprintf("pages of a campaign to %d, p95 of the slowest, ms", people), System: p.name(), Measured: milliseconds(slowest), Want: 100, AtMost: true}
	return goal, printPages(out, pages)
}

func (s *sender) reportPages(a *archive) []pageTime {
	base := "/a/" + a.slug + "/campaigns"
	one := base + "/" + string(s.campaign)
	pages := []pageTime{
		{name: "campaigns", path: base},
		{name: "report", path: one},
		{name: "report, looked at again", path: one + "/progress", fragment: true},
		{name: "clicks", path: one + "/clicks"},
	}
	for _, list := range []broadcast.Listed{broadcast.ListSent, broadcast.ListFailed, broadcast.ListSuppressed} {
		pages = append(pages, pageTime{name: "recipients, " + string(list), path: one + "/recipients?list=" + string(list)})
	}
	return append(pages, pageTime{name: "recipients, one person", path: one + "/recipients?list=sent&q=p500000"})
}

// sent stores what a campaign leaves behind when it was sent: a recipient in 50 is
// suppressed, a delivery in 100 bounced, half were opened and a tenth clicked.
func (s *sender) sent(ctx context.Context, people int, a *archive) error {
	const atOnce = 50_000 // of one statement: they have their time
	values := map[string]any{
		"account": s.scope.AccountID(), "campaign": s.campaign, "domain": a.domain, "now": s.Store.Now(), "later": s.Store.Now().Add(24 * time.Hour), "most": atOnce,
	}
	for first, after := 1, ""; first <= people; first += atOnce {
		values["first"], values["after"] = first, after
		err := s.Store.SystemWrite(ctx, "fill a benchmark", func(_ context.Context, tx *gorm.DB) error {
			for _, sql := range sentRows {
				if err := tx.Exec(sql, values).Error; err != nil {
					return err
				}
			}
			return tx.Raw("SELECT MAX(contact_id) FROM campaign_recipients WHERE account_id = ? AND campaign_id = ?", s.scope.AccountID(), s.campaign).Scan(&after).Error
		})
		if err != nil {
			return err
		}
	}
	return s.Store.SystemWrite(ctx, "fill a benchmark", func(_ context.Context, tx *gorm.DB) error {
		for _, sql := range sentSums {
			if err := tx.Exec(sql, values).Error; err != nil {
				return err
			}
		}
		if s.Store.Engine() == store.Postgres { // as it does by itself within a minute
			return tx.Exec("ANALYZE").Error
		}
		return nil
	})
}

// sentRows go over one slice of the contacts. A message and its delivery are called as the
// contact: what they are called makes no difference here.
var sentRows = []string{
	`INSERT INTO campaign_recipients (account_id, campaign_id, number, contact_id, address, zone, excluded, why, variant, message_id)
	SELECT account_id, @campaign, @first - 1 + n, contact_id, address, '', CASE n % 50 WHEN 0 THEN 'suppressed' ELSE '' END,
		CASE n % 50 WHEN 0 THEN 'On the suppression list.' ELSE '' END, 0, CASE n % 50 WHEN 0 THEN '' ELSE contact_id END
	FROM (SELECT c.*, row_number() OVER (ORDER BY contact_id) AS n FROM
		(SELECT * FROM contacts WHERE account_id = @account AND contact_id > @after ORDER BY contact_id LIMIT @most) c) AS k`,
	`INSERT INTO messages (account_id, message_id, stream, domain_id, mail_from, header_from, subject, header_message_id, tag, metadata, size, recipients, smtputf8, eight_bit,
		dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at, campaign_id)
	SELECT account_id, message_id, 'broadcast', @domain, 'news@bench.test', 'news@bench.test', 'News', message_id, '', '{}', 20000, 1, false, false,
		'', '', '', '', '', @now, @later, campaign_id FROM campaign_recipients WHERE account_id = @account AND campaign_id = @campaign AND number >= @first AND message_id <> ''`,
	`INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class, last_reply, attempts,
		ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at, final_at, campaign_id)
	SELECT account_id, message_id, message_id, 'broadcast', @domain, '', address, address, 'bench.example', CASE number % 100 WHEN 7 THEN 'bounced' ELSE 'delivered' END,
		'', CASE number % 100 WHEN 7 THEN 'recipient' ELSE '' END, '250 2.0.0 Ok', 1, 0, '', '', @now, '', 1, @now, @later, @now, campaign_id
	FROM campaign_recipients WHERE account_id = @account AND campaign_id = @campaign AND number >= @first AND message_id <> ''`,
	`INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at, human_at, human_last)
	SELECT account_id, message_id, 'open', 0, '', 1, 0, 0, @now, @now, @now, @now FROM campaign_recipients
	WHERE account_id = @account AND campaign_id = @campaign AND number >= @first AND message_id <> '' AND number % 2 = 0`,
	`INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at, human_at, human_last)
	SELECT account_id, message_id, 'click', number % 9 + 1, 'https://shop.example/products', 1, 0, 0, @now, @now, @now, @now FROM campaign_recipients
	WHERE account_id = @account AND campaign_id = @campaign AND number >= @first AND message_id <> '' AND number % 10 = 0`,
}

// sentSums are the running counters that stand beside those rows.
var sentSums = []string{
	`UPDATE campaign_totals SET (audience, suppressed, accepted, delivered, bounced) =
		(SELECT COUNT(*), SUM(CASE excluded WHEN '' THEN 0 ELSE 1 END), SUM(CASE message_id WHEN '' THEN 0 ELSE 1 END),
			SUM(CASE WHEN message_id = '' OR number % 100 = 7 THEN 0 ELSE 1 END), SUM(CASE WHEN message_id <> '' AND number % 100 = 7 THEN 1 ELSE 0 END)
		FROM campaign_recipients WHERE account_id = @account AND campaign_id = @campaign) WHERE account_id = @account AND campaign_id = @campaign`,
	`INSERT INTO visit_counts (account_id, campaign_id, dimension, subject, kind, verdict, total, unique_count)
	SELECT @account, @campaign, 'all', '', v.kind, 'human', COUNT(*), COUNT(*) FROM visits v WHERE v.account_id = @account GROUP BY v.kind`,
	`INSERT INTO visit_counts (account_id, campaign_id, dimension, subject, kind, verdict, total, unique_count)
	SELECT @account, @campaign, 'link', CAST(v.link AS TEXT), v.kind, 'human', COUNT(*), COUNT(*) FROM visits v WHERE v.account_id = @account AND v.kind = 'click' GROUP BY v.link, v.kind`,
	`INSERT INTO visit_counts (account_id, campaign_id, dimension, subject, kind, verdict, total, unique_count)
	SELECT @account, @campaign, 'provider', 'bench.example', v.kind, 'human', COUNT(*), COUNT(*) FROM visits v WHERE v.account_id = @account GROUP BY v.kind`,
	`UPDATE campaigns SET state = 'done', settled = true, next_at = NULL, started_at = @now, frozen_at = @now, finished_at = @now WHERE account_id = @account AND campaign_id = @campaign`,
}
