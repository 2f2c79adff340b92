package web

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// TestSender accepts a short test message as if it had come in through the
// credential, within the credential's restrictions, and returns the message's id.
// Invalid, Forbidden and Limited (a daily number of tests) are shown to the person.
type TestSender interface {
	SendTest(ctx context.Context, scope account.Scope, c credential.Credential, from, to string) (id.ID, error)
}

type tryForm struct {
	From string `form:"from"`
	To   string `form:"to"`
}

// credentialTry sends a test message and leads to its journey.
func (s *Server) credentialTry(r *request) error {
	credentialID, err := r.id()
	if err != nil {
		return err
	}
	var f tryForm
	if err := r.bind(&f); err != nil {
		return err
	}
	messageID, err := s.sendTest(r, credentialID, f)
	if status, errs, ok := tryRefusal(err); ok {
		return s.showCredential(r, status, credentialID, func(p *pages.CredentialShow) {
			p.Test.From, p.Test.To, p.Test.Errors = f.From, f.To, errs
		})
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The test message is accepted. Here is its journey."); err != nil {
		return err
	}
	return r.redirect(r.urls().Message(messageID.String()))
}

// sendTest judges what the page may ask for: a test goes to the person's own
// address only, or it would be a way to mail strangers in our words.
func (s *Server) sendTest(r *request, credentialID id.ID, f tryForm) (id.ID, error) {
	c, err := s.Credentials.Get(r.ctx, r.scope, credentialID)
	switch {
	case err != nil:
		return "", err
	case !c.Live():
		return "", fault.New(fault.Conflict, "This credential is revoked.")
	case f.To != "" && !strings.EqualFold(strings.TrimSpace(f.To), r.user.Email):
		return "", fault.Field("to", "A test goes to your own address, "+r.user.Email+", only.")
	}
	return s.TestSender.SendTest(r.ctx, r.scope, c, strings.TrimSpace(f.From), r.user.Email)
}

// tryRefusal is refusal, and shows beside the form what the sender may not do.
func tryRefusal(err error) (status int, errs pages.Errors, ok bool) {
	if fault.Is(err, fault.Forbidden) {
		return fiber.StatusUnprocessableEntity, pages.Errors{"from": fault.SafeText(err)}, true
	}
	return refusal(err)
}
