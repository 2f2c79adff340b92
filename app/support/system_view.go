package support

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Staff is a person of the operator, in one browser session.
type Staff struct {
	ID      id.ID
	Name    string // address
	Session string // its hash
}

// ViewLife bounds one view, whatever its grant allows (H-13).
const ViewLife = time.Hour

// View is staff seeing an account's pages.
type View struct {
	Account   account.Account
	GrantID   id.ID
	Owner     string // whose pages are seen
	ExpiresAt time.Time
}

const grantIsOpen = "account_id = ? AND granted_at IS NOT NULL AND ended_at IS NULL AND expires_at > ?"

// Ask asks an account's owner to let staff see its content. Staff have no scope in
// any account: what they do are system steps, recorded in both logs.
func (s *Service) Ask(ctx context.Context, by Staff, accountID id.ID, reason string) error {
	reason, err := audit.CheckReason(reason, askGrant)
	if err != nil {
		return err
	}
	err = s.store.SystemWrite(ctx, "staff ask for a support grant", func(ctx context.Context, tx *gorm.DB) error {
		var open int64
		if err := tx.Model(&row{}).Where("account_id = ? AND granted_by = '' AND ended_at IS NULL", accountID).Count(&open).Error; err != nil {
			return err
		}
		if open > 0 {
			return fault.New(fault.Conflict, "Access is asked for already. The owner has not answered yet.")
		}
		r := row{AccountID: accountID, GrantID: id.New(), Reason: reason, AskedBy: by.ID, AskedName: by.Name, AskedAt: s.store.Now()}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "support.asked", Account: accountID, Object: audit.Object{ID: r.GrantID}, Reason: reason})
	})
	if errors.Is(err, store.ErrReference) {
		return fault.New(fault.NotFound, "There is no such account.")
	}
	return asIs("ask", err)
}

// Begin lets staff see the account's pages in their session, under the grant that
// lasts the longest.
func (s *Service) Begin(ctx context.Context, by Staff, accountID id.ID) error {
	err := s.store.SystemWrite(ctx, "staff begin to see an account's pages", func(ctx context.Context, tx *gorm.DB) error {
		var g row
		now := s.store.Now()
		if err := tx.Where(grantIsOpen, accountID, now).Order("expires_at DESC").Take(&g).Error; err != nil {
			return err
		}
		if err := endViews(tx, by.Session, now); err != nil {
			return err
		}
		ends := now.Add(ViewLife)
		if g.ExpiresAt.Before(ends) {
			ends = *g.ExpiresAt
		}
		v := viewRow{AccountID: accountID, ViewID: id.New(), GrantID: g.GrantID, StaffID: by.ID, SessionHash: by.Session, BeganAt: now, ExpiresAt: ends}
		if err := tx.Create(&v).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "support.view_began", Account: accountID, Object: audit.Object{ID: g.GrantID}, After: audit.Values{"reason": g.Reason}})
	})
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.Forbidden, "The owner of this account has not let us see its content, or the time is over. Ask for access first.")
	}
	return asIs("begin a view", err)
}

// Leave ends the views of a session.
func (s *Service) Leave(ctx context.Context, by Staff) error {
	err := s.store.SystemWrite(ctx, "staff end their views", func(_ context.Context, tx *gorm.DB) error {
		return endViews(tx, by.Session, s.store.Now())
	})
	return asIs("leave", err)
}

func endViews(tx *gorm.DB, session string, now time.Time) error {
	return tx.Model(&viewRow{}).Where("session_hash = ? AND ended_at IS NULL", session).Update("ended_at", now).Error
}

// Look finds the view by which staff may see the account of a slug right now, and
// records that they open a page of it. Without one it is NotFound, as for everybody
// who is no member.
func (s *Service) Look(ctx context.Context, by Staff, slug, page string) (v View, err error) {
	err = s.store.SystemWrite(ctx, "staff open a page of an account under a grant", func(ctx context.Context, tx *gorm.DB) error {
		var found struct {
			AccountID id.ID
			GrantID   id.ID
			Reason    string
			ExpiresAt time.Time
		}
		now := s.store.Now()
		done := tx.Raw(`SELECT v.account_id, v.grant_id, g.reason, v.expires_at FROM support_views v
			JOIN support_grants g ON g.account_id = v.account_id AND g.grant_id = v.grant_id
			JOIN accounts a ON a.account_id = v.account_id
			WHERE v.session_hash = ? AND v.staff_id = ? AND a.slug = ? AND v.ended_at IS NULL AND v.expires_at > ? AND g.ended_at IS NULL AND g.expires_at > ?`,
			by.Session, by.ID, slug, now, now).Scan(&found)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		v.GrantID, v.ExpiresAt = found.GrantID, found.ExpiresAt
		if err := tx.Raw("SELECT account_id AS id, slug, name, kind, state, created_at FROM accounts WHERE account_id = ?", found.AccountID).Scan(&v.Account).Error; err != nil {
			return err
		}
		if err := tx.Raw("SELECT u.email FROM users u JOIN members m ON m.user_id = u.user_id WHERE m.account_id = ? AND m.role = 'owner'", found.AccountID).Scan(&v.Owner).Error; err != nil {
			return err
		}
		return s.audit.Staff(audit.Under(ctx, v.Owner, v.GrantID), audit.StaffEntry{
			StaffID: by.ID, Action: "support.page_viewed", Account: found.AccountID, Object: audit.Object{Name: page},
			After: audit.Values{"reason": found.Reason}, // the owner's words: they go into the account's log only
		})
	})
	if errors.Is(err, store.ErrNotFound) {
		return v, fault.New(fault.NotFound, "There is no such account.")
	}
	return v, asIs("look", err)
}

// Viewing returns the account that staff see in their session right now; zero for none.
func (s *Service) Viewing(ctx context.Context, by Staff) (accountID id.ID, err error) {
	err = s.store.SystemRead(ctx, "find whose pages staff see", func(_ context.Context, tx *gorm.DB) error {
		now := s.store.Now()
		return tx.Raw(`SELECT v.account_id FROM support_views v JOIN support_grants g ON g.account_id = v.account_id AND g.grant_id = v.grant_id
			WHERE v.session_hash = ? AND v.staff_id = ? AND v.ended_at IS NULL AND v.expires_at > ? AND g.ended_at IS NULL AND g.expires_at > ?`,
			by.Session, by.ID, now, now).Scan(&accountID).Error
	})
	return accountID, asIs("viewing", err)
}
