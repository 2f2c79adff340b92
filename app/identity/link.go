package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Link is a provider by which a user may sign in.
type Link struct {
	Provider  string
	Email     string // at the provider, when it was linked
	CreatedAt time.Time
	UsedAt    time.Time
}

// Links returns the user's linked identities, the earliest first.
func (s *Service) Links(ctx context.Context, userID id.ID) ([]Link, error) {
	rows, err := s.listLinks(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("identity: list links: %w", err)
	}
	out := make([]Link, len(rows))
	for i, r := range rows {
		out[i] = Link{Provider: r.Provider, Email: r.Email, CreatedAt: r.CreatedAt, UsedAt: r.UsedAt}
	}
	return out, nil
}

// LinkIdentity links what a provider vouched for to a user who has just proven who
// they are. An identity opens one user only, and a user has one of each provider.
func (s *Service) LinkIdentity(ctx context.Context, userID id.ID, x External, c Client) error {
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.userByID(ctx, userID)
		if err != nil {
			return err
		}
		if err := s.mayLink(ctx, userID, x); err != nil {
			return err
		}
		now := s.now()
		err = s.insertLink(ctx, linkRow{Issuer: x.Issuer, Subject: x.Subject, UserID: userID, Provider: x.Provider, Email: x.Email, CreatedAt: now, UsedAt: now})
		if err != nil {
			return err
		}
		return s.tell(ctx, u, c, Notice{Kind: IdentityLinked, Detail: x.Provider})
	})
	if errors.Is(err, store.ErrDuplicate) {
		return errTaken()
	}
	return asIs("link an identity", err)
}

func (s *Service) mayLink(ctx context.Context, userID id.ID, x External) error {
	l, err := s.takeLink(ctx, x.Issuer, x.Subject)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case l.UserID == userID:
		return fault.New(fault.Conflict, "This identity is linked already.")
	default:
		return errTaken()
	}
	links, err := s.listLinks(ctx, userID)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Provider == x.Provider {
			return fault.New(fault.Conflict, "Another identity of this provider is linked. Unlink it first.")
		}
	}
	return nil
}

func errTaken() error {
	return fault.New(fault.Conflict, "This identity opens another user already. Sign in with it, and unlink it there first.")
}

// UnlinkIdentity ends a way to sign in, unless it is the last one.
func (s *Service) UnlinkIdentity(ctx context.Context, userID id.ID, provider string, c Client) error {
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, ways, err := s.waysOf(ctx, userID)
		if err != nil {
			return err
		}
		if err := s.deleteLink(ctx, userID, provider); errors.Is(err, store.ErrNotFound) {
			return fault.New(fault.NotFound, "This identity is not linked.")
		} else if err != nil {
			return err
		}
		if ways <= 1 {
			return errLastWay()
		}
		return s.tell(ctx, u, c, Notice{Kind: IdentityUnlinked, Detail: provider})
	})
	return asIs("unlink an identity", err)
}

// waysOf counts by how many ways the user could sign in alone.
func (s *Service) waysOf(ctx context.Context, userID id.ID) (u userRow, ways int, err error) {
	if u, err = s.lockUser(ctx, userID); err != nil {
		return u, 0, err
	}
	links, err := s.listLinks(ctx, userID)
	if err != nil {
		return u, 0, err
	}
	keys, err := s.listPasskeys(ctx, userID)
	if err != nil {
		return u, 0, err
	}
	ways = len(links) + len(keys)
	if u.PasswordHash != noPassword {
		ways++
	}
	return u, ways, nil
}

func errLastWay() error {
	return fault.New(fault.Conflict, "This is your only way to sign in. Set a password or add another way first.")
}
