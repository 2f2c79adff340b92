package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Move takes the accounts that are on older versions of a plan to a newer one: each is
// told at least MoveNotice days before, and moves with its first period that begins on the
// day or later. What it paid for is not cut short.
type Move struct {
	ID          id.ID `gorm:"column:move_id;primaryKey"`
	PlanID      id.ID
	Version     int
	EffectiveOn Date
	Summary     string
	MadeBy      id.ID
	MadeAt      time.Time
	WithdrawnAt *time.Time
}

// TableName implements gorm's Tabler.
func (Move) TableName() string { return "plan_moves" }

type moveNotice struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	MoveID    id.ID `gorm:"primaryKey"`
	ToldOn    Date
}

// TableName implements gorm's Tabler.
func (moveNotice) TableName() string { return "plan_move_notices" }

// MoveNotice is how many days before its move an account is told.
const MoveNotice = 30

const (
	maxSummary = 1000
	noMove     = "There is no such move."
	// olderOn are the subscriptions that a move is about.
	olderOn = "plan_id = ? AND version < ? AND ended_on = ''"
)

// EarliestMove is the first day that a move made now may have: telling everybody takes a
// day.
func EarliestMove(now time.Time) Date { return DateOf(now).Add(MoveNotice + 1) }

// MoveTo moves all accounts on older versions of a plan to the one that is sold now.
func (s *Service) MoveTo(ctx context.Context, by Staff, planID id.ID, on Date, summary string) (m Move, err error) {
	summary = strings.TrimSpace(summary)
	fields := map[string]string{}
	if summary == "" || len(summary) > maxSummary {
		fields["summary"] = "Say in plain words what changes, in at most 1,000 characters: it stands in every notice."
	}
	if _, err := time.Parse(time.DateOnly, string(on)); err != nil {
		fields["effective_on"] = "A day as year-month-day, for example 2027-03-01."
	} else if earliest := EarliestMove(s.store.Now()); on < earliest {
		fields["effective_on"] = fmt.Sprintf("Owners are told at least %d days before. The earliest day is %s.", MoveNotice, earliest.Long())
	}
	if len(fields) > 0 {
		return m, &fault.Error{Kind: fault.Invalid, Safe: "Please check what is marked.", Fields: fields}
	}
	err = s.store.SystemWrite(ctx, "move accounts to another version of their plan", func(ctx context.Context, tx *gorm.DB) error {
		p, err := plan(tx, planID, 0)
		if err != nil {
			return err
		}
		if err := soldToAll(tx, p); err != nil {
			return err
		}
		m = Move{ID: id.New(), PlanID: p.ID, Version: p.Version, EffectiveOn: on, Summary: summary, MadeBy: by.ID, MadeAt: s.store.Now()}
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "plan.move_announced", Object: audit.Object{ID: p.ID, Name: p.Name}, Reason: summary,
			After: audit.Values{"version": fmt.Sprint(p.Version), "effective_on": string(on)}})
	})
	if errors.Is(err, store.ErrDuplicate) {
		return m, fault.New(fault.Conflict, "A move to this version is announced already.")
	}
	return m, translate("move", noPlan, err)
}

// soldToAll refuses a version that lacks a price by which somebody pays, and one that
// nobody would move to.
func soldToAll(tx *gorm.DB, p Plan) error {
	var ways []struct {
		Currency string
		Every    Interval
	}
	if err := tx.Raw("SELECT DISTINCT currency, every FROM subscriptions WHERE "+olderOn, p.ID, p.Version).Scan(&ways).Error; err != nil {
		return err
	}
	if len(ways) == 0 {
		return fault.New(fault.Conflict, "Nobody is on an older version of this plan.")
	}
	for _, w := range ways {
		if _, sold := p.Price(w.Currency, w.Every); !sold {
			return fault.Newf(fault.Conflict, "Somebody pays in %s by the %s, and the version sold now has no such price.", w.Currency, w.Every)
		}
	}
	return nil
}

// OnOlder counts the accounts that are on older versions of a plan than this one.
func (s *Service) OnOlder(ctx context.Context, p Plan) (n int64, err error) {
	err = s.store.SystemRead(ctx, "count who is on older versions of a plan", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT COUNT(*) FROM subscriptions WHERE "+olderOn, p.ID, p.Version).Scan(&n).Error
	})
	return n, translate("count older versions", noPlan, err)
}

// WithdrawMove takes a move back. Who was told is not told again; who moved stays.
func (s *Service) WithdrawMove(ctx context.Context, by Staff, moveID id.ID) error {
	err := s.store.SystemWrite(ctx, "take a move back", func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&Move{}).Where("move_id = ? AND withdrawn_at IS NULL", moveID).Update("withdrawn_at", s.store.Now())
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.NotFound, noMove)
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "plan.move_withdrawn", Object: audit.Object{ID: moveID}})
	})
	return translate("withdraw a move", noMove, err)
}

// Moving is a move with where it stands.
type Moving struct {
	Move
	Older int64 // accounts still on an older version
	Told  int64
}

