package terms

import (
	"time"

	"smtpserver/app/id"
)

// MailKind is what a mail about a version is for. An address gets one of a kind at most.
type MailKind string

// The kinds of mails.
const (
	NoticeMail     MailKind = "notice"
	Reminder14     MailKind = "reminder_14"
	Reminder7      MailKind = "reminder_7"
	Reminder1      MailKind = "reminder_1"
	WithdrawalMail MailKind = "withdrawal"
)

// reminderDue returns the reminder that a day asks for: only the last one that has come,
// so that a program that was down sends one and not three.
func reminderDue(today, effective Date) (MailKind, bool) {
	switch days := today.DaysTo(effective); {
	case days < 1:
		return "", false
	case days <= 1:
		return Reminder1, true
	case days <= 7:
		return Reminder7, true
	case days <= 14:
		return Reminder14, true
	}
	return "", false
}

// Notice is what one account was told about one version.
type Notice struct {
	ID       id.ID
	Document Document
	Number   int
	Required bool      // the account existed when the version was announced
	PortalAt time.Time // since when the pages show it
	SeenAt   *time.Time
	Mails    []Mail
}

// MailState is what became of a mail.
type MailState string

// The states of mails.
const (
	MailQueued        MailState = "queued"
	MailDelivered     MailState = "delivered"
	MailUndeliverable MailState = "undeliverable"
)

// Mail is one mail about a version to an owner.
type Mail struct {
	Kind      MailKind
	Address   string
	MessageID id.ID // in the operator's message log; zero: none was sent
	State     MailState
	Why       string
	QueuedAt  time.Time
	SettledAt *time.Time // handed to the owner's mail server, or given up
}
