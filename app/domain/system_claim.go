package domain

import (
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

const takenReason = "These records are right, but another account has already proven this domain, and a domain belongs to one account. " +
	"If both accounts are yours, delete the domain there. If not, remove the other account's DKIM record from your DNS: 24 hours later the domain is free, and our next look here proves it."

// holding is who holds the claim on a name.
type holding struct {
	Holder   id.ID
	DomainID id.ID
}

// claim decides whether the domain's account holds its name, taking it when it is
// free. It locks the claim's row until the commit and always comes before the
// domain's row is locked, so that two accounts cannot both win, nor deadlock.
func claim(tx *gorm.DB, d Domain, now time.Time) (won bool, err error) {
	held, err := lockClaim(tx, d, now)
	if err != nil || held.Holder == d.AccountID && held.DomainID == d.ID {
		return err == nil, err
	}
	var state State
	err = tx.Raw("SELECT state FROM domains WHERE account_id = ? AND domain_id = ?", held.Holder, held.DomainID).Scan(&state).Error
	if err != nil || state != Lost {
		return false, err
	}
	return true, tx.Exec("UPDATE domain_claims SET holder = ?, domain_id = ?, claimed_at = ? WHERE name = ?", d.AccountID, d.ID, now, d.Name).Error
}

// lockClaim inserts the claim or finds the one that stands, and locks it: an upsert
// that changes nothing does both, alike on either engine.
func lockClaim(tx *gorm.DB, d Domain, now time.Time) (held holding, err error) {
	err = tx.Raw(`INSERT INTO domain_claims (name, holder, domain_id, claimed_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING holder, domain_id`,
		d.Name, d.AccountID, d.ID, now).Scan(&held).Error
	return held, err
}
