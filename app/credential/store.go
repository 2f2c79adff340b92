package credential

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// row is a line of the credentials table.
type row struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	CredentialID id.ID `gorm:"primaryKey"`
	Name         string
	Kind         string
	SecretHash   string
	Hint         string
	DomainID     *id.ID
	Stream       string
	Networks     string
	CreatedBy    id.ID
	CreatedAt    time.Time
	LastUsedAt   *time.Time
	LastUsedIP   string `gorm:"column:last_used_ip"`
	RevokedAt    *time.Time
	PausedAt     *time.Time
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "credentials" }

func (r row) credential() (Credential, error) {
	networks, err := ParseNetworks(r.Networks)
	if err != nil {
		// Never widen access because a stored restriction cannot be read.
		return Credential{}, fault.Wrap(fault.Internal, "", err)
	}
	c := Credential{
		ID: r.CredentialID, AccountID: r.AccountID, Name: r.Name, Hint: r.Hint, Stream: r.Stream, Networks: networks,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, LastUsedAt: r.LastUsedAt, LastUsedIP: r.LastUsedIP, RevokedAt: r.RevokedAt, PausedAt: r.PausedAt,
	}
	if r.DomainID != nil {
		c.DomainID = *r.DomainID
	}
	return c, nil
}

func credentials(rows []row) ([]Credential, error) {
	out := make([]Credential, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.credential(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// insert stores a new credential while there is room for it.
func (s *Service) insert(ctx context.Context, scope account.Scope, r *row, tell func(context.Context) error) error {
	return s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		var live int64
		if err := tx.Model(&row{}).Where("revoked_at IS NULL").Count(&live).Error; err != nil {
			return err
		}
		if live >= MaxLive {
			return fault.Newf(fault.Limited, "An account can have %d credentials at a time. Revoke one that is no longer used.", MaxLive)
		}
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		err := s.audit.Record(ctx, scope, audit.Entry{
			Action: "credential.issued", Object: audit.Object{ID: r.CredentialID, Name: r.Name},
			After: audit.Values{"name": r.Name, "stream": r.Stream, "networks": r.Networks},
		})
		if err != nil || tell == nil {
			return err
		}
		return tell(ctx)
	})
}

// rows returns all live credentials by name, and the revoked ones that a page shows.
func (s *Service) rows(ctx context.Context, scope account.Scope) (live, revoked []row, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("revoked_at IS NULL").Order("name").Limit(MaxLive).Find(&live).Error; err != nil {
			return err
		}
		return tx.Where("revoked_at IS NOT NULL").Order("revoked_at DESC").Limit(MaxLive).Find(&revoked).Error
	})
	return live, revoked, err
}

func (s *Service) row(ctx context.Context, scope account.Scope, credentialID id.ID) (r row, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("credential_id = ?", credentialID).Take(&r).Error
	})
	return r, err
}

// markRevoked reports whether it changed a live credential of the account.
func (s *Service) markRevoked(ctx context.Context, scope account.Scope, credentialID id.ID) (changed bool, err error) {
	err = s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&row{}).Where("credential_id = ? AND revoked_at IS NULL", credentialID).Update("revoked_at", s.store.Now())
		changed = done.RowsAffected == 1
		store.AfterCommit(ctx, func() { s.forget(key{scope.AccountID(), credentialID}) })
		if done.Error != nil || !changed {
			return done.Error
		}
		var r row
		if err := tx.Where("credential_id = ?", credentialID).Take(&r).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "credential.revoked", Object: audit.Object{ID: credentialID, Name: r.Name}})
	})
	return changed, err
}

// markPaused reports whether it changed a live credential of the account.
func (s *Service) markPaused(ctx context.Context, scope account.Scope, credentialID id.ID, paused bool) (changed bool, err error) {
	err = s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		was, value := "paused_at IS NOT NULL", any(nil)
		if paused {
			was, value = "paused_at IS NULL", s.store.Now()
		}
		done := tx.Model(&row{}).Where("credential_id = ? AND revoked_at IS NULL", credentialID).Where(was).Update("paused_at", value)
		changed = done.RowsAffected == 1
		store.AfterCommit(ctx, func() { s.forget(key{scope.AccountID(), credentialID}) })
		return done.Error
	})
	return changed, err
}
