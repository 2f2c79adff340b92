package office

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// change runs fn in one transaction. Staff belong to no account.
func (p *People) change(ctx context.Context, purpose string, fn func(context.Context) error) error {
	return p.store.SystemWrite(ctx, purpose, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

// RolesOf returns what a person may do; none for who is no staff, or ended.
func (p *People) RolesOf(ctx context.Context, userID id.ID) (Roles, error) {
	roles, err := p.rolesOf(ctx, userID)
	return roles, asIs("roles", err)
}

func (p *People) rolesOf(ctx context.Context, userID id.ID) (roles Roles, err error) {
	err = p.store.SystemRead(ctx, "read the roles of a person of staff", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT r.role FROM staff_roles r JOIN users u ON u.user_id = r.user_id WHERE r.user_id = ? AND u.staff = TRUE", userID).Scan(&roles).Error
	})
	return roles.tidy(), err
}

const peopleQuery = `SELECT u.user_id AS id, u.name, u.email, u.created_at,
	(SELECT s.seen_at FROM sessions s WHERE s.user_id = u.user_id ORDER BY s.seen_at DESC LIMIT 1) AS seen_at,
	(EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = u.user_id AND a.confirmed_at IS NOT NULL)
		OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.user_id)) AS two_factors
	FROM users u WHERE u.staff = TRUE`

const mostPeople = 500

// List returns everybody who works or worked for the operator, by address.
func (p *People) List(ctx context.Context) ([]Person, error) {
	list, err := p.find(ctx, peopleQuery+" ORDER BY u.email_key LIMIT ?", mostPeople)
	return list, asIs("list", err)
}

// Get returns one of them.
func (p *People) Get(ctx context.Context, userID id.ID) (Person, error) {
	who, err := p.person(ctx, userID)
	return who, asIs("get", err)
}

// Find returns the person of an address.
func (p *People) Find(ctx context.Context, email string) (Person, error) {
	who, err := p.one(ctx, "u.email_key = lower(?)", email)
	return who, asIs("find", err)
}

func (p *People) person(ctx context.Context, userID id.ID) (Person, error) {
	return p.one(ctx, "u.user_id = ?", userID)
}

func (p *People) one(ctx context.Context, which string, value any) (Person, error) {
	list, err := p.find(ctx, peopleQuery+" AND "+which, value)
	if err == nil && len(list) == 0 {
		err = errNobody
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

func (p *People) find(ctx context.Context, query string, args ...any) (list []Person, err error) {
	err = p.store.SystemRead(ctx, "list people of staff with their roles", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Raw(query, args...).Scan(&list).Error; err != nil {
			return err
		}
		if len(list) == 0 {
			return nil
		}
		ids := make([]id.ID, len(list))
		for i := range list {
			ids[i] = list[i].ID
		}
		var rows []struct {
			UserID id.ID
			Role   Role
		}
		if err := tx.Raw("SELECT user_id, role FROM staff_roles WHERE user_id IN ?", ids).Scan(&rows).Error; err != nil {
			return err
		}
		for i := range list {
			for _, r := range rows {
				if r.UserID == list[i].ID {
					list[i].Roles = append(list[i].Roles, r.Role)
				}
			}
			list[i].Roles = list[i].Roles.tidy()
		}
		return nil
	})
	return list, err
}

// setRoles replaces a person's roles.
func (p *People) setRoles(ctx context.Context, by By, userID id.ID, roles Roles) error {
	return p.store.SystemWrite(ctx, "replace the roles of a person of staff", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM staff_roles WHERE user_id = ?", userID).Error; err != nil {
			return err
		}
		for _, role := range roles {
			err := tx.Exec("INSERT INTO staff_roles (user_id, role, given_by, given_at) VALUES (?, ?, ?, ?)", userID, role, by.ID, p.store.Now()).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// keepOperator refuses when nobody else manages staff. It locks all who do: of two who
// take each other's role at the same time one waits, and is refused.
func (p *People) keepOperator(ctx context.Context, userID id.ID) error {
	return p.store.SystemWrite(ctx, "see that an operator stays", func(_ context.Context, tx *gorm.DB) error {
		query := "SELECT user_id FROM staff_roles WHERE role = 'operator' ORDER BY user_id"
		if p.store.Engine() == store.Postgres {
			query += " FOR UPDATE"
		}
		var operators []id.ID
		if err := tx.Raw(query).Scan(&operators).Error; err != nil {
			return err
		}
		for _, one := range operators {
			if one != userID {
				return nil
			}
		}
		return errLastOperator
	})
}
