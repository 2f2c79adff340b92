package terms

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Choice names the text that somebody accepts or objects to.
type Choice struct {
	Document Document
	Number   int
	Digest   string // of the text that was shown
}

var errOtherText = fault.New(fault.Conflict, "The text you saw is not the one that stands here now. Please read it again.")

// Accept records an explicit acceptance by a member: of what is announced or in force,
// and as a change of mind after an objection. Accepting twice is accepting once.
func (a *Archive) Accept(ctx context.Context, scope account.Scope, c Choice, by By) error {
	by.Channel = AcceptNow
	return a.state(ctx, scope, Accepted, c, by)
}

// Object records that the owner does not agree. From the effective date on the account
// is open for export, a change of mind and closing only.
func (a *Archive) Object(ctx context.Context, scope account.Scope, c Choice, by By) error {
	by.Channel = Objection
	return a.state(ctx, scope, Objected, c, by)
}

// state is a system step, although it is about one account: it joins the notice, whose
// row may still be missing, and each statement names the account of the scope.
func (a *Archive) state(ctx context.Context, scope account.Scope, act Act, c Choice, by By) error {
	accountID, err := scope.Account()
	if err != nil {
		return err
	}
	by.AccountID, by.UserID = accountID, scope.Actor().ID
	v, err := a.Get(ctx, c.Document, c.Number)
	if err != nil {
		return err
	}
	all, err := a.Versions(ctx, c.Document)
	if err != nil {
		return err
	}
	if v.Digest != c.Digest {
		return errOtherText
	}
	if err := mayState(act, v, v.StateAmong(all, a.store.Now())); err != nil {
		return err
	}
	err = again(func() error {
		return a.store.SystemWrite(ctx, "record what an account states about a version", func(_ context.Context, tx *gorm.DB) error {
			return a.stateIn(tx, act, v, accountID, by)
		})
	})
	if err != nil && fault.KindOf(err) == fault.Internal {
		return fmt.Errorf("terms: state: %w", err)
	}
	return err
}

// mayState judges an act by the version's state.
func mayState(act Act, v Version, state State) error {
	switch {
	case state == Withdrawn:
		return fault.Newf(fault.Conflict, "Version %d was withdrawn. There is nothing to decide.", v.Number)
	case state == Replaced:
		return fault.Newf(fault.Conflict, "Version %d has been replaced by a newer one.", v.Number)
	case act == Objected && state == Effective:
		return fault.Newf(fault.Conflict, "Version %d took effect on %s. Until then it could be objected to; now you can stop using the service or close the account.", v.Number, v.EffectiveOn.Long())
	case act == Objected && v.Kind != Material:
		return fault.New(fault.Conflict, "A correction changes no meaning, so there is nothing to object to.")
	}
	return nil
}

func (a *Archive) stateIn(tx *gorm.DB, act Act, v Version, accountID id.ID, by By) error {
	var said []recordRow
	err := tx.Where("account_id = ? AND document = ? AND number = ?", accountID, v.Document, v.Number).Find(&said).Error
	if err != nil {
		return err
	}
	for _, r := range said {
		if r.Act == act {
			return nil
		}
		if r.Act == Accepted {
			return fault.Newf(fault.Conflict, "Version %d was accepted on %s already. To leave, close the account.", v.Number, DateOf(r.At).Long())
		}
	}
	var noticeID id.ID
	if v.Kind == Material {
		if noticeID, err = a.ensureNotice(tx, accountID, v); err != nil {
			return err
		}
	}
	return a.append(tx, act, v, noticeID, by)
}
