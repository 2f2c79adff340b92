package terms

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

type memberRow struct {
	AccountID id.ID    `gorm:"column:account_id;primaryKey;<-:create"`
	UserID    id.ID    `gorm:"primaryKey"`
	Document  Document `gorm:"primaryKey"`
	Number    int      `gorm:"primaryKey;autoIncrement:false"`
	Digest    string
	IP        string `gorm:"column:ip"`
	UserAgent string
	At        time.Time
	Hash      string
}

// TableName implements gorm's Tabler.
func (memberRow) TableName() string { return "member_acceptances" }

func (r memberRow) acceptance() MemberAcceptance {
	ip, _ := netip.ParseAddr(r.IP) // stored by us; an unreadable one shows as none
	return MemberAcceptance{r.AccountID, r.UserID, r.Document, r.Number, r.Digest, ip, r.UserAgent, r.At, r.Hash}
}

// RecordMember stores that somebody who joins an account accepted the terms that were
// shown, with the documents that belong to them; inside the transaction in ctx if there
// is one. The account's own standing is untouched: only its owner speaks for it, or its
// use after a notice. It is a system step: who joins has no scope yet.
func (a *Archive) RecordMember(ctx context.Context, v Version, by By) error {
	err := a.store.SystemWrite(ctx, "record which terms a new member accepted", func(ctx context.Context, tx *gorm.DB) error {
		all, err := a.AllVersions(ctx)
		if err != nil {
			return err
		}
		for _, accepted := range append([]Version{v}, binding(all, a.store.Now())...) {
			m := MemberAcceptance{
				AccountID: by.AccountID, UserID: by.UserID, Document: accepted.Document, Number: accepted.Number, Digest: accepted.Digest,
				IP: by.IP.Unmap(), UserAgent: by.agent(), At: a.store.Now(),
			}
			row := memberRow{m.AccountID, m.UserID, m.Document, m.Number, m.Digest, "", m.UserAgent, m.At, m.seal()}
			if m.IP.IsValid() {
				row.IP = m.IP.String()
			}
			if err := tx.Create(&row).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("terms: record a member: %w", err)
	}
	return nil
}

// MemberAcceptances returns what members of the account accepted for themselves, the
// earliest first.
func (a *Archive) MemberAcceptances(ctx context.Context, scope account.Scope) ([]MemberAcceptance, error) {
	var rows []memberRow
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("at, user_id, document").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("terms: members' acceptances: %w", err)
	}
	out := make([]MemberAcceptance, len(rows))
	for i, r := range rows {
		out[i] = r.acceptance()
	}
	return out, nil
}
