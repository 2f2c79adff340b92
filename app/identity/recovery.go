package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// RecoveryCodes is how many codes a person gets.
const RecoveryCodes = 10

// Characters of base 32 in a code. 120 random bits are more than a plain hash asks for
// (ASVS 6.5.2: 112); codes that were printed before have 80.
const (
	recoveryLength  = 24
	formerlyPrinted = 16
	recoveryGroup   = 4
)

// RenewRecovery makes new recovery codes; the old ones open nothing any more.
func (s *Service) RenewRecovery(ctx context.Context, userID id.ID, c Client) (codes []string, err error) {
	err = s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.lockUser(ctx, userID)
		if err != nil {
			return err
		}
		second, err := s.hasSecondFactor(ctx, userID)
		if err != nil {
			return err
		}
		if !second {
			return fault.New(fault.Conflict, "Set up an authenticator app or a passkey first.")
		}
		if codes, err = s.makeRecovery(ctx, userID); err != nil {
			return err
		}
		return s.tell(ctx, u, c, Notice{Kind: RecoveryCodesMade})
	})
	return codes, asIs("renew recovery codes", err)
}

// makeRecovery replaces the user's codes. They are kept as plain hashes, which is
// right for so many random bits, and shown this once.
func (s *Service) makeRecovery(ctx context.Context, userID id.ID) ([]string, error) {
	if err := s.deleteRecovery(ctx, userID); err != nil {
		return nil, err
	}
	codes, rows := make([]string, RecoveryCodes), make([]recoveryRow, RecoveryCodes)
	for i := range codes {
		plain := secret.Token()[:recoveryLength]
		var groups []string
		for part := range slices.Chunk([]byte(plain), recoveryGroup) {
			groups = append(groups, string(part))
		}
		codes[i] = strings.Join(groups, "-")
		rows[i] = recoveryRow{UserID: userID, CodeHash: secret.Hash(plain), CreatedAt: s.now()}
	}
	if err := s.insertRecovery(ctx, rows); err != nil {
		return nil, fmt.Errorf("identity: keep recovery codes: %w", err)
	}
	return codes, nil
}

// RecoveryLeft returns how many codes are unused, and when they were made.
func (s *Service) RecoveryLeft(ctx context.Context, userID id.ID) (left int, made time.Time, err error) {
	rows, err := s.listRecovery(ctx, userID)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("identity: list recovery codes: %w", err)
	}
	for _, r := range rows {
		made = r.CreatedAt
		if r.UsedAt == nil {
			left++
		}
	}
	return left, made, nil
}

func (s *Service) countRecovery(ctx context.Context, userID id.ID) (int, error) {
	left, _, err := s.RecoveryLeft(ctx, userID)
	return left, err
}

// useRecovery takes a recovery code, each once. Spaces, dashes and case do not matter.
func (s *Service) useRecovery(ctx context.Context, userID id.ID, code string) (bool, error) {
	plain := strings.ToLower(strings.NewReplacer("-", "", " ", "", "\t", "").Replace(code))
	if len(plain) != recoveryLength && len(plain) != formerlyPrinted {
		return false, nil
	}
	return s.spendRecovery(ctx, userID, secret.Hash(plain))
}
