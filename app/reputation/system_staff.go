package reputation

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/approval"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Staff is a person of the operator who decides something, and why.
type Staff struct {
	ID     id.ID
	Reason string
}

// by tidies the reason.
func (by Staff) check() (Staff, error) {
	reason, err := audit.CheckReason(by.Reason, "Say why, in words that the customer may read.")
	by.Reason = reason
	return by, err
}

// decide changes a standing by a person's decision: the step, the audit of both sides and
// the mail come with it or not at all.
func (s *Service) decide(ctx context.Context, by Staff, accountID id.ID, action audit.Action, do func(ctx context.Context, tx *gorm.DB, st *Standing) (Step, error)) error {
	by, err := by.check()
	if err != nil {
		return err
	}
	return s.change(ctx, accountID, "let staff decide about an account", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		var kind string
		if err := tx.Raw("SELECT kind FROM accounts WHERE account_id = ?", accountID).Scan(&kind).Error; err != nil {
			return err
		}
		if kind == "" {
			return noAccount
		}
		step, err := do(ctx, tx, st)
		if err != nil {
			return err
		}
		step.Staff, step.Reason = by.ID, by.Reason
		if err := s.record(ctx, tx, st, step, true); err != nil {
			return err
		}
		return s.Audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: action, Account: accountID, Object: audit.Object{ID: accountID}, Reason: by.Reason})
	})
}

// Lift ends what the figures hold: what was counted so far is settled.
func (s *Service) Lift(ctx context.Context, by Staff, accountID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.lifted", func(_ context.Context, tx *gorm.DB, st *Standing) (Step, error) {
		if st.Level == Good {
			return Step{}, fault.New(fault.Conflict, "Nothing is held by the figures of this account.")
		}
		now := s.store.Now()
		st.Level, st.Since, st.Until, st.Kept, st.CountedFrom = Good, now, nil, false, message.HourOf(now)
		if err := s.unguard(tx, accountID, byFigures); err != nil {
			return Step{}, err
		}
		return Step{Kind: StepLifted, Words: "A person looked at it and lifted it. What was counted until now is settled; figures begin anew."}, nil
	})
}

// Keep lets what is held stay until staff lift it, whatever the figures become.
func (s *Service) Keep(ctx context.Context, by Staff, accountID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.kept", func(_ context.Context, _ *gorm.DB, st *Standing) (Step, error) {
		if st.Level < Slowed {
			return Step{}, fault.New(fault.Conflict, "Nothing is held that could be kept.")
		}
		st.Kept, st.Until = true, nil
		return Step{Kind: StepKept, Words: "A person looked at it: it stays as it is until we lift it."}, nil
	})
}

// Suspend stops an account in every way, until two people of staff lift it (app/approval).
func (s *Service) Suspend(ctx context.Context, by Staff, accountID id.ID) error {
	return s.withAccounts(ctx, by, accountID, s.Accounts.Suspend, func(tx *gorm.DB, st *Standing) (Step, error) {
		if err := s.openCase(tx, st, "Suspended by staff."); err != nil {
			return Step{}, err
		}
		st.Suspended = true
		return Step{
			Kind: StepSuspended, Words: "The account is suspended: nothing more is sent for it. You can sign in, read everything and take your data with you.",
			WayOut: "Write to us on this page what has changed. Two people look at it before it is lifted.",
		}, s.guard(tx, s.hold(accountID, bySuspension, "This account is suspended; its Standing page says why, and takes an appeal."))
	})
}

// Restore lifts a suspension. Two people decide that: see Lifting.
func (s *Service) Restore(ctx context.Context, by Staff, accountID id.ID) error {
	return s.withAccounts(ctx, by, accountID, s.Accounts.Lift, func(tx *gorm.DB, st *Standing) (Step, error) {
		now := s.store.Now()
		st.Suspended, st.Level, st.Since, st.Until, st.Kept, st.CountedFrom = false, Good, now, nil, false, message.HourOf(now)
		err := s.unguard(tx, accountID, byFigures)
		if err == nil {
			err = s.unguard(tx, accountID, bySuspension)
		}
		return Step{Kind: StepRestored, Words: "The suspension is lifted: mail goes on, what waited included. Figures begin anew."}, err
	})
}

