package content

import (
	"context"

	"smtpserver/app/id"
)

type accountKey struct{}

// For says whose contents are compiled under a context: accounts take turns, and work under
// no account has turns of its own.
func For(ctx context.Context, accountID id.ID) context.Context {
	return context.WithValue(ctx, accountKey{}, accountID)
}

func accountOf(ctx context.Context) string {
	accountID, _ := ctx.Value(accountKey{}).(id.ID) // none: work of our own
	return string(accountID)
}
