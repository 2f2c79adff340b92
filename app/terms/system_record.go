package terms

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// By says who acted, and from where.
type By struct {
	AccountID    id.ID
	UserID       id.ID
	CredentialID id.ID
	Channel      Channel
	IP           netip.Addr
	UserAgent    string
}

const maxUserAgent = 400

func (b By) agent() string {
	text := strings.ReplaceAll(strings.ToValidUTF8(b.UserAgent, "?"), "\x00", "?")
	if len(text) > maxUserAgent {
		text = strings.ToValidUTF8(text[:maxUserAgent], "")
	}
	return text
}

// Record stores that a newcomer accepted the terms that were shown, with the documents
// that belong to them (Offer.With), and that they were shown what is announced; inside the
// transaction in ctx if there is one. It is a system step: at sign-up the account has no
// scope yet.
func (a *Archive) Record(ctx context.Context, v Version, by By) error {
	err := a.store.SystemWrite(ctx, "record which terms a new account accepted and was told of", func(ctx context.Context, tx *gorm.DB) error {
		all, err := a.AllVersions(ctx)
		if err != nil {
			return err
		}
		now := a.store.Now()
		for _, accepted := range append([]Version{v}, binding(all, now)...) {
			if err := a.append(tx, Accepted, accepted, "", by); err != nil {
				return err
			}
		}
		for _, document := range Documents {
			if next, ok := announced(Of(all, document), now); ok && next.Kind == Material {
				if _, err := a.ensureNotice(tx, by.AccountID, next); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("terms: record: %w", err)
	}
	return nil
}

// append adds a record to an account's chain. Two at the same moment ask for the same
// place in it, and the primary key, or the rule that places have no gaps, lets one
// through: see again.
func (a *Archive) append(tx *gorm.DB, act Act, v Version, noticeID id.ID, by By) error {
	var last []recordRow
	if err := tx.Where("account_id = ?", by.AccountID).Order("seq DESC").Limit(1).Find(&last).Error; err != nil {
		return err
	}
	prev, seq := "", 1
	if len(last) > 0 {
		prev, seq = last[0].Hash, last[0].Seq+1
	}
	r := Record{
		AccountID: by.AccountID, Seq: seq, ID: id.New(), Act: act, Document: v.Document, Number: v.Number, Digest: v.Digest, Channel: by.Channel,
		UserID: by.UserID, CredentialID: by.CredentialID, NoticeID: noticeID, IP: by.IP.Unmap(), UserAgent: by.agent(), At: a.store.Now(),
	}
	r.Hash = r.seal(prev)
	row := rowOf(r)
	return tx.Create(&row).Error
}

// again repeats a step that lost a race for a place in a chain; it judges anew.
func again(step func() error) (err error) {
	for range 5 {
		if err = step(); !errors.Is(err, store.ErrDuplicate) && !errors.Is(err, store.ErrReference) {
			return err
		}
	}
	return err
}

// ensureNotice returns the account's notice of a version, and makes the row when the
// courier has not come by yet: the pages show the notice since the announcement.
func (a *Archive) ensureNotice(tx *gorm.DB, accountID id.ID, v Version) (id.ID, error) {
	var found []noticeRow
	err := tx.Where("account_id = ? AND document = ? AND number = ?", accountID, v.Document, v.Number).Limit(1).Find(&found).Error
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return found[0].NoticeID, nil
	}
	var joined time.Time
	if err := tx.Raw("SELECT created_at FROM accounts WHERE account_id = ?", accountID).Scan(&joined).Error; err != nil {
		return "", err
	}
	r := newNotice(accountID, joined, v)
	return r.NoticeID, tx.Create(&r).Error
}

func newNotice(accountID id.ID, joined time.Time, v Version) noticeRow {
	r := noticeRow{AccountID: accountID, NoticeID: id.New(), Document: v.Document, Number: v.Number, Required: true, PortalAt: v.AnnouncedAt}
	if joined.After(v.AnnouncedAt) {
		r.Required, r.PortalAt = false, joined
	}
	return r
}

// sealOld computes the hashes that the move from an older program left empty.
func (a *Archive) sealOld(ctx context.Context) error {
	return a.store.SystemWrite(ctx, "seal the records of an older program", func(_ context.Context, tx *gorm.DB) error {
		var open []recordRow
		if err := tx.Where("hash = ''").Order("account_id, seq").Find(&open).Error; err != nil {
			return err
		}
		prev := recordRow{}
		for _, row := range open {
			if row.AccountID != prev.AccountID {
				prev = recordRow{}
			}
			hash := row.record().seal(prev.Hash)
			err := tx.Model(&recordRow{}).Where("account_id = ? AND seq = ? AND hash = ''", row.AccountID, row.Seq).Update("hash", hash).Error
			if err != nil {
				return err
			}
			prev, prev.Hash = row, hash
		}
		return nil
	})
}

// hasCustomers reports whether anybody but the operator has an account.
func (a *Archive) hasCustomers(ctx context.Context) (found bool, err error) {
	err = a.store.SystemRead(ctx, "see whether there are customers", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT EXISTS (SELECT 1 FROM accounts WHERE kind <> 'operator')").Scan(&found).Error
	})
	return found, err
}
