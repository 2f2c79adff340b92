package contact

import (
	"context"
	"time"

	"smtpserver/app/id"
)

// Form lets people put themselves on a list, by double opt-in.
type Form struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID `gorm:"column:form_id;primaryKey"`
	ListID    id.ID
	Wording   string // what people agree to
	Live      bool
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (Form) TableName() string { return "forms" }

// Signup is a form that somebody sent in.
type Signup struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID          id.ID `gorm:"column:signup_id;primaryKey"`
	FormID      id.ID
	Address     string
	Given       string
	Name        string
	Language    string
	Wording     string // as it was when they agreed
	TokenHash   string
	IP          string
	AskedAt     time.Time
	ConfirmedAt *time.Time
}

// TableName implements gorm's naming.
func (Signup) TableName() string { return "form_signups" }

// SignupLife is how long the link of a confirmation mail works.
const SignupLife = 7 * 24 * time.Hour

// OpenForm is a form as its page needs it.
type OpenForm struct {
	Form
	List    string // its name
	Sender  string // the account's name
	account formScope
}

// FormMailer writes the confirmation mail. It must store the mail in the transaction of
// ctx. The mail carries nothing that whoever sent the form in has typed.
type FormMailer interface {
	ConfirmSubscription(ctx context.Context, to, language, sender, list, token string) error
}

// Limits count what is sent in, so that nobody fills a stranger's mailbox with
// confirmations (list bombing).
type Limits interface {
	Allow(ctx context.Context, bucket string, limit int, window time.Duration) (bool, error)
}

// Bounds of what is sent in.
const (
	mailsToAddress  = 3  // confirmations to one address in a day, from all forms
	formsOfNetwork  = 20 // in an hour
	formsOfOneHour  = 500
	shortestWording = 15
)
