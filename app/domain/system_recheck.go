package domain

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/audit"
	"smtpserver/app/store"
)

// looksAtOnce bounds the domains that one process looks at in parallel.
const looksAtOnce = 8

// RecheckDue looks at the domains that are due, at most limit of them, and returns
// how many it looked at. Several processes may run it at once: each domain is
// claimed by pushing its next check away, and a look that was overtaken writes
// nothing.
func (s *Service) RecheckDue(ctx context.Context, limit int) (int, error) {
	due, err := s.dueForCheck(ctx, limit)
	if err != nil {
		return 0, err
	}
	var looked atomic.Int64
	var group errgroup.Group // without a shared context: one domain's fault stops no other look
	group.SetLimit(looksAtOnce)
	for _, d := range due {
		group.Go(func() error {
			ticket, ok, err := s.claimCheck(ctx, d)
			if err != nil || !ok {
				return err
			}
			looked.Add(1)
			return s.check(ctx, d, ticket)
		})
	}
	err = group.Wait()
	return int(looked.Load()), err
}

func (s *Service) dueForCheck(ctx context.Context, limit int) ([]Domain, error) {
	var rows []row
	err := s.store.SystemRead(ctx, "find domains that are due for a look at DNS", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("next_check_at <= ?", s.store.Now()).Order("next_check_at").Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("domain: find due: %w", err)
	}
	due := make([]Domain, len(rows))
	for i, r := range rows {
		due[i] = r.domain()
	}
	return due, nil
}

// claimCheck is beginCheck for the periodic look: it wins only while nobody else
// has moved the time that made the domain due.
func (s *Service) claimCheck(ctx context.Context, d Domain) (ticket time.Time, ok bool, err error) {
	now := s.store.Now()
	ticket = newTicket(now)
	err = s.store.SystemWrite(ctx, "claim a domain for a look at DNS", func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&row{}).Where("account_id = ? AND domain_id = ? AND next_check_at = ?", d.AccountID, d.ID, d.NextCheckAt).
			Updates(map[string]any{"next_check_at": ticket, "checked_at": now})
		ok = done.RowsAffected == 1
		return done.Error
	})
	if err != nil {
		return ticket, false, fmt.Errorf("domain: claim a check: %w", err)
	}
	return ticket, ok, nil
}

// check looks at DNS, outside of any transaction, and writes what it means.
func (s *Service) check(ctx context.Context, d Domain, ticket time.Time) error {
	var keys []dkimKey
	err := s.store.SystemRead(ctx, "read the keys of a domain that is looked at", func(_ context.Context, tx *gorm.DB) (err error) {
		keys, err = keysOf(tx, d)
		return err
	})
	if err != nil {
		return fmt.Errorf("domain: check: %w", err)
	}
	records := s.records(d, keys)
	saw := s.look(ctx, d, records)
	if err := ctx.Err(); err != nil {
		return err // stopped by us: that says nothing about anybody's DNS
	}
	o, reason := judge(records, saw.findings)
	return s.settle(ctx, d, ticket, saw, o, reason)
}

var errOvertaken = errors.New("domain: another look began later")

// settle commits one look: claim, state and verdicts together.
func (s *Service) settle(ctx context.Context, d Domain, ticket time.Time, saw sight, o outcome, reason string) error {
	err := s.store.SystemWrite(ctx, "write what a look at DNS means", func(ctx context.Context, tx *gorm.DB) error {
		o, reason := o, reason
		now := s.store.Now()
		if o == proven {
			won, err := claim(tx, d, now)
			if err != nil {
				return err
			}
			if !won {
				o, reason = taken, takenReason
			}
		}
		current, err := lockForTicket(tx, d, ticket)
		if err != nil {
			return err
		}
		next := current.after(o, reason, now)
		if saw.dnsHost != "" {
			next.DNSHost = saw.dnsHost
		}
		if err := writeState(tx, next); err != nil {
			return err
		}
		store.AfterCommit(ctx, func() { s.logChange(ctx, current, next) })
		if err := s.recordChange(ctx, current, next); err != nil {
			return err
		}
		return writeFindings(tx, d, saw.findings, now)
	})
	switch {
	case errors.Is(err, errOvertaken), errors.Is(err, store.ErrReference):
		return nil // a later look saw more and writes, or the domain was deleted meanwhile
	case err != nil:
		return fmt.Errorf("domain: settle a check: %w", err)
	}
	return nil
}

// recordChange tells the account when a look changed what the domain may do.
func (s *Service) recordChange(ctx context.Context, was, is Domain) error {
	if was.State == is.State {
		return nil
	}
	return s.audit.System(ctx, is.AccountID, audit.Entry{
		Action: audit.Action("domain." + string(is.State)), Object: audit.Object{ID: is.ID, Name: is.Name},
		Before: audit.Values{"state": string(was.State)}, After: audit.Values{"state": string(is.State), "reason": is.Reason},
	})
}

// lockForTicket reads the domain as it is now, locked until the commit, unless
// another look has begun since.
func lockForTicket(tx *gorm.DB, d Domain, ticket time.Time) (Domain, error) {
	done := tx.Model(&row{}).Where("account_id = ? AND domain_id = ? AND next_check_at = ?", d.AccountID, d.ID, ticket).
		Update("next_check_at", ticket)
	switch {
	case done.Error != nil:
		return Domain{}, done.Error
	case done.RowsAffected == 0:
		return Domain{}, errOvertaken
	}
	var r row
	err := tx.Where("account_id = ? AND domain_id = ?", d.AccountID, d.ID).Take(&r).Error
	return r.domain(), err
}

func writeState(tx *gorm.DB, d Domain) error {
	return tx.Model(&row{}).Where("account_id = ? AND domain_id = ?", d.AccountID, d.ID).Updates(map[string]any{
		"state": d.State, "reason": d.Reason, "dns_host": d.DNSHost, "verified_at": d.VerifiedAt,
		"failing_since": d.FailingSince, "next_check_at": d.NextCheckAt,
	}).Error
}

func writeFindings(tx *gorm.DB, d Domain, findings map[Purpose]finding, now time.Time) error {
	rows := make([]recordRow, 0, len(findings))
	for purpose, f := range findings {
		rows = append(rows, recordRow{
			AccountID: d.AccountID, DomainID: d.ID, Purpose: purpose,
			Verdict: f.verdict, Explanation: f.explanation, Seen: f.seen, CheckedAt: &now,
		})
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error
}

func (s *Service) logChange(ctx context.Context, from, to Domain) {
	if from.State != to.State {
		s.log.InfoContext(ctx, "a domain changed its state", "account", to.AccountID, "domain", to.ID, "from", from.State, "to", to.State)
	}
}
