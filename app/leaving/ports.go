package leaving

import (
	"context"

	"smtpserver/app/id"
)

// Audience keeps what people chose of an account's mail, and its ledger of consents. Its
// changes join the transaction of ctx.
type Audience interface {
	// Topics returns what the account writes about and what the person said of it; none when
	// there is nothing to choose.
	Topics(ctx context.Context, accountID id.ID, address string) ([]Topic, error)
	// Want records which of the topics that the person was shown they want.
	Want(ctx context.Context, p Person, shown, wanted []id.ID) error
	// Enter writes into the ledger that the person wants mail again, or no more.
	Enter(ctx context.Context, p Person, wanted bool, wording string) error
}

// Person is who uses the link of a mail.
type Person struct {
	AccountID, MessageID id.ID
	Address              string
	IP                   string // from where; the ledger proves by it
}

// Topic is something that the account writes about.
type Topic struct {
	ID                id.ID
	Name, Description string
	Wanted            bool
}
