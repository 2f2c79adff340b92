package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/terms"
)

// SignUpForm is what a newcomer gives. Texts are as typed.
type SignUpForm struct {
	Name         string
	Email        string
	Password     string
	Account      account.Profile
	TermsVersion int    // the one that was shown
	TermsWith    string // what was shown with it, see terms.Offer.Besides; "": not told
	AcceptTerms  bool
	Client       Client
}

// SignUp makes a user with an account and mails the link that confirms the
// address. For an address that is registered already it answers the same and
// mails its owner instead (H-07).
func (s *Service) SignUp(ctx context.Context, f SignUpForm) error {
	version, err := s.checkSignUp(ctx, &f, passwordProblem(f.Password, f.Email, f.Name, f.Account.Name))
	if err != nil {
		return err
	}
	if err := s.limitSignUps(ctx, f.Client); err != nil {
		return err
	}
	_, key, err := parseEmail(f.Email)
	if err != nil {
		return err
	}
	mayMail, err := s.mailAllowed(ctx, key)
	if err != nil {
		return err
	}
	// Before anybody looks whether the address is known, so that both ways take the same time.
	hash, err := s.Hasher.Hash(ctx, f.Password)
	if err != nil {
		return err
	}
	err = s.register(ctx, f, hash, version, mayMail)
	if errors.Is(err, store.ErrDuplicate) {
		// Two sign-ups at once: the other one is committed now, and this one finds it.
		err = s.register(ctx, f, hash, version, mayMail)
	}
	return err
}

// register is the one transaction of a sign-up.
func (s *Service) register(ctx context.Context, f SignUpForm, hash string, version terms.Version, mayMail bool) error {
	u, err := s.newUser(f, hash)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		known, ok, err := s.findUser(ctx, u.EmailKey)
		if err != nil {
			return err
		}
		if ok {
			if !mayMail {
				return nil
			}
			return s.Notifier.AlreadyRegistered(ctx, known.recipient())
		}
		if err := s.insertUser(ctx, u); err != nil {
			return err
		}
		return s.welcome(ctx, u, f, version)
	})
	if err != nil && !errors.Is(err, store.ErrDuplicate) {
		return asIs("sign up", err)
	}
	return err
}

func (s *Service) newUser(f SignUpForm, hash string) (userRow, error) {
	email, key, err := parseEmail(strings.TrimSpace(f.Email))
	return userRow{
		UserID: id.New(), Email: email, EmailKey: key, Name: f.Name, PasswordHash: hash, Theme: SystemTheme,
		PasswordChangedAt: s.now(), CreatedAt: s.now(),
	}, err
}

// openAccount gives a new user the account and records the acceptance.
func (s *Service) openAccount(ctx context.Context, u userRow, f SignUpForm, version terms.Version) error {
	a, err := s.Accounts.Create(ctx, u.UserID, f.Account)
	if err == nil && s.Greeter != nil {
		err = s.Greeter.Greet(ctx, a.ID, u.Name, u.Email, a.Name, f.Client.IP)
	}
	if err != nil {
		return err
	}
	return s.Terms.Record(ctx, version, terms.By{
		AccountID: a.ID, UserID: u.UserID, Channel: terms.SignUp, IP: f.Client.IP, UserAgent: f.Client.agent(),
	})
}

// welcome opens the account and mails the link that confirms the address.
func (s *Service) welcome(ctx context.Context, u userRow, f SignUpForm, version terms.Version) error {
	if err := s.openAccount(ctx, u, f, version); err != nil {
		return err
	}
	token, err := s.issue(ctx, u, confirmEmail)
	if err != nil {
		return err
	}
	return s.Notifier.ConfirmEmail(ctx, u.recipient(), token)
}

// checkSignUp trims the form and judges each field; it returns the terms in force.
// What is wrong with the password, "" for nothing, comes from who knows whether one is needed.
func (s *Service) checkSignUp(ctx context.Context, f *SignUpForm, passwordProblem string) (terms.Version, error) {
	fields := map[string]string{}
	f.Name, f.Email = strings.TrimSpace(f.Name), strings.TrimSpace(f.Email)
	if problem := nameProblem(f.Name); problem != "" {
		fields["name"] = problem
	}
	if _, _, err := parseEmail(f.Email); err != nil {
		fields["email"] = fault.SafeText(err)
	}
	if passwordProblem != "" {
		fields["password"] = passwordProblem
	}
	profile, err := f.Account.Check()
	f.Account = profile
	for name, problem := range fault.FieldsOf(err) {
		fields[name] = problem
	}
	version, err := s.termsInForce(ctx, f.TermsVersion, f.TermsWith, f.AcceptTerms, fields)
	if err != nil {
		return version, err
	}
	if len(fields) > 0 {
		return version, &fault.Error{Kind: fault.Invalid, Safe: "Please check the marked fields.", Fields: fields}
	}
	return version, nil
}

// mailAllowed counts a mail that a stranger can cause against list bombing.
func (s *Service) mailAllowed(ctx context.Context, emailKey string) (bool, error) {
	d, err := s.Limiter.Hit(ctx, "mail:"+emailKey, s.Limits.MailsPerHour, time.Hour)
	return d.Allowed, err
}
