package identity

import (
	"context"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/limit"
)

// SignInForm is what a returning user gives.
type SignInForm struct {
	Email    string
	Password string
	Client   Client
	Replaces string // token of the session the browser has now; it ends
}

// SignedIn is a fresh session: its token, for the cookie, and whose it is.
type SignedIn struct {
	Token string
	User  User
}

// SignIn checks the password and opens a session. Unknown address and wrong
// password are one answer that takes one time.
func (s *Service) SignIn(ctx context.Context, f SignInForm) (SignedIn, error) {
	_, key, err := parseEmail(strings.TrimSpace(f.Email))
	if err != nil {
		key = "" // nobody has it, but it takes the same way
	}
	buckets := s.signInBuckets(key, f.Client)
	if err := buckets.hit(ctx, s.Limiter); err != nil {
		return SignedIn{}, err
	}
	u, _, err := s.findUser(ctx, key)
	if err != nil {
		return SignedIn{}, err
	}
	match, stale, err := s.Hasher.Check(ctx, f.Password, u.PasswordHash)
	if err != nil {
		return SignedIn{}, err
	}
	if !match {
		return SignedIn{}, fault.New(fault.Unauthorized, "The e-mail address or the password is wrong.")
	}
	if err := buckets.forgive(ctx, s.Limiter); err != nil {
		return SignedIn{}, err
	}
	if stale {
		if err := s.rehash(ctx, u, f.Password); err != nil {
			return SignedIn{}, err
		}
	}
	return s.enter(ctx, u, f.Client, f.Replaces)
}

// enter opens the session of a user who has just proven who they are.
func (s *Service) enter(ctx context.Context, u userRow, c Client, replaces string) (SignedIn, error) {
	token, err := s.open(ctx, u.UserID, c, replaces)
	return SignedIn{Token: token, User: u.user()}, err
}

// rehash stores the same password with today's parameters, unless it was changed meanwhile.
func (s *Service) rehash(ctx context.Context, u userRow, password string) error {
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return asIs("rehash a password", s.replaceHash(ctx, u, hash))
}

// buckets are the counters of one attempt to sign in.
type buckets []bucket

type bucket struct {
	name  string
	limit int
}

func (s *Service) signInBuckets(emailKey string, c Client) buckets {
	network := limit.Network(c.IP)
	return buckets{
		{"sign_in:" + emailKey + "|" + network, s.Limits.SignInsPerMinute},
		{"sign_in_network:" + network, s.Limits.SignInsPerNetwork},
	}
}

// hit counts the attempt before its outcome is known, so that parallel guesses
// cannot pass together; a success is taken back by forgive.
func (b buckets) hit(ctx context.Context, l *limit.Limiter) error {
	for _, one := range b {
		d, err := l.Hit(ctx, one.name, one.limit, time.Minute)
		if err != nil {
			return err
		}
		if err := d.Err("That was tried too often. Please wait a minute and try again."); err != nil {
			return err
		}
	}
	return nil
}

func (b buckets) forgive(ctx context.Context, l *limit.Limiter) error {
	for _, one := range b {
		if err := l.Forgive(ctx, one.name, time.Minute); err != nil {
			return err
		}
	}
	return nil
}
