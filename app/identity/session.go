package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Session is a browser in which a user is signed in.
type Session struct {
	Hash      string // of its token; names it without opening it
	UserID    id.ID
	IP        string
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time

	TwoFactors bool      // opened, or made stronger, with a second factor
	ProvenAt   time.Time // when the person last proved who they are
}

// ProofLife is how long a proof allows dangerous acts (ASVS 7.5.1, 7.5.3).
const ProofLife = 10 * time.Minute

// Proven reports whether the person proved who they are a short while ago.
func (s Session) Proven(now time.Time) bool {
	return !s.ProvenAt.IsZero() && now.Sub(s.ProvenAt) < ProofLife
}

const (
	// SessionIdle ends a session that is not used for so long.
	SessionIdle = 30 * 24 * time.Hour
	// SessionLife ends every session, however much it is used (ASVS 7.3.2).
	SessionLife = 180 * 24 * time.Hour
	// seenInterval is how often the use of a session is written at most.
	seenInterval = 5 * time.Minute
)

func (r sessionRow) session() Session {
	session := Session{
		Hash: r.TokenHash, UserID: r.UserID, IP: r.IP, UserAgent: r.UserAgent, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt,
		ExpiresAt: r.ExpiresAt, TwoFactors: r.TwoFactors,
	}
	if r.ProvenAt != nil {
		session.ProvenAt = *r.ProvenAt
	}
	return session
}

// open makes a session and ends the one it replaces, so that a token known before
// the sign-in opens nothing after it (H-03). It returns the new token.
func (s *Service) open(ctx context.Context, userID id.ID, c Client, replaces string, twoFactors bool) (string, error) {
	token, now := secret.Token(), s.now()
	err := s.inTx(ctx, func(ctx context.Context) error {
		if replaces != "" {
			if err := s.SignOut(ctx, replaces); err != nil {
				return err
			}
		}
		return s.insertSession(ctx, sessionRow{
			TokenHash: secret.Hash(token), UserID: userID, IP: c.ip(), UserAgent: c.agent(),
			CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionIdle), TwoFactors: twoFactors, ProvenAt: &now,
		})
	})
	if err != nil {
		return "", fmt.Errorf("identity: open a session: %w", err)
	}
	return token, nil
}

// Authenticate returns the session of a cookie's token with its user, or
// Unauthorized. It notes the use at most once per five minutes.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, User, error) {
	r, u, err := s.takeSession(ctx, secret.Hash(token))
	if errors.Is(err, store.ErrNotFound) {
		return Session{}, User{}, fault.New(fault.Unauthorized, "Please sign in.")
	}
	if err != nil {
		return Session{}, User{}, fmt.Errorf("identity: authenticate: %w", err)
	}
	if now := s.now(); now.Sub(r.SeenAt) >= seenInterval {
		if err := s.touch(ctx, &r, now); err != nil {
			return Session{}, User{}, err
		}
	}
	return r.session(), u.user(), nil
}

// touch writes that the session was used and lets it live on.
func (s *Service) touch(ctx context.Context, r *sessionRow, now time.Time) error {
	r.SeenAt, r.ExpiresAt = now, now.Add(SessionIdle)
	if end := r.CreatedAt.Add(SessionLife); r.ExpiresAt.After(end) {
		r.ExpiresAt = end
	}
	err := s.updateSession(ctx, *r)
	if err != nil {
		return fmt.Errorf("identity: note a session's use: %w", err)
	}
	return nil
}

// SignOut ends the session of a token; an unknown token is fine.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.deleteSessions(ctx, "token_hash = ?", secret.Hash(token))
}

// Sessions returns the user's live sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, userID id.ID) ([]Session, error) {
	rows, err := s.listSessions(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("identity: list sessions: %w", err)
	}
	out := make([]Session, len(rows))
	for i, r := range rows {
		out[i] = r.session()
	}
	return out, nil
}

// EndSession ends one of the user's sessions, named by its hash.
func (s *Service) EndSession(ctx context.Context, userID id.ID, hash string, c Client) error {
	return s.inTx(ctx, func(ctx context.Context) error {
		n, err := s.deleteSessionsCounted(ctx, "user_id = ? AND token_hash = ?", userID, hash)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "This session has ended already.")
		}
		if err != nil {
			return err
		}
		return s.recordOf(ctx, userID, c, "member.session_ended")
	})
}

// EndOtherSessions ends all of the user's sessions but the one with the hash.
func (s *Service) EndOtherSessions(ctx context.Context, userID id.ID, keep string, c Client) error {
	return s.inTx(ctx, func(ctx context.Context) error {
		if err := s.endOthers(ctx, userID, keep); err != nil {
			return err
		}
		return s.recordOf(ctx, userID, c, "member.other_sessions_ended")
	})
}

// EndSessionsOf ends all sessions of the user of an address, and steps that are under
// way. It is for the operator's command line.
func (s *Service) EndSessionsOf(ctx context.Context, email string) error {
	_, key, err := parseEmail(email)
	if err != nil {
		return err
	}
	u, ok, err := s.findUser(ctx, key)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "nobody is registered with this address")
	}
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(ctx context.Context) error {
		if err := s.endOthers(ctx, u.UserID, ""); err != nil {
			return err
		}
		if err := s.endFlowsOf(ctx, u.UserID); err != nil {
			return err
		}
		memberships, err := s.Accounts.MembershipsOf(ctx, u.UserID)
		for _, m := range memberships {
			err = errors.Join(err, s.audit.System(ctx, m.Account.ID, audit.Entry{Action: "member.sessions_ended_by_operator", Object: audit.Object{ID: u.UserID, Name: u.Email}}))
		}
		return err
	})
}

func (s *Service) endOthers(ctx context.Context, userID id.ID, keep string) error {
	return s.deleteSessions(ctx, "user_id = ? AND token_hash <> ?", userID, keep)
}