// Moves lists those of a plan that were not taken back, the newest first.
func (s *Service) Moves(ctx context.Context, planID id.ID) (list []Moving, err error) {
	err = s.store.SystemRead(ctx, "show staff the moves of a plan", func(_ context.Context, tx *gorm.DB) error {
		var moves []Move
		if err := tx.Where("plan_id = ? AND withdrawn_at IS NULL", planID).Order("version DESC").Find(&moves).Error; err != nil {
			return err
		}
		list = make([]Moving, len(moves))
		for i, m := range moves {
			list[i].Move = m
			if err := tx.Raw("SELECT COUNT(*) FROM subscriptions WHERE "+olderOn, m.PlanID, m.Version).Scan(&list[i].Older).Error; err != nil {
				return err
			}
			if err := tx.Raw("SELECT COUNT(*) FROM plan_move_notices WHERE move_id = ?", m.ID).Scan(&list[i].Told).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return list, translate("moves", noPlan, err)
}

const moveBatch = 200

// TellMoves gives notice of moves to whoever has not had it: in the portal and by mail,
// with one commit each. Running it often, or twice at once, tells everybody once.
func (s *Service) TellMoves(ctx context.Context) error {
	var moves []Move
	err := s.store.SystemRead(ctx, "find moves of plans", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("withdrawn_at IS NULL").Find(&moves).Error
	})
	var failed []error
	for _, m := range moves {
		var told []id.ID
		err := s.store.SystemRead(ctx, "find who has not been told of a move", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT account_id FROM subscriptions s WHERE "+olderOn+" AND NOT EXISTS (SELECT 1 FROM plan_move_notices n WHERE n.account_id = s.account_id AND n.move_id = ?) LIMIT ?",
				m.PlanID, m.Version, m.ID, moveBatch).Scan(&told).Error
		})
		failed = append(failed, err)
		for _, accountID := range told {
			failed = append(failed, s.store.SystemWrite(ctx, "tell an account of its move", func(ctx context.Context, tx *gorm.DB) error { return s.tellMove(ctx, tx, accountID, m) }))
		}
	}
	return translate("tell moves", noMove, errors.Join(append(failed, err)...))
}

func (s *Service) tellMove(ctx context.Context, tx *gorm.DB, accountID id.ID, m Move) error {
	done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&moveNotice{accountID, m.ID, s.today()})
	if done.Error != nil || done.RowsAffected == 0 {
		return done.Error
	}
	sub, found, err := subscription(tx, accountID)
	if err != nil || !found {
		return err
	}
	p, err := plan(tx, m.PlanID, m.Version)
	if err != nil {
		return err
	}
	to, err := customerOf(tx, accountID)
	if err != nil || to.Mail == "" {
		return err // the portal says it all the same
	}
	return s.mail.Moved(ctx, to.Payer, notice(sub, p, m, s.today()))
}

// MoveAhead is what an account is told of its move.
type MoveAhead struct {
	Plan    string
	On      Date // its first period of the new version begins
	Before  Money
	After   Money
	Summary string

	Currency string
	Every    Interval
}

// notice works out when the account moves: with its first period on the day or later that
// is the notice away from when it was told.
func notice(sub Subscription, p Plan, m Move, told Date) MoveAhead {
	on := sub.Period.End
	for on < m.EffectiveOn || on < told.Add(MoveNotice) {
		on = periodFrom(on, sub.Anchor, sub.Interval).End
	}
	price, _ := p.Price(sub.Currency, sub.Interval)
	return MoveAhead{Plan: p.Name, On: on, Before: sub.price().Amount, After: price.Amount, Summary: m.Summary, Currency: sub.Currency, Every: sub.Interval}
}

// Ahead returns the move that the account was told of and that is still to come.
func (s *Service) Ahead(ctx context.Context, scope account.Scope) (out *MoveAhead, err error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, translate("move ahead", noMove, err)
	}
	err = s.store.SystemRead(ctx, "tell an account of its move", func(_ context.Context, tx *gorm.DB) error {
		sub, found, err := subscription(tx, accountID)
		if err != nil || !found || sub.EndedOn != "" || sub.Ends || sub.Next != nil {
			return err
		}
		m, told, found, err := moveOf(tx, sub)
		if err != nil || !found {
			return err
		}
		p, err := plan(tx, m.PlanID, m.Version)
		ahead := notice(sub, p, m, told)
		out = &ahead
		return err
	})
	return out, translate("move ahead", noMove, err)
}

// moveOf finds the move to the newest version that the account was told of.
func moveOf(tx *gorm.DB, sub Subscription) (m Move, told Date, found bool, err error) {
	var rows []struct {
		Move
		ToldOn Date
	}
	err = tx.Raw(`SELECT m.*, n.told_on FROM plan_moves m JOIN plan_move_notices n ON n.move_id = m.move_id
		WHERE n.account_id = ? AND m.plan_id = ? AND m.version > ? AND m.withdrawn_at IS NULL ORDER BY m.version DESC LIMIT 1`, sub.AccountID, sub.Plan.ID, sub.Plan.Version).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return m, "", false, err
	}
	return rows[0].Move, rows[0].ToldOn, true, nil
}

// moved is the version that the account's next period begins with, by a move that it was
// told of in time.
func moved(tx *gorm.DB, sub Subscription) (Plan, bool, error) {
	m, told, found, err := moveOf(tx, sub)
	if err != nil || !found || sub.Period.End < m.EffectiveOn || sub.Period.End < told.Add(MoveNotice) {
		return Plan{}, false, err
	}
	p, err := plan(tx, m.PlanID, m.Version)
	return p, err == nil, err
}