// Lifting is the act of lifting a suspension with all that hangs on it.
func (s *Service) Lifting(k approval.Kind) approval.Kind {
	k.Do = func(ctx context.Context, r approval.Request) error {
		return s.Restore(ctx, Staff{r.AskedBy, r.Reason}, r.Object)
	}
	return k
}

// withAccounts changes the state of an account itself, which is recorded there, together
// with its standing.
func (s *Service) withAccounts(ctx context.Context, by Staff, accountID id.ID, turn func(ctx context.Context, staffID, accountID id.ID, reason string) error, do func(tx *gorm.DB, st *Standing) (Step, error)) error {
	by, err := by.check()
	if err != nil {
		return err
	}
	return s.change(ctx, accountID, "suspend an account, or lift it", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		if err := turn(ctx, by.ID, accountID, by.Reason); err != nil {
			return err
		}
		step, err := do(tx, st)
		if err != nil {
			return err
		}
		step.Staff, step.Reason = by.ID, by.Reason
		return s.record(ctx, tx, st, step, true)
	})
}

func (s *Service) hold(accountID id.ID, cause, words string) guardRow {
	now := s.store.Now()
	return guardRow{AccountID: accountID, Cause: cause, Words: words, FreeAt: now, Since: now}
}

// Stop lets nothing more leave for an account, within seconds, what is queued included.
func (s *Service) Stop(ctx context.Context, by Staff, accountID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.stopped", func(_ context.Context, tx *gorm.DB, st *Standing) (Step, error) {
		if st.Stopped {
			return Step{}, fault.New(fault.Conflict, "This account is stopped already.")
		}
		if err := s.openCase(tx, st, "Stopped by staff."); err != nil {
			return Step{}, err
		}
		st.Stopped = true
		err := s.guard(tx, s.hold(accountID, byStop, "All mail of this account is stopped for the moment, while we look at it; its Standing page says why."))
		return Step{Kind: StepStopped, Words: "We stopped all mail of this account for the moment, while we look at it. Nothing is lost: it waits.", WayOut: "Write to us on this page if you know what it is about."}, err
	})
}

// Begin takes back a stop.
func (s *Service) Begin(ctx context.Context, by Staff, accountID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.started", func(_ context.Context, tx *gorm.DB, st *Standing) (Step, error) {
		if !st.Stopped {
			return Step{}, fault.New(fault.Conflict, "This account is not stopped.")
		}
		st.Stopped = false
		return Step{Kind: StepStarted, Words: "Mail goes on, what waited included."}, s.unguard(tx, accountID, byStop)
	})
}

// Trust takes the limits of new accounts away.
func (s *Service) Trust(ctx context.Context, by Staff, accountID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.trusted", func(_ context.Context, tx *gorm.DB, st *Standing) (Step, error) {
		if st.Trusted {
			return Step{}, fault.New(fault.Conflict, "This account is trusted already.")
		}
		st.Trusted = true
		return Step{Kind: StepTrusted, Words: "The limits of new accounts are over for this one."}, s.unguard(tx, accountID, byNew)
	})
}

// LetGo lets a campaign go on that was paused because of its figures; they do not pause it again.
func (s *Service) LetGo(ctx context.Context, by Staff, accountID, campaignID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.campaign_let_go", func(ctx context.Context, tx *gorm.DB, _ *Standing) (Step, error) {
		var halted int64
		if err := tx.Raw("SELECT COUNT(*) FROM standing_steps WHERE account_id = ? AND campaign_id = ? AND kind IN ?", accountID, campaignID, []Kind{StepCampaign, StepContent}).Scan(&halted).Error; err != nil {
			return Step{}, err
		}
		went, err := s.Campaigns.LetGo(ctx, accountID, campaignID)
		if err == nil && (halted == 0 || !went) {
			err = fault.New(fault.Conflict, "This campaign does not wait for us.")
		}
		return Step{Kind: StepLetGo, CampaignID: campaignID, Stream: string(message.Broadcast), Words: "A person looked at it: the campaign goes on."}, err
	})
}

