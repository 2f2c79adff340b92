package reputation

import (
	"cmp"
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Sweep judges every account of which something bad became known lately, and every one
// that is not in good standing. It finds what Watch did not hear of: bounces and complaints
// that other processes took, and the time that heals.
func (s *Service) Sweep(ctx context.Context) error {
	var accounts []id.ID
	var sending []suspect
	err := s.store.SystemRead(ctx, "find accounts to be judged by their figures", func(_ context.Context, tx *gorm.DB) error {
		accounts, sending = nil, nil
		from := message.HourOf(s.store.Now().Add(-2 * time.Hour))
		err := tx.Raw(`SELECT DISTINCT account_id FROM outcome_hours WHERE hour >= ? AND (hard > 0 OR refused > 0 OR complained > 0)
			UNION SELECT account_id FROM standings WHERE level > 0 OR suspended OR stopped`, from).Scan(&accounts).Error
		if err != nil || len(accounts) == 0 {
			return err
		}
		var rows []struct{ AccountID, CampaignID id.ID }
		err = tx.Raw("SELECT account_id, campaign_id FROM campaigns WHERE account_id IN ? AND state = 'sending'", accounts).Scan(&rows).Error
		for _, r := range rows {
			sending = append(sending, suspect{r.AccountID, r.CampaignID})
		}
		return err
	})
	failed := []error{err}
	for _, one := range sending {
		failed = append(failed, s.judgeCampaign(ctx, one.account, one.campaign))
	}
	for _, account := range accounts {
		failed = append(failed, s.Judge(ctx, account))
	}
	return translate("sweep", errors.Join(failed...))
}

// keptHours is how long counters of hours are kept: a day more than they count.
const keptHours = week + day

// Trim forgets counters that count for nothing any more, and old origins of sign-ups.
func (s *Service) Trim(ctx context.Context) error {
	return translate("trim", s.store.SystemWrite(ctx, "forget old counters of hours", func(_ context.Context, tx *gorm.DB) error {
		now := s.store.Now()
		if err := tx.Exec("DELETE FROM sign_up_origins WHERE at < ?", now.Add(-keptOrigins)).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM outcome_hours WHERE hour < ?", message.HourOf(now.Add(-keptHours))).Error
	}))
}

func historyOf(tx *gorm.DB, accountID id.ID, now time.Time) (h history, err error) {
	err = tx.Raw("SELECT * FROM outcome_hours WHERE account_id = ? AND hour > ?", accountID, message.HourOf(now.Add(-week))).Scan(&h).Error
	return h, err
}

func standingOf(tx *gorm.DB, accountID id.ID) (Standing, error) {
	st := Standing{AccountID: accountID}
	var rows []Standing
	err := tx.Raw("SELECT * FROM standings WHERE account_id = ?", accountID).Scan(&rows).Error
	if len(rows) > 0 {
		st = rows[0]
	}
	return st, err
}

// Judge takes the step that an account's figures ask for, if any.
func (s *Service) Judge(ctx context.Context, accountID id.ID) error {
	due := false
	err := s.store.SystemRead(ctx, "judge an account by its figures", func(_ context.Context, tx *gorm.DB) error {
		st, f, _, err := s.judged(tx, accountID)
		due = err == nil && s.wants(st, f)
		return err
	})
	if err != nil || !due {
		return translate("judge", err)
	}
	return s.change(ctx, accountID, "take the step that an account's figures ask for", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		_, f, h, err := s.judged(tx, accountID)
		if err != nil || !s.wants(*st, f) {
			return err
		}
		return s.step(ctx, tx, st, f, h)
	})
}

// judged reads an account's figures and judges them. The operator's own account is never
// held: what it sends is what tells the others.
func (s *Service) judged(tx *gorm.DB, accountID id.ID) (st Standing, f Finding, h history, err error) {
	var kind string
	if err = tx.Raw("SELECT kind FROM accounts WHERE account_id = ? AND state <> 'closed'", accountID).Scan(&kind).Error; err != nil || kind == "operator" || kind == "" {
		return st, f, h, err
	}
	if st, err = standingOf(tx, accountID); err != nil {
		return st, f, h, err
	}
	if h, err = historyOf(tx, accountID, s.store.Now()); err != nil {
		return st, f, h, err
	}
	return st, judge(st, h, s.store.Now()), h, nil
}

