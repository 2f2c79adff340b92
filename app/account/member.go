package account

import (
	"context"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// SetRole gives a member another role. Both the old and the new one must be below
// the role of who does it.
func (s *Service) SetRole(ctx context.Context, scope Scope, userID id.ID, role Role) error {
	if !role.Known() {
		return fault.Field("role", "Choose one of the roles.")
	}
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		them, err := s.mayTouch(ctx, scope, userID, role)
		if err != nil || them.Role == role {
			return err
		}
		if err := s.changeRole(ctx, scope, userID, them.Role, role); err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{
			Action: "member.role_changed", Object: audit.Object{ID: userID, Name: them.Email},
			Before: audit.Values{"role": string(them.Role)}, After: audit.Values{"role": string(role)},
		})
	})
	return asIs("set a role", err)
}

// Remove takes a member out of the account. The next request of any session of theirs
// finds no account: access is looked up for each.
func (s *Service) Remove(ctx context.Context, scope Scope, userID id.ID) error {
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		them, err := s.mayTouch(ctx, scope, userID, Viewer)
		if err != nil {
			return err
		}
		return s.remove(ctx, scope, them, "member.removed")
	})
	return asIs("remove a member", err)
}

// Leave takes the acting member out of the account. The owner cannot leave.
func (s *Service) Leave(ctx context.Context, scope Scope) error {
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		me, err := s.person(ctx, scope, scope.Actor().ID)
		switch {
		case err != nil:
			return err
		case me.Role == Owner:
			return fault.New(fault.Conflict, "You own this account, and an account always has an owner. Transfer it to another member first, or close it.")
		}
		return s.remove(ctx, scope, me, "member.left")
	})
	return asIs("leave", err)
}

func (s *Service) remove(ctx context.Context, scope Scope, them Person, action audit.Action) error {
	if err := s.deleteMember(ctx, scope, them); err != nil {
		return err
	}
	return s.audit.Record(ctx, scope, audit.Entry{
		Action: action, Object: audit.Object{ID: them.UserID, Name: them.Email}, Before: audit.Values{"role": string(them.Role)},
	})
}

// mayTouch returns the member if who acts outranks them and the role they shall get.
func (s *Service) mayTouch(ctx context.Context, scope Scope, userID id.ID, role Role) (Person, error) {
	them, err := s.person(ctx, scope, userID)
	if err != nil {
		return Person{}, err
	}
	me, err := s.person(ctx, scope, scope.Actor().ID)
	switch {
	case err != nil:
		return Person{}, err
	case them.Role == Owner:
		return Person{}, fault.New(fault.Conflict, "An account always has an owner. Transfer it to another member first.")
	case role == Owner:
		return Person{}, fault.New(fault.Conflict, "Another owner is made by transferring the account, and both confirm it.")
	case !me.Role.May(ManageMembers), !me.Role.Outranks(them.Role), !me.Role.Outranks(role):
		return Person{}, fault.New(fault.Forbidden, "Only the owner can change an admin or make one; admins can change the other roles.")
	}
	return them, nil
}
