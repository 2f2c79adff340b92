package identity

import (
	"context"
	"fmt"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/terms"
)

// JoinForm is what a newcomer gives who was invited. Texts are as typed.
type JoinForm struct {
	Token        string
	Name         string
	Password     string
	TermsVersion int // the one that was shown
	TermsWith    string
	AcceptTerms  bool
	Client       Client
	Replaces     string // token of the session the browser has now; it ends
}

// Join makes a user of the invited address and a member of the account, in one
// transaction, and signs them in: who has the link reads the mailbox.
func (s *Service) Join(ctx context.Context, f JoinForm) (SignedIn, account.Account, error) {
	var joined account.Account
	in, err := s.Accounts.InvitationOf(ctx, f.Token)
	if err != nil {
		return SignedIn{}, joined, err
	}
	if in.Known {
		return SignedIn{}, joined, fault.New(fault.Conflict, "You are registered already. Sign in to accept the invitation.")
	}
	version, err := s.checkJoin(ctx, &f, in)
	if err != nil {
		return SignedIn{}, joined, err
	}
	hash, err := s.Hasher.Hash(ctx, f.Password)
	if err != nil {
		return SignedIn{}, joined, err
	}
	email, key, err := parseEmail(in.Email)
	if err != nil {
		return SignedIn{}, joined, err
	}
	ctx = audit.From(ctx, audit.Source{Name: email, IP: f.Client.IP, UserAgent: f.Client.UserAgent})
	now := s.now()
	u := userRow{
		UserID: id.New(), Email: email, EmailKey: key, Name: f.Name, PasswordHash: hash, Theme: SystemTheme,
		EmailConfirmedAt: &now, PasswordChangedAt: now, CreatedAt: now,
	}
	var opened SignedIn
	err = s.inTx(ctx, func(ctx context.Context) error {
		if err := s.insertUser(ctx, u); err != nil {
			return err
		}
		if joined, err = s.Accounts.Accept(ctx, f.Token, u.UserID); err != nil {
			return err
		}
		err := s.Terms.RecordMember(ctx, version, terms.By{AccountID: joined.ID, UserID: u.UserID, IP: f.Client.IP, UserAgent: f.Client.agent()})
		if err != nil {
			return err
		}
		if err := s.Accounts.RecordTerms(ctx, joined.ID, u.UserID, version.Label(), version.Digest); err != nil {
			return err
		}
		opened, err = s.enter(ctx, u, f.Client, f.Replaces)
		return err
	})
	return opened, joined, asIs("join", err)
}

func (s *Service) checkJoin(ctx context.Context, f *JoinForm, in account.Invited) (terms.Version, error) {
	fields := map[string]string{}
	f.Name = strings.TrimSpace(f.Name)
	if problem := nameProblem(f.Name); problem != "" {
		fields["name"] = problem
	}
	if problem := passwordProblem(f.Password, in.Email, f.Name, in.Account.Name); problem != "" {
		fields["password"] = problem
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

// termsInForce returns the version in force, and notes in fields when it is not the
// one that was accepted.
func (s *Service) termsInForce(ctx context.Context, shown int, with string, accepted bool, fields map[string]string) (terms.Version, error) {
	offer, err := s.Terms.Offer(ctx)
	version := offer.Service
	if err != nil {
		return version, fmt.Errorf("identity: no terms are in force: %w", err)
	}
	switch {
	case shown != version.Number:
		fields["accept_terms"] = "The terms changed while the form was open. Please read " + version.Label() + " and accept it."
	case with != "" && with != offer.Besides():
		fields["accept_terms"] = "A document that belongs to the terms changed while the form was open. Please look again and accept."
	case !accepted:
		fields["accept_terms"] = "Please read the terms and tick the box if you accept them."
	}
	return version, nil
}