// wants reports whether a finding asks for another level than the account is at.
func (s *Service) wants(st Standing, f Finding) bool {
	switch {
	case f.Level > st.Level:
		return true
	case f.Level == st.Level || st.Kept:
		return false
	}
	return s.store.Now().Sub(st.Since) >= leastTime[st.Level] && (st.Level > Warned || f.Level == Good)
}

// step goes from one level to another: up with a warning before anything else, or down.
func (s *Service) step(ctx context.Context, tx *gorm.DB, st *Standing, f Finding, h history) error {
	now := s.store.Now()
	if f.Level < st.Level {
		words := "The figures are back below the thresholds. "
		if f.Level > Warned {
			words = f.seen() + " That is better than it was. "
		}
		from := st.Level
		st.Level, st.Since, st.Until = f.Level, now, s.until(*st, f.Level, h)
		if err := s.guardLevel(tx, st, h); err != nil {
			return err
		}
		if from > Warned {
			words += f.Level.held(slowRate(h.at(now, message.Broadcast, st.CountedFrom)))
		}
		done := Step{Kind: StepEased, Words: words}.of(f)
		if f.Level < Slowed {
			defer func() { st.CaseID = "" }()
			if err := s.closeCase(tx, *st); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, st, done, from > Warned)
	}
	if st.Level == Good && f.Level > Warned {
		warned := f
		warned.Level = Warned
		st.Level, st.Since = Warned, now
		if err := s.record(ctx, tx, st, Step{Kind: StepWarned, Words: warned.seen() + " Nothing was held for that alone.", WayOut: warned.wayOut(Warned, now)}.of(warned), false); err != nil {
			return err
		}
	}
	st.Level, st.Since, st.Kept = f.Level, now, false
	st.Until = s.until(*st, f.Level, h)
	if f.Level >= Slowed {
		if err := s.openCase(tx, st, f.seen()); err != nil {
			return err
		}
	}
	if err := s.guardLevel(tx, st, h); err != nil {
		return err
	}
	until := now
	if st.Until != nil {
		until = *st.Until
	}
	perMinute := slowRate(h.at(now, message.Broadcast, st.CountedFrom))
	return s.record(ctx, tx, st, Step{Kind: kindOf[f.Level], Words: f.seen() + " " + f.Level.held(perMinute), WayOut: f.wayOut(f.Level, until)}.of(f), true)
}

func (s *Service) until(st Standing, l Level, h history) *time.Time {
	if l < Slowed {
		return nil
	}
	st.Level = l
	at := liftedAt(st, h, s.store.Now())
	return &at
}

// guardLevel makes what holds the account's mail by its figures be as its level says.
func (s *Service) guardLevel(tx *gorm.DB, st *Standing, h history) error {
	now := s.store.Now()
	row := guardRow{AccountID: st.AccountID, Cause: byFigures, Stream: string(message.Broadcast), FreeAt: now, Since: now}
	switch st.Level {
	case Slowed:
		row.PerMinute = slowRate(h.at(now, message.Broadcast, st.CountedFrom))
		row.Words = "Broadcast mail of this account is slowed down because of its bounces or complaints; its Standing page has the numbers."
	case BroadcastHeld:
		row.Words = "Broadcast mail of this account waits because of its bounces or complaints; its Standing page has the numbers and the way out."
	case AllHeld:
		row.Stream, row.Words = "", "All mail of this account waits because of its bounces or complaints; its Standing page has the numbers and the way out."
	case Good, Warned:
		return s.unguard(tx, st.AccountID, byFigures)
	}
	return s.guard(tx, row)
}

