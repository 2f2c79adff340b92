package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Invitation is an offer to join an account. Its life: sent → accepted, revoked or
// expired. Inviting the same address again revokes the invitation before.
type Invitation struct {
	ID        id.ID
	AccountID id.ID
	Email     string
	Role      Role
	InvitedBy id.ID
	CreatedAt time.Time
	ExpiresAt time.Time
}

const (
	// InvitationLife is how long the link works.
	InvitationLife = 7 * 24 * time.Hour
	// invitationsPerDay bounds the mails that one account makes us send.
	invitationsPerDay = 100
	// perAddressAndDay bounds those to one address.
	perAddressAndDay = 3
)

// Invite mails a link to an address. Only a member who outranks the role may give it.
func (s *Service) Invite(ctx context.Context, scope Scope, email string, role Role) error {
	if !role.Known() || role == Owner {
		return fault.Field("role", "Choose one of the roles.")
	}
	mailbox, err := address.Parse(strings.TrimSpace(email))
	if err != nil || !mailbox.IsASCII() || !strings.Contains(mailbox.Domain, ".") || len(email) > 254 {
		return fault.Field("email", "Enter a full e-mail address, like name@example.com.")
	}
	token, now := secret.Token(), s.store.Now()
	r := invitationRow{
		InvitationID: id.New(), Email: mailbox.String(), EmailKey: strings.ToLower(mailbox.String()), Role: role, TokenHash: secret.Hash(token),
		InvitedBy: scope.Actor().ID, CreatedAt: now, ExpiresAt: now.Add(InvitationLife),
	}
	err = s.inScope(ctx, scope, func(ctx context.Context) error {
		by, a, err := s.inviter(ctx, scope, role)
		if err != nil {
			return err
		}
		if err := s.roomToInvite(ctx, scope, r.EmailKey); err != nil {
			return err
		}
		if err := s.insertInvitation(ctx, scope, &r); err != nil {
			return err
		}
		err = s.audit.Record(ctx, scope, audit.Entry{
			Action: "invitation.sent", Object: audit.Object{ID: r.InvitationID, Name: r.Email}, After: audit.Values{"role": string(role)},
		})
		if err != nil {
			return err
		}
		return s.notifier.Invitation(ctx, r.Email, InvitationMail{Account: a.Name, InvitedBy: by, Role: role, Token: token, ExpiresAt: r.ExpiresAt})
	})
	return asIs("invite", err)
}

// inviter returns the address of who invites, and the account. The role counts as it
// is now, not as it was when the page was opened.
func (s *Service) inviter(ctx context.Context, scope Scope, role Role) (email string, a Account, err error) {
	me, err := s.person(ctx, scope, scope.Actor().ID)
	if err != nil {
		return "", a, err
	}
	if !me.Role.May(ManageMembers) || !me.Role.Outranks(role) {
		return "", a, fault.New(fault.Forbidden, "Only the owner can make somebody an admin; admins can give the other roles.")
	}
	a, err = s.Get(ctx, scope)
	if err == nil && a.State == Closed {
		err = fault.New(fault.Conflict, "This account is closed. Nobody can be invited.")
	}
	return me.Email, a, err
}

func (s *Service) roomToInvite(ctx context.Context, scope Scope, emailKey string) error {
	member, err := s.memberWithAddress(ctx, scope, emailKey)
	if err != nil {
		return err
	}
	if member {
		return fault.Field("email", "This person is a member already.")
	}
	all, toThem, err := s.invitedSince(ctx, scope, emailKey, s.store.Now().Add(-24*time.Hour))
	switch {
	case err != nil:
		return err
	case all >= invitationsPerDay:
		return fault.Newf(fault.Limited, "An account can send %d invitations a day. Please go on tomorrow.", invitationsPerDay)
	case toThem >= perAddressAndDay:
		return fault.New(fault.Limited, "This person was invited several times today. Please let them look into their spam folder, or go on tomorrow.")
	}
	members, err := s.Members(ctx, scope)
	if err != nil {
		return err
	}
	waiting, err := s.Invitations(ctx, scope)
	if err != nil {
		return err
	}
	waiting = slices.DeleteFunc(waiting, func(i Invitation) bool { return strings.EqualFold(i.Email, emailKey) }) // it is replaced
	return Room(ctx, s.plan, scope, Members, int64(len(members)), int64(len(waiting))+1)
}

// Revoke ends an invitation that was not accepted yet.
func (s *Service) Revoke(ctx context.Context, scope Scope, invitationID id.ID) error {
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		r, err := s.revokeInvitation(ctx, scope, invitationID)
		if err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "invitation.revoked", Object: audit.Object{ID: r.InvitationID, Name: r.Email}})
	})
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.NotFound, "There is no such invitation.")
	}
	return asIs("revoke an invitation", err)
}

// asIs passes classified faults on and gives the others their step.
func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("account: %s: %w", step, err)
	}
	return err
}