// CloseCase ends a case of an account that nothing holds.
func (s *Service) CloseCase(ctx context.Context, by Staff, accountID id.ID) error {
	return s.decide(ctx, by, accountID, "standing.case_closed", func(_ context.Context, tx *gorm.DB, st *Standing) (Step, error) {
		if st.CaseID.IsZero() {
			return Step{}, fault.New(fault.Conflict, "No case of this account is open.")
		}
		if st.Held(true) {
			return Step{}, fault.New(fault.Conflict, "Mail of this account is held. Decide about that first.")
		}
		step := Step{Kind: StepClosed, CaseID: st.CaseID, Words: "The case is closed."}
		err := s.closeCase(tx, *st)
		st.CaseID = ""
		return step, err
	})
}

// StopEverything lets nothing leave for anybody, within seconds.
func (s *Service) StopEverything(ctx context.Context, by Staff) error {
	return s.emergency(ctx, by, "standing.everything_stopped", func(tx *gorm.DB, by Staff) error {
		return tx.Exec("INSERT INTO emergency_stop (stop_id, staff, reason, since) VALUES (1, ?, ?, ?) ON CONFLICT (stop_id) DO NOTHING", by.ID, by.Reason, s.store.Now()).Error
	})
}

// StartEverything takes that back.
func (s *Service) StartEverything(ctx context.Context, by Staff) error {
	return s.emergency(ctx, by, "standing.everything_started", func(tx *gorm.DB, _ Staff) error { return tx.Exec("DELETE FROM emergency_stop").Error })
}

func (s *Service) emergency(ctx context.Context, by Staff, action audit.Action, do func(tx *gorm.DB, by Staff) error) error {
	by, err := by.check()
	if err != nil {
		return err
	}
	return translate("emergency", s.store.SystemWrite(ctx, "stop or start everything", func(ctx context.Context, tx *gorm.DB) error {
		if err := do(tx, by); err != nil {
			return err
		}
		store.AfterCommit(ctx, s.tellChange)
		return s.Audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: action, Reason: by.Reason})
	}))
}

// Say adds a note of staff to an account's case: an answer goes to the customer.
func (s *Service) Say(ctx context.Context, by id.ID, accountID id.ID, kind NoteKind, text string) error {
	text, err := checkText(text)
	if err != nil {
		return err
	}
	if kind != Answer && kind != Remark {
		return fault.Field("kind", "Choose whom it is for.")
	}
	return s.change(ctx, accountID, "add what staff say to a case", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		if st.CaseID.IsZero() {
			return fault.New(fault.Conflict, "No case of this account is open.")
		}
		if err := tx.Create(&Note{AccountID: accountID, ID: id.New(), CaseID: st.CaseID, Kind: kind, Author: by, Text: text, At: s.store.Now()}).Error; err != nil {
			return err
		}
		if err := s.Audit.Staff(ctx, audit.StaffEntry{StaffID: by, Action: audit.Action("standing." + map[NoteKind]string{Answer: "answered", Remark: "noted"}[kind]), Account: accountID, Object: audit.Object{ID: st.CaseID}}); err != nil || kind != Answer {
			return err
		}
		to, err := ownerOf(tx, accountID)
		if err != nil || to.Mail == "" {
			return err
		}
		return s.Mail.Answered(ctx, to, text)
	})
}

const mostText = 4000

// checkText tidies what somebody wrote.
func checkText(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return "", fault.Field("text", "Write a few words.")
	case len(text) > mostText:
		return "", fault.Field("text", "At most 4,000 characters, please.")
	case !utf8Valid(text):
		return "", fault.Field("text", "This text has characters that cannot be kept.")
	}
	return text, nil
}

func utf8Valid(text string) bool {
	return strings.ToValidUTF8(text, "") == text && !strings.Contains(text, "\x00")
}
