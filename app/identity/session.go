package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

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
	return Session{Hash: r.TokenHash, UserID: r.UserID, IP: r.IP, UserAgent: r.UserAgent, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt, ExpiresAt: r.ExpiresAt}
}

// open makes a session and ends the one it replaces, so that a token known before
// the sign-in opens nothing after it (H-03). It returns the new token.
func (s *Service) open(ctx context.Context, userID id.ID, c Client, replaces string) (string, error) {
	token, now := secret.Token(), s.now()
	err := s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		if replaces != "" {
			if err := tx.Where("token_hash = ?", secret.Hash(replaces)).Delete(&sessionRow{}).Error; err != nil {
				return err
			}
		}
		return tx.Create(&sessionRow{
			TokenHash: secret.Hash(token), UserID: userID, IP: c.ip(), UserAgent: c.agent(),
			CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionIdle),
		}).Error
	})
	if err != nil {
		return "", fmt.Errorf("identity: open a session: %w", err)
	}
	return token, nil
}

// Authenticate returns the session of a cookie's token with its user, or
// Unauthorized. It notes the use at most once per five minutes.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, User, error) {
	var r sessionRow
	var u userRow
	now := s.now()
	err := s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("token_hash = ? AND expires_at > ?", secret.Hash(token), now).Take(&r).Error; err != nil {
			return err
		}
		return tx.Where("user_id = ?", r.UserID).Take(&u).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return Session{}, User{}, fault.New(fault.Unauthorized, "Please sign in.")
	}
	if err != nil {
		return Session{}, User{}, fmt.Errorf("identity: authenticate: %w", err)
	}
	if now.Sub(r.SeenAt) >= seenInterval {
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
	err := s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("token_hash = ?", r.TokenHash).
			Updates(map[string]any{"seen_at": r.SeenAt, "expires_at": r.ExpiresAt}).Error
	})
	if err != nil {
		return fmt.Errorf("identity: note a session's use: %w", err)
	}
	return nil
}

// SignOut ends the session of a token; an unknown token is fine.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.endSessions(ctx, "token_hash = ?", secret.Hash(token))
}

// Sessions returns the user's live sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, userID id.ID) ([]Session, error) {
	var rows []sessionRow
	err := s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("user_id = ? AND expires_at > ?", userID, s.now()).Order("seen_at DESC, token_hash").Limit(100).Find(&rows).Error
	})
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
func (s *Service) EndSession(ctx context.Context, userID id.ID, hash string) error {
	return s.endSessions(ctx, "user_id = ? AND token_hash = ?", userID, hash)
}

// EndOtherSessions ends all of the user's sessions but the one with the hash.
func (s *Service) EndOtherSessions(ctx context.Context, userID id.ID, keep string) error {
	return s.endSessions(ctx, "user_id = ? AND token_hash <> ?", userID, keep)
}

func (s *Service) endSessions(ctx context.Context, where string, values ...any) error {
	err := s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where(where, values...).Delete(&sessionRow{}).Error
	})
	if err != nil {
		return fmt.Errorf("identity: end sessions: %w", err)
	}
	return nil
}

// Sweep forgets sessions and tokens that have ended.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("expires_at <= ?", s.now()).Delete(&sessionRow{}).Error; err != nil {
			return err
		}
		return tx.Where("expires_at <= ?", s.now()).Delete(&tokenRow{}).Error
	})
	if err != nil {
		return fmt.Errorf("identity: sweep: %w", err)
	}
	return nil
}
