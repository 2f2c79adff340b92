package office

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Person works for the operator.
type Person struct {
	ID         id.ID
	Name       string
	Email      string
	Roles      Roles `gorm:"-"` // none: ended
	CreatedAt  time.Time
	SeenAt     *time.Time // of the session used last, while one is open
	TwoFactors bool       // a second factor is set up
}

// Ended reports whether nothing is left that they may do.
func (p Person) Ended() bool { return len(p.Roles) == 0 }

// By is who changes staff: one of them, or the command line.
type By struct {
	ID   id.ID // zero: the command line
	Name string
}

// People keeps who works for the operator. Safe for concurrent use.
type People struct {
	store    *store.Store
	audit    *audit.Log
	doors    Doors
	notifier Notifier
}

// New returns it.
func New(s *store.Store, doors Doors, notifier Notifier) *People {
	return &People{s, audit.New(s), doors, notifier}
}

// Invite makes a person of staff with roles, or gives one who is there more of them, and
// returns the token by which they sign in once. The mail goes out with the same commit.
func (p *People) Invite(ctx context.Context, by By, email string, roles Roles) (token string, err error) {
	email, roles = strings.TrimSpace(email), roles.tidy()
	if len(roles) == 0 {
		return "", errNoRole
	}
	err = p.change(ctx, "invite a person of staff", func(ctx context.Context) error {
		userID, fresh, err := p.doors.CreateStaff(ctx, email)
		if err != nil {
			return err
		}
		token = fresh
		had, err := p.rolesOf(ctx, userID)
		if err != nil {
			return err
		}
		if err := p.setRoles(ctx, by, userID, append(slices.Clone(had), roles...).tidy()); err != nil {
			return err
		}
		if err := p.record(ctx, by, "staff.invited", userID, email, "", had, roles); err != nil {
			return err
		}
		if by.ID.IsZero() {
			return nil // the command line prints the link
		}
		return p.notifier.StaffInvited(ctx, email, by.Name, roles, token)
	})
	return token, asIs("invite", err)
}

// SetRoles gives a person exactly these roles.
func (p *People) SetRoles(ctx context.Context, by By, userID id.ID, roles Roles) error {
	roles = roles.tidy()
	if len(roles) == 0 {
		return errNoRole
	}
	err := p.change(ctx, "set the roles of a person of staff", func(ctx context.Context) error {
		who, err := p.person(ctx, userID)
		if err != nil {
			return err
		}
		if who.Ended() {
			return fault.New(fault.Conflict, "This person was ended. Invite them again instead.")
		}
		if who.Roles.Has(Operator) && !roles.Has(Operator) {
			if err := p.keepOperator(ctx, userID); err != nil {
				return err
			}
		}
		if err := p.setRoles(ctx, by, userID, roles); err != nil {
			return err
		}
		return p.record(ctx, by, "staff.roles_set", userID, who.Email, "", who.Roles, roles)
	})
	return asIs("set roles", err)
}

// End takes everything from a person: roles, sessions, and the ways to sign in.
func (p *People) End(ctx context.Context, by By, userID id.ID, reason string) error {
	reason, err := audit.CheckReason(reason, "Say in a few words why.")
	if err != nil {
		return err
	}
	err = p.change(ctx, "end a person of staff", func(ctx context.Context) error {
		who, err := p.person(ctx, userID)
		if err != nil {
			return err
		}
		if who.Roles.Has(Operator) {
			if err := p.keepOperator(ctx, userID); err != nil {
				return err
			}
		}
		if err := p.setRoles(ctx, by, userID, nil); err != nil {
			return err
		}
		if err := p.doors.CloseStaff(ctx, userID); err != nil {
			return err
		}
		return p.record(ctx, by, "staff.ended", userID, who.Email, reason, who.Roles, nil)
	})
	return asIs("end", err)
}

func (p *People) record(ctx context.Context, by By, action audit.Action, userID id.ID, email, reason string, had, has Roles) error {
	return p.audit.Staff(ctx, audit.StaffEntry{
		StaffID: by.ID, Action: action, Object: audit.Object{ID: userID, Name: email}, Reason: reason,
		Before: audit.Values{"roles": had.Words()}, After: audit.Values{"roles": has.Words()},
	})
}

var (
	errNoRole       = fault.Field("roles", "Choose at least one role.")
	errLastOperator = fault.New(fault.Conflict, "Somebody has to be able to manage staff: this is the last operator. Give another person that role first.")
	errNobody       = fault.New(fault.NotFound, "There is no such person.")
)

func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("office: %s: %w", step, err)
	}
	return err
}