// guard replaces what one cause holds of an account.
func (s *Service) guard(tx *gorm.DB, row guardRow) error {
	if err := s.unguard(tx, row.AccountID, row.Cause); err != nil {
		return err
	}
	return tx.Create(&row).Error
}

func (s *Service) unguard(tx *gorm.DB, accountID id.ID, cause string) error {
	return tx.Where("account_id = ? AND cause = ?", accountID, cause).Delete(&guardRow{}).Error
}

// change changes an account's standing in one transaction, alone: of two who would, the
// second sees what the first did. What do left is stored, and what it holds counts at once
// in this process and within seconds in others.
func (s *Service) change(ctx context.Context, accountID id.ID, purpose string, do func(ctx context.Context, tx *gorm.DB, st *Standing) error) error {
	err := s.store.SystemWrite(ctx, purpose, func(ctx context.Context, tx *gorm.DB) error {
		first := Standing{AccountID: accountID, Since: s.store.Now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error; err != nil {
			return err
		}
		query := tx.Where("account_id = ?", accountID)
		if s.store.Engine() == store.Postgres {
			query = query.Clauses(clause.Locking{Strength: "UPDATE"})
		}
		var st Standing
		if err := query.Take(&st).Error; err != nil {
			return err
		}
		if err := do(ctx, tx, &st); err != nil {
			return err
		}
		store.AfterCommit(ctx, s.tellChange)
		return tx.Exec(`UPDATE standings SET level = ?, since = ?, until = ?, kept = ?, suspended = ?, stopped = ?, trusted = ?, counted_from = ?, case_id = ?
			WHERE account_id = ?`, st.Level, st.Since, st.Until, st.Kept, st.Suspended, st.Stopped, st.Trusted, st.CountedFrom, st.CaseID, accountID).Error
	})
	return translate(purpose, err)
}

// record appends a step, and tells the owner of it.
func (s *Service) record(ctx context.Context, tx *gorm.DB, st *Standing, step Step, tell bool) error {
	step.AccountID, step.ID, step.CaseID, step.At = st.AccountID, id.New(), cmp.Or(step.CaseID, st.CaseID), s.store.Now()
	step.Level, step.Suspended, step.Stopped, step.Trusted = st.Level, st.Suspended, st.Stopped, st.Trusted
	if err := tx.Create(&step).Error; err != nil {
		return err
	}
	if s.Metrics != nil {
		store.AfterCommit(ctx, func() { s.Metrics.Step(string(step.Kind)) })
	}
	if !tell && step.Kind != StepWarned || s.Mail == nil {
		return nil
	}
	to, err := ownerOf(tx, st.AccountID)
	if err != nil || to.Mail == "" {
		return err
	}
	return s.Mail.Stood(ctx, to, step)
}

func ownerOf(tx *gorm.DB, accountID id.ID) (to Owner, err error) {
	err = tx.Raw(`SELECT u.email AS mail, a.name AS account, a.slug FROM accounts a JOIN account_owners o ON o.account_id = a.account_id
		JOIN users u ON u.user_id = o.user_id WHERE a.account_id = ? ORDER BY u.user_id LIMIT 1`, accountID).Scan(&to).Error
	return to, err
}

// openCase opens a case unless one is open, and takes along what was seen before.
func (s *Service) openCase(tx *gorm.DB, st *Standing, by string) error {
	if !st.CaseID.IsZero() {
		return nil
	}
	st.CaseID = id.New()
	if err := tx.Create(&Case{AccountID: st.AccountID, ID: st.CaseID, OpenedBy: by, OpenedAt: s.store.Now()}).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE standing_notes SET case_id = ? WHERE account_id = ? AND case_id = ''", st.CaseID, st.AccountID).Error
}

func (s *Service) closeCase(tx *gorm.DB, st Standing) error {
	if st.CaseID.IsZero() {
		return nil
	}
	return tx.Exec("UPDATE standing_cases SET closed_at = ? WHERE account_id = ? AND case_id = ? AND closed_at IS NULL", s.store.Now(), st.AccountID, st.CaseID).Error
}
