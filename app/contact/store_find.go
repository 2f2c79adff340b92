package contact

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Filter narrows the list of contacts. A prefix is looked for in one column, in the
// order of that column; without one the newest come first.
type Filter struct {
	In     string // SearchAddress, SearchName or SearchCompany
	Prefix string
	ListID id.ID
	Where  *Condition // a segment; nil for none
	After  id.ID      // the last contact of the page before
	Limit  int
}

// Columns to search in.
const (
	SearchAddress = "address"
	SearchName    = "name"
	SearchCompany = "company"
)

// lastRune is greater than every text that begins alike.
const lastRune = "\U0010FFFF"

// searchColumns are the keys of the columns, and the condition of their partial index in
// its very words: neither engine sees that a parameter implies it.
var searchColumns = map[string]struct{ column, partial string }{
	SearchAddress: {"address", ""},
	SearchName:    {"name_key", "name_key <> ''"},
	SearchCompany: {"company_key", "company_key <> ''"},
}

// Find returns a page of contacts.
func (s *Service) Find(ctx context.Context, scope account.Scope, f Filter) (rows []Contact, err error) {
	fields, err := s.Fields(ctx, scope)
	if err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if f.onlyList() {
			rows, err = f.ofList(tx)
			return err
		}
		q, err := f.narrow(tx, scope, fields, s.store.Now())
		if err != nil {
			return err
		}
		return q.Limit(f.Limit).Find(&rows).Error
	})
	return rows, translate("find", noContact, err)
}

// onlyList reports whether a list is all that is asked for.
func (f Filter) onlyList() bool {
	return !f.ListID.IsZero() && f.Where == nil && Fold(f.Prefix) == ""
}

// ofList goes by the list's own order, in two steps: asked in one, an engine may look at
// all members, or at all contacts.
func (f Filter) ofList(tx *gorm.DB) (rows []Contact, err error) {
	q := tx.Model(&Member{}).Where("list_id = ?", f.ListID)
	if !f.After.IsZero() {
		q = q.Where("contact_id < ?", f.After)
	}
	var ids []id.ID
	if err := q.Order("contact_id DESC").Limit(f.Limit).Pluck("contact_id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, err
	}
	return rows, tx.Where("contact_id IN ?", ids).Order("contact_id DESC").Find(&rows).Error
}

func (f Filter) narrow(tx *gorm.DB, scope account.Scope, fields []Field, now time.Time) (*gorm.DB, error) {
	q := tx.Model(&Contact{})
	if !f.ListID.IsZero() {
		q = q.Where("contact_id IN (SELECT contact_id FROM list_members WHERE account_id = ? AND list_id = ?)", scope.AccountID(), f.ListID)
	}
	if f.Where != nil {
		sql, args, err := f.Where.Compile(scope, fields, now)
		if err != nil {
			return nil, err
		}
		q = q.Where(sql, args...)
	}
	by, ok := searchColumns[f.In]
	if prefix := Fold(f.Prefix); ok && prefix != "" {
		return f.byColumn(q, tx, by.column, by.partial, prefix)
	}
	if !f.After.IsZero() {
		q = q.Where("contact_id < ?", f.After)
	}
	return q.Order("contact_id DESC"), nil
}

func (f Filter) byColumn(q, tx *gorm.DB, column, partial, prefix string) (*gorm.DB, error) {
	// A range rather than LIKE: the index serves it on both engines.
	q = q.Where(column+" >= ? AND "+column+" < ?", prefix, prefix+lastRune)
	if partial != "" {
		q = q.Where(partial)
	}
	if f.After.IsZero() {
		return q.Order(column + ", contact_id"), nil
	}
	var last Contact
	if err := tx.Take(&last, "contact_id = ?", f.After).Error; err != nil {
		return nil, err
	}
	key := map[string]string{"address": last.Address, "name_key": last.NameKey, "company_key": last.CompanyKey}[column]
	return q.Where("("+column+", contact_id) > (?, ?)", key, f.After).Order(column + ", contact_id"), nil
}
