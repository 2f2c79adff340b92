package message

import (
	"context"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/fault"
)

// ErasePerson takes a person out of the account's mail. What waits for them is
// cancelled; then their address, the contents, subjects and conversations go. That
// something was sent, when, and what became of it stays: it is counted and billed.
//
// It works in small transactions and can be done again. While a message is on its way
// to them it stops, before anything is taken: the outcome would bring the address back.
func (a *Archive) ErasePerson(ctx context.Context, scope account.Scope, address string) error {
	for {
		done, err := a.Operate(ctx, scope, Cancel, Filter{Person: address})
		switch {
		case err != nil:
			return err
		case done.Busy > 0:
			return fault.New(fault.Conflict, "A message to this person is on its way right now. Please try again in a minute.")
		case done.More:
			continue
		}
		break
	}
	accountID, err := scope.Account()
	if err != nil {
		return fmt.Errorf("message: erase a person: %w", err)
	}
	for {
		more, err := a.forget(ctx, accountID, address)
		if err != nil {
			return fmt.Errorf("message: erase a person: %w", err)
		}
		if !more {
			return nil
		}
	}
}
