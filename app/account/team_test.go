package account_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// mailbag keeps what would be mailed.
type mailbag struct {
	mu     sync.Mutex
	tokens map[string]string // the newest invitation's, by address
	kinds  []string
}

func (m *mailbag) Invitation(_ context.Context, to string, i account.InvitationMail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens == nil {
		m.tokens = map[string]string{}
	}
	m.tokens[to] = i.Token
	return nil
}

func (m *mailbag) TransferAsked(_ context.Context, to string, _ account.TransferMail) error {
	m.kinds = append(m.kinds, "asked "+to)
	return nil
}

func (m *mailbag) Transferred(_ context.Context, to string, _ account.TransferMail) error {
	m.kinds = append(m.kinds, "done "+to)
	return nil
}

// team is an account with its owner, and what else a test needs.
type team struct {
	*testing.T
	store    *store.Store
	accounts *account.Service
	mails    *mailbag
	a        account.Account
	owner    account.Scope
}

func newTeam(t *testing.T, s *store.Store) *team {
	t.Helper()
	tm := &team{T: t, store: s, accounts: account.New(s), mails: &mailbag{}}
	tm.accounts.SetNotifier(tm.mails)
	owner := tm.user("ada@example.com")
	tm.a = create(t, s, owner, "Team")
	tm.owner = tm.as(owner)
	return tm
}

