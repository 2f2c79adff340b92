package identity

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/terms"
)

// FurtherAccount is what a user gives who opens one more account.
type FurtherAccount struct {
	Account      account.Profile
	TermsVersion int
	TermsWith    string
	AcceptTerms  bool
	Client       Client
}

// MostOwned is how many accounts one user may own.
const MostOwned = 20

// OpenAccount makes one more account of a user who is signed in, and records that the
// terms were accepted for it, in one transaction.
func (s *Service) OpenAccount(ctx context.Context, userID id.ID, f FurtherAccount) (account.Account, error) {
	var a account.Account
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return a, err
	}
	fields := map[string]string{}
	profile, err := f.Account.Check()
	for name, problem := range fault.FieldsOf(err) {
		fields[name] = problem
	}
	version, err := s.termsInForce(ctx, f.TermsVersion, f.TermsWith, f.AcceptTerms, fields)
	if err != nil {
		return a, err
	}
	if len(fields) > 0 {
		return a, &fault.Error{Kind: fault.Invalid, Safe: "Please check the marked fields.", Fields: fields}
	}
	if u.EmailConfirmedAt == nil {
		return a, fault.New(fault.Conflict, "Please confirm your e-mail address first.")
	}
	mine, err := s.Accounts.MembershipsOf(ctx, userID)
	if err != nil {
		return a, err
	}
	owned := 0
	for _, m := range mine {
		if m.Role == account.Owner {
			owned++
		}
	}
	if owned >= MostOwned {
		return a, fault.Newf(fault.Limited, "One person can own %d accounts. Close one that is no longer used, or write to us.", MostOwned)
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		if a, err = s.Accounts.Create(ctx, userID, profile); err != nil {
			return err
		}
		return s.Terms.Record(ctx, version, terms.By{AccountID: a.ID, UserID: userID, Channel: terms.SignUp, IP: f.Client.IP, UserAgent: f.Client.agent()})
	})
	return a, asIs("open a further account", err)
}
