package account

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// Membership is an account seen by one of its members.
type Membership struct {
	Account Account
	Role    Role
}

type membershipRow struct {
	AccountID id.ID
	Slug      string
	Name      string
	Kind      Kind
	State     State
	CreatedAt time.Time
	Role      Role

	RequireTwoFactors bool
}

func (r membershipRow) membership() Membership {
	return Membership{
		Account: Account{
			ID: r.AccountID, Slug: r.Slug, Name: r.Name, Kind: r.Kind, State: r.State, CreatedAt: r.CreatedAt, RequireTwoFactors: r.RequireTwoFactors,
		},
		Role: r.Role,
	}
}

const membershipQuery = `SELECT a.account_id, a.slug, a.name, a.kind, a.state, a.created_at, a.require_two_factors, m.role
	FROM members m JOIN accounts a ON a.account_id = m.account_id WHERE m.user_id = ? AND a.kind <> 'operator'`

// MembershipsOf returns the accounts of a user who has just proven who they are,
// the earliest first. It crosses accounts: a user may belong to several.
func (s *Service) MembershipsOf(ctx context.Context, userID id.ID) ([]Membership, error) {
	var rows []membershipRow
	err := s.store.SystemRead(ctx, "list a user's accounts", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(membershipQuery+" ORDER BY m.created_at, a.account_id", userID).Scan(&rows).Error
	})
	if err != nil {
		return nil, translate("memberships", err)
	}
	out := make([]Membership, len(rows))
	for i, r := range rows {
		out[i] = r.membership()
	}
	return out, nil
}

// MembershipBySlug returns the user's place in the account of that slug. An
// unknown slug and another's account are the same NotFound.
func (s *Service) MembershipBySlug(ctx context.Context, userID id.ID, slug string) (Membership, error) {
	var r membershipRow
	err := s.store.SystemRead(ctx, "find a user's account by its slug", func(_ context.Context, tx *gorm.DB) error {
		found := tx.Raw(membershipQuery+" AND a.slug = ?", userID, slug).Scan(&r)
		if found.Error == nil && found.RowsAffected == 0 {
			return gorm.ErrRecordNotFound
		}
		return found.Error
	})
	if err != nil {
		return Membership{}, translate("membership", err)
	}
	return r.membership(), nil
}
