package domain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Operator names the account and domain that the product's own mail is sent from.
type Operator struct {
	AccountID id.ID
	DomainID  id.ID
}

const (
	operatorValue = "operator_account" // name in instance_values
	operatorSlug  = "operator-"
)

// never is when the operator's domain is looked at: the settings vouch for it, and
// `doctor` looks at its DNS.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// EnsureOperator makes sure that the operator's account and its domain, our own
// host name, exist. Processes that start together agree on one account. After a
// change of the host name the account gets a second domain; an account that had
// proven that name before loses it, for the settings come first.
func (s *Service) EnsureOperator(ctx context.Context) (Operator, error) {
	op, err := s.findOperator(ctx)
	if err != nil || !op.DomainID.IsZero() {
		return op, err
	}
	plan, err := s.planOperator(ctx, op)
	if err != nil {
		return Operator{}, err
	}
	err = s.store.SystemWrite(ctx, "create the operator's account and domain", func(_ context.Context, tx *gorm.DB) error {
		return s.createOperator(tx, plan)
	})
	if err != nil && !errors.Is(err, store.ErrDuplicate) {
		return Operator{}, fmt.Errorf("domain: create the operator: %w", err)
	}
	// A duplicate means that another process was faster: use what it made.
	op, err = s.findOperator(ctx)
	if err == nil && op.DomainID.IsZero() {
		err = errors.New("domain: the operator's domain is missing after it was created")
	}
	return op, err
}

// findOperator returns what exists of it.
func (s *Service) findOperator(ctx context.Context) (op Operator, err error) {
	err = s.store.SystemRead(ctx, "find the operator's account and domain", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Raw("SELECT value FROM instance_values WHERE name = ?", operatorValue).Scan(&op.AccountID).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT domain_id FROM domains WHERE account_id = ? AND name = ?", op.AccountID, s.hostname).Scan(&op.DomainID).Error
	})
	if err != nil {
		return op, fmt.Errorf("domain: find the operator: %w", err)
	}
	return op, nil
}

// operatorPlan is what is made outside the transaction: the key takes its time.
type operatorPlan struct {
	newAccount bool
	domain     row
	key        dkimKey
}

func (s *Service) planOperator(ctx context.Context, op Operator) (p operatorPlan, err error) {
	now := s.store.Now()
	if op.AccountID.IsZero() {
		p.newAccount, op.AccountID = true, id.New()
	}
	p.domain = row{
		AccountID: op.AccountID, DomainID: id.New(), Name: s.hostname, State: Verified, Reason: "Trusted by the settings of this installation.",
		ReturnPath: s.returnPathTarget(), TrackingHost: s.hostname, VerifiedAt: &now, NextCheckAt: never, CreatedAt: now,
	}
	p.key, err = s.newKey(ctx, op.AccountID, p.domain.DomainID, keyActive, newSelector(1))
	return p, err
}

func (s *Service) createOperator(tx *gorm.DB, p operatorPlan) error {
	d, now := p.domain.domain(), s.store.Now()
	if p.newAccount {
		err := tx.Exec("INSERT INTO instance_values (name, value) VALUES (?, ?)", operatorValue, d.AccountID).Error
		if err != nil {
			return err
		}
		err = tx.Exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			d.AccountID, operatorSlug+secret.Token()[:8], "Operator", account.Operator, account.Active, now, now).Error
		if err != nil {
			return err
		}
	}
	if err := tx.Create(&p.domain).Error; err != nil {
		return err
	}
	if err := tx.Create(&p.key).Error; err != nil {
		return err
	}
	return seize(tx, d, now)
}

// seize takes the claim on our own name, from whomever.
func seize(tx *gorm.DB, d Domain, now time.Time) error {
	held, err := lockClaim(tx, d, now)
	if err != nil || held.DomainID == d.ID {
		return err
	}
	err = tx.Exec("UPDATE domains SET state = ?, reason = ?, failing_since = ? WHERE account_id = ? AND domain_id = ?",
		Lost, "This name has become the name of this service.", now, held.Holder, held.DomainID).Error
	if err != nil {
		return err
	}
	return tx.Exec("UPDATE domain_claims SET holder = ?, domain_id = ?, claimed_at = ? WHERE name = ?", d.AccountID, d.ID, now, d.Name).Error
}
