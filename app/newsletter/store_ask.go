package newsletter

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Form is what a stranger sent in.
type Form struct {
	Email    string
	Language string
	Wording  string // what stood above the button
	IP       string
	Network  string // for counting
}

// Ask takes a form and sends the confirmation mail. What is too much for one address is
// dropped in silence: whoever asks learns nothing about who is subscribed.
func (s *Service) Ask(ctx context.Context, f Form) error {
	mailbox, err := address.Parse(strings.TrimSpace(f.Email))
	if err != nil || strings.HasPrefix(mailbox.Domain, "[") || !strings.Contains(mailbox.Domain, ".") {
		return fault.Field("email", "This is no e-mail address.")
	}
	for _, b := range []struct {
		bucket string
		most   int
	}{{"newsletter_network:" + f.Network, formsOfNetwork}, {"newsletter", formsOfAnHour}} {
		if ok, err := s.Limits.Allow(ctx, b.bucket, b.most, time.Hour); err != nil || !ok {
			return errors.Join(err, tooMuch(ok))
		}
	}
	if ok, err := s.Limits.Allow(ctx, "newsletter_address:"+mailbox.Key(), mailsToAddress, 24*time.Hour); err != nil || !ok {
		return err
	}
	e := Evidence{ID: id.New(), Address: mailbox.Key(), Given: mailbox.String(), Kind: Asked, Language: f.Language, Wording: f.Wording, IP: f.IP, At: s.Store.Now()}
	token, err := s.token(e.ID)
	if err != nil {
		return err
	}
	err = s.Store.GlobalWrite(ctx, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&e).Error; err != nil {
			return err
		}
		return s.Mailer.ConfirmNewsletter(ctx, e.Given, e.Language, token)
	})
	return translate("ask", noLink, err)
}

func tooMuch(ok bool) error {
	if ok {
		return nil
	}
	return fault.New(fault.Limited, "Too many forms were sent in from here. Please try again in an hour.")
}

const linkPurpose = "newsletter" // of the key that signs the links

// token signs the form's id. No address stands in it.
func (s *Service) token(asked id.ID) (string, error) {
	mac, err := s.Box.MAC(linkPurpose, []byte(asked))
	return string(asked) + "." + mac, err
}

// Inspect reads the link of a confirmation mail; it changes nothing.
func (s *Service) Inspect(ctx context.Context, token string) (asked Evidence, err error) {
	name, mac, ok := strings.Cut(token, ".")
	if !ok || len(mac) != 2*sha256.Size {
		return asked, fault.New(fault.NotFound, noLink)
	}
	ours, err := s.Box.Authentic(linkPurpose, []byte(name), mac)
	if err != nil {
		return asked, err
	}
	if !ours {
		return asked, fault.New(fault.NotFound, noLink)
	}
	err = s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&asked, "evidence_id = ? AND kind = ? AND at > ?", name, Asked, s.Store.Now().Add(-AskLife)).Error
	})
	return asked, translate("inspect", noLink, err)
}
