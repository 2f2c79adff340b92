package domain

import (
	"context"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Rotate makes the standby key sign and retires the active one, whose record should
// stay in DNS for a week. The standby's record must be seen in DNS right now: a
// signature whose key receivers cannot find is worse than an old one.
func (s *Service) Rotate(ctx context.Context, scope account.Scope, domainID id.ID) (Detail, error) {
	d, keys, err := s.withKeys(ctx, scope, domainID)
	if err != nil {
		return Detail{}, wrapUnlessFault("rotate", err)
	}
	active, standby, err := pair(keys)
	if err != nil {
		return Detail{}, err
	}
	record, _ := s.keyRecord(d, standby)
	saw := s.look(ctx, d, []Record{record})
	if f := saw.findings[DKIMStandby]; f.verdict != Good {
		return Detail{}, fault.New(fault.Conflict, "The key cannot change yet, because the record of the next key is not in DNS. "+f.explanation)
	}
	fresh, err := s.newKey(ctx, d.AccountID, d.ID, keyStandby, nextSelector(keys))
	if err != nil {
		return Detail{}, err
	}
	if err := s.swap(ctx, scope, d.Name, active, standby, fresh); err != nil {
		return Detail{}, wrapUnlessFault("rotate", err)
	}
	return s.Show(ctx, scope, domainID)
}

// pair returns the active and the standby key.
func pair(keys []dkimKey) (active, standby dkimKey, err error) {
	if len(keys) < 2 || keys[0].State != keyActive || keys[1].State != keyStandby {
		return active, standby, fmt.Errorf("domain: %d keys, want an active and a standby one first", len(keys))
	}
	return keys[0], keys[1], nil
}
