package identity

import (
	"context"
	"strings"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/limit"
)

// SignInForm is what a returning user gives.
type SignInForm struct {
	Email    string
	Password string
	Client   Client
	Replaces string // token of the session the browser has now; it ends
	Office   bool   // at the back office's own door, which lets staff in and nobody else
}

// SignedIn is a fresh session: its token, for the cookie, and whose it is. When the
// user has a second factor there is no session yet: Second is the token of that step.
type SignedIn struct {
	Token  string
	User   User
	Second string
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
	if !match || u.Staff != f.Office { // at the wrong door no password is right
		// For known and unknown addresses alike, so that neither costs more (H-07).
		s.Log.InfoContext(ctx, "a sign-in was refused", "address", audit.MaskEmail(key), "network", limit.Network(f.Client.IP))
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

// enter goes on from the first proof of who somebody is: to the second factor when
// the user has one, else into a session.
func (s *Service) enter(ctx context.Context, u userRow, c Client, replaces string) (SignedIn, error) {
	second, err := s.hasSecondFactor(ctx, u.UserID)
	if err != nil {
		return SignedIn{}, err
	}
	if !second {
		return s.admit(ctx, u, c, replaces, false)
	}
	token, err := s.begin(ctx, secondStep, u.UserID, secondState{PasswordChangedAt: u.PasswordChangedAt})
	return SignedIn{User: u.user(), Second: token}, err
}

// admit opens the session of a user who has proven enough, and tells them when the
// browser is one that was never seen with them.
func (s *Service) admit(ctx context.Context, u userRow, c Client, replaces string, twoFactors bool) (SignedIn, error) {
	in := SignedIn{User: u.user()}
	err := s.inTx(ctx, func(ctx context.Context) (err error) {
		if in.Token, err = s.open(ctx, u.UserID, c, replaces, twoFactors); err != nil {
			return err
		}
		if err := s.record(ctx, u, c, "member.signed_in", ""); err != nil {
			return err
		}
		fresh, err := s.meetDevice(ctx, u.UserID, c)
		if err != nil || !fresh {
			return err
		}
		return s.Notifier.Security(ctx, u.recipient(), Notice{Kind: NewDevice, Device: c.Words(), IP: c.ip(), At: s.now()})
	})
	return in, asIs("open a session", err)
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
