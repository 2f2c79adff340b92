package credential

import (
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
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
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, LastUsedAt: r.LastUsedAt, LastUsedIP: r.LastUsedIP, RevokedAt: r.RevokedAt,
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
