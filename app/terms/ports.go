package terms

import (
	"context"

	"smtpserver/app/id"
	"smtpserver/app/terms/redline"
)

// Letter is a mail about a version, to be drawn and sent.
type Letter struct {
	Kind        MailKind
	To          string
	AccountName string
	Slug        string
	Objected    bool     // the owner has objected
	Version     Version  // that is announced, or was withdrawn
	Current     *Version // that is in force; nil when the document is new
	Redline     redline.Redline
}

// Post sends letters to owners. It must store the mail in the transaction that ctx
// carries, so that a mail exists exactly when it is noted as sent. The mail is of the
// notice class: no marketing opt-out stops it, a hard bounce does. An error of kind
// fault.Invalid says that the address cannot be written to.
type Post interface {
	Tell(ctx context.Context, l Letter) (messageID id.ID, err error)
}