// user stores a user with an address.
func (tm *team) user(email string) id.ID {
	tm.Helper()
	user, now := id.New(), tm.store.Now()
	err := tm.store.SystemWrite(tm.Context(), "a user", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
			VALUES (?, ?, ?, 'A', '!', ?, 'system', ?, ?, ?)`, user, email, email, false, now, now, now).Error
	})
	if err != nil {
		tm.Fatal(err)
	}
	return user
}

func (tm *team) as(user id.ID) account.Scope {
	return account.NewScope(tm.a.ID, account.Actor{Kind: account.ActorUser, ID: user, Role: account.Owner})
}

// join makes a member by an invitation.
func (tm *team) join(email string, role account.Role) id.ID {
	tm.Helper()
	user := tm.user(email)
	tm.must(tm.accounts.Invite(tm.Context(), tm.owner, email, role))
	if _, err := tm.accounts.Accept(tm.Context(), tm.mails.tokens[email], user); err != nil {
		tm.Fatal(err)
	}
	return user
}

func (tm *team) must(err error) {
	tm.Helper()
	if err != nil {
		tm.Fatal(err)
	}
}

func (tm *team) want(kind fault.Kind, err error) {
	tm.Helper()
	if !fault.Is(err, kind) {
		tm.Errorf("got %v, want %s", err, kind)
	}
}

func (tm *team) roles() map[id.ID]account.Role {
	tm.Helper()
	members, err := tm.accounts.Members(tm.Context(), tm.owner)
	tm.must(err)
	roles := map[id.ID]account.Role{}
	for _, m := range members {
		roles[m.UserID] = m.Role
	}
	return roles
}

func TestAnInvitationWorksOnceForItsAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tm := newTeam(t, s)
		ctx, bob, eve := t.Context(), tm.user("bob@example.com"), tm.user("eve@example.com")
		tm.must(tm.accounts.Invite(ctx, tm.owner, " Bob@example.com ", account.Developer))
		first := tm.mails.tokens["Bob@example.com"]
		in, err := tm.accounts.InvitationOf(ctx, first)
		if err != nil || !in.Known || in.InvitedBy != "ada@example.com" || in.Account.ID != tm.a.ID {
			t.Errorf("%+v, %v", in, err)
		}
		_, err = tm.accounts.Accept(ctx, first, eve)
		tm.want(fault.Forbidden, err)
		tm.must(tm.accounts.Invite(ctx, tm.owner, "Bob@example.com", account.Viewer)) // replaces the first
		_, err = tm.accounts.Accept(ctx, first, bob)
		tm.want(fault.NotFound, err)
		token := tm.mails.tokens["Bob@example.com"]
		var ok sync.WaitGroup
		results := make([]error, 4)
		for i := range results {
			ok.Go(func() { _, results[i] = tm.accounts.Accept(ctx, token, bob) })
		}
		ok.Wait()
		accepted := 0
		for _, err := range results {
			if err == nil {
				accepted++
			} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
		}
		if accepted != 1 || tm.roles()[bob] != account.Viewer {
			t.Errorf("accepted %d times, roles %v", accepted, tm.roles())
		}
		tm.want(fault.Invalid, tm.accounts.Invite(ctx, tm.owner, "bob@example.com", account.Viewer))
		tm.want(fault.Invalid, tm.accounts.Invite(ctx, tm.owner, "carl@example.com", account.Owner))
		tm.want(fault.Invalid, tm.accounts.Invite(ctx, tm.owner, "no address", account.Viewer))
	})
}

func TestInvitationsExpireAreRevokedAndBounded(t *testing.T) {
	t.Parallel()
	watch := clock.NewFake(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	tm := newTeam(t, storetest.SQLite(t, watch))
	ctx, bob := t.Context(), tm.user("bob@example.com")
	tm.must(tm.accounts.Invite(ctx, tm.owner, "bob@example.com", account.Viewer))
	open, err := tm.accounts.Invitations(ctx, tm.owner)
	if err != nil || len(open) != 1 {
		t.Fatalf("%+v, %v", open, err)
	}
	tm.must(tm.accounts.Revoke(ctx, tm.owner, open[0].ID))
	tm.want(fault.NotFound, tm.accounts.Revoke(ctx, tm.owner, open[0].ID))
	_, err = tm.accounts.Accept(ctx, tm.mails.tokens["bob@example.com"], bob)
	tm.want(fault.NotFound, err)
	tm.must(tm.accounts.Invite(ctx, tm.owner, "bob@example.com", account.Viewer))
	watch.Advance(account.InvitationLife)
	_, err = tm.accounts.Accept(ctx, tm.mails.tokens["bob@example.com"], bob)
	tm.want(fault.NotFound, err)
	for range 3 {
		tm.must(tm.accounts.Invite(ctx, tm.owner, "carl@example.com", account.Viewer))
	}
	tm.want(fault.Limited, tm.accounts.Invite(ctx, tm.owner, "carl@example.com", account.Viewer))
	for i := range 97 {
		tm.must(tm.accounts.Invite(ctx, tm.owner, fmt.Sprintf("x%d@example.com", i), account.Viewer))
	}
	tm.want(fault.Limited, tm.accounts.Invite(ctx, tm.owner, "one.more@example.com", account.Viewer))
}

func TestRolesChangeOnlyFromAbove(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tm := newTeam(t, s)
		ctx := t.Context()
		admin, other, dev := tm.join("admin@example.com", account.Admin), tm.join("other@example.com", account.Admin), tm.join("dev@example.com", account.Developer)
		ada := tm.owner.Actor().ID
		for _, c := range []struct {
			by, of id.ID
			to     account.Role
			want   fault.Kind
		}{
			{admin, dev, account.Admin, fault.Forbidden}, {admin, other, account.Viewer, fault.Forbidden}, {admin, ada, account.Viewer, fault.Conflict},
			{dev, dev, account.Admin, fault.Forbidden}, {ada, ada, account.Admin, fault.Conflict}, {ada, dev, account.Owner, fault.Conflict},
			{ada, dev, "emperor", fault.Invalid}, {ada, id.New(), account.Viewer, fault.NotFound},
			{admin, dev, account.Marketer, ""}, {ada, other, account.Billing, ""},
		} {
			tm.want(c.want, tm.accounts.SetRole(ctx, tm.as(c.by), c.of, c.to))
		}
		if got := tm.roles(); got[dev] != account.Marketer || got[other] != account.Billing || got[ada] != account.Owner {
			t.Errorf("%v", got)
		}
		tm.want(fault.Forbidden, tm.accounts.Invite(ctx, tm.as(admin), "x@example.com", account.Admin))
		tm.want(fault.Forbidden, tm.accounts.Invite(ctx, tm.as(dev), "x@example.com", account.Viewer))
		tm.want(fault.Conflict, tm.accounts.Leave(ctx, tm.owner))
		tm.must(tm.accounts.Remove(ctx, tm.as(admin), dev))
		tm.must(tm.accounts.Leave(ctx, tm.as(other)))
		_, err := tm.accounts.MembershipBySlug(ctx, dev, tm.a.Slug)
		tm.want(fault.NotFound, err)
		tm.want(fault.NotFound, tm.accounts.Remove(ctx, tm.owner, dev))
	})
}

// At no commit has the account two owners or none, whoever tries what.
func TestOwnershipMovesWhenBothConfirm(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tm := newTeam(t, s)
		ctx, ada := t.Context(), tm.owner.Actor().ID
		bob, eve := tm.join("bob@example.com", account.Developer), tm.join("eve@example.com", account.Admin)
		tm.want(fault.Forbidden, tm.accounts.Offer(ctx, tm.as(eve), bob))
		tm.want(fault.Invalid, tm.accounts.Offer(ctx, tm.owner, id.New()))
		tm.must(tm.accounts.Offer(ctx, tm.owner, bob))
		tm.want(fault.Conflict, tm.accounts.TakeOver(ctx, tm.as(eve)))
		tm.want(fault.Conflict, tm.accounts.TakeOver(ctx, tm.owner))
		tm.want(fault.Conflict, tm.accounts.Withdraw(ctx, tm.as(eve)))
		tm.must(tm.accounts.Withdraw(ctx, tm.as(bob)))
		tm.want(fault.Conflict, tm.accounts.TakeOver(ctx, tm.as(bob)))
		tm.must(tm.accounts.Offer(ctx, tm.owner, bob))
		tm.must(tm.accounts.TakeOver(ctx, tm.as(bob)))
		if got := tm.roles(); got[bob] != account.Owner || got[ada] != account.Admin {
			t.Errorf("%v", got)
		}
		tm.want(fault.Conflict, tm.accounts.TakeOver(ctx, tm.as(bob)))
		if n := len(tm.mails.kinds); n != 6 {
			t.Errorf("%d mails: %v", n, tm.mails.kinds)
		}
		for _, statement := range []string{
			"UPDATE members SET role = 'owner'", "UPDATE members SET role = 'viewer' WHERE role = 'owner'",
			"DELETE FROM members WHERE role = 'owner'", "DELETE FROM account_owners",
		} {
			err := s.SystemWrite(ctx, "test: two owners, or none", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(statement).Error })
			if err == nil {
				t.Errorf("%s passed", statement)
			}
		}
	})
}

// A page of a large team is read by key, whatever its size.
func TestTenThousandMembers(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, storetest.SQLite(t, nil))
	now := tm.store.Now()
	err := tm.store.SystemWrite(t.Context(), "test: a large team", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
			INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at)
			SELECT printf('u%025d', i), printf('m%05d@example.com', i), printf('m%05d@example.com', i), 'M', '!', 0, 'system', ?, ? FROM n`, now, now).Error; err != nil {
			return err
		}
		return tx.Exec("INSERT INTO members (account_id, user_id, role, created_at) SELECT ?, user_id, 'viewer', ? FROM users WHERE email LIKE 'm%'", tm.a.ID, now).Error
	})
	tm.must(err)
	page, err := tm.accounts.Team(t.Context(), tm.owner, "", "m00100@example.com", 100)
	if err != nil || len(page) != 100 || page[0].Email != "m00101@example.com" {
		t.Errorf("%d, %v", len(page), err)
	}
	if found, err := tm.accounts.Team(t.Context(), tm.owner, "M0999", "", 100); err != nil || len(found) != 10 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

// bound is a plan with room for so many of each thing.
type bound int64

func (b bound) Most(context.Context, account.Scope, account.Thing) (int64, error) {
	return int64(b), nil
}

// A plan bounds members and those who are invited; who is invited anew takes no second place.
func TestAPlanBoundsMembers(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, storetest.SQLite(t, nil))
	ctx := t.Context()
	tm.accounts.SetPlan(bound(2))
	tm.must(tm.accounts.Invite(ctx, tm.owner, "bob@example.com", account.Viewer))
	tm.must(tm.accounts.Invite(ctx, tm.owner, "bob@example.com", account.Developer))
	tm.want(fault.Limited, tm.accounts.Invite(ctx, tm.owner, "carl@example.com", account.Viewer))
	tm.accounts.SetPlan(bound(0))
	tm.must(tm.accounts.Invite(ctx, tm.owner, "carl@example.com", account.Viewer))
}
