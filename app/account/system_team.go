package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Person is a member with the name and address by which others know them.
type Person struct {
	UserID    id.ID
	Name      string
	Email     string
	Confirmed bool
	Role      Role
	CreatedAt time.Time
}

type personRow struct {
	UserID           id.ID
	Name             string
	Email            string
	EmailConfirmedAt *time.Time
	Role             Role
	CreatedAt        time.Time
}

func (r personRow) person() Person {
	return Person{UserID: r.UserID, Name: r.Name, Email: r.Email, Confirmed: r.EmailConfirmedAt != nil, Role: r.Role, CreatedAt: r.CreatedAt}
}

const teamQuery = `SELECT u.user_id, u.name, u.email, u.email_confirmed_at, m.role, m.created_at
	FROM members m JOIN users u ON u.user_id = m.user_id WHERE m.account_id = ?`

// Team returns a page of the account's members in the order of their addresses, those
// that begin with a prefix, behind one of them. It joins users, who belong to no account.
func (s *Service) Team(ctx context.Context, scope Scope, prefix, after string, limit int) ([]Person, error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, err
	}
	prefix = strings.ToLower(prefix)
	var rows []personRow
	err = s.store.SystemRead(ctx, "list an account's members with their addresses", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(teamQuery+" AND u.email_key >= ? AND u.email_key < ? AND u.email_key > ? ORDER BY u.email_key LIMIT ?",
			accountID, prefix, prefix+"\uffff", strings.ToLower(after), limit).Scan(&rows).Error
	})
	if err != nil {
		return nil, translate("team", err)
	}
	people := make([]Person, len(rows))
	for i, r := range rows {
		people[i] = r.person()
	}
	return people, nil
}

// person returns one member of the account, as of now.
func (s *Service) person(ctx context.Context, scope Scope, userID id.ID) (Person, error) {
	accountID, err := scope.Account()
	if err != nil {
		return Person{}, err
	}
	var r personRow
	err = s.store.SystemRead(ctx, "find a member of an account with the address", func(_ context.Context, tx *gorm.DB) error {
		found := tx.Raw(teamQuery+" AND m.user_id = ?", accountID, userID).Scan(&r)
		if found.Error == nil && found.RowsAffected == 0 {
			return gorm.ErrRecordNotFound
		}
		return found.Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return Person{}, fault.New(fault.NotFound, "There is no such member.")
	}
	return r.person(), asIs("find a member", err)
}

// Owner returns the account's owner, whose address gets legal notices.
func (s *Service) Owner(ctx context.Context, scope Scope) (Person, error) {
	accountID, err := scope.Account()
	if err != nil {
		return Person{}, err
	}
	var r personRow
	err = s.store.SystemRead(ctx, "find an account's owner", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(teamQuery+" AND m.role = 'owner'", accountID).Scan(&r).Error
	})
	return r.person(), asIs("find the owner", err)
}

func (s *Service) memberWithAddress(ctx context.Context, scope Scope, emailKey string) (found bool, err error) {
	err = s.store.SystemRead(ctx, "tell whether an address is a member's", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) > 0 FROM members m JOIN users u ON u.user_id = m.user_id WHERE m.account_id = ? AND u.email_key = ?",
			scope.AccountID(), emailKey).Scan(&found).Error
	})
	return found, err
}
