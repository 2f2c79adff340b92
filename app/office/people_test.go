package office_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/office"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// doors makes users of staff, without ways to sign in.
type doors struct{ store *store.Store }

func (d doors) CreateStaff(ctx context.Context, email string) (userID id.ID, token string, err error) {
	err = d.store.SystemWrite(ctx, "test: make a user of staff", func(_ context.Context, tx *gorm.DB) error {
		now := d.store.Now()
		err := tx.Exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at)
			VALUES (?, ?, ?, 'N', '!', TRUE, 'system', ?, ?) ON CONFLICT (email_key) DO NOTHING`, id.New(), email, email, now, now).Error
		if err != nil {
			return err
		}
		return tx.Raw("SELECT user_id FROM users WHERE email_key = ?", email).Scan(&userID).Error
	})
	return userID, "token", err
}

func (doors) CloseStaff(context.Context, id.ID) error { return nil }

type nobodyTold struct{}

func (nobodyTold) StaffInvited(context.Context, string, string, office.Roles, string) error {
	return nil
}

// Two operators who take each other's role, or end each other, at the same time: one of
// them stays.
func TestTheLastOperatorStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, people := t.Context(), office.New(s, doors{s}, nobodyTold{})
		invite := func(email string) id.ID {
			if _, err := people.Invite(ctx, office.By{}, email, office.Roles{office.Operator}); err != nil {
				t.Fatal(err)
			}
			who, err := people.Find(ctx, email)
			if err != nil {
				t.Fatal(err)
			}
			return who.ID
		}
		for round := range 5 {
			ids := []id.ID{invite("ann@operator.example"), invite("bea@operator.example")}
			errs := make([]error, 2)
			var both sync.WaitGroup
			for i := range ids {
				both.Go(func() {
					by := office.By{ID: ids[1-i]}
					if round%2 == 0 {
						errs[i] = people.SetRoles(ctx, by, ids[i], office.Roles{office.Support})
					} else {
						errs[i] = people.End(ctx, by, ids[i], "leaves")
					}
				})
			}
			both.Wait()
			refused := 0
			for _, err := range errs {
				if fault.Is(err, fault.Conflict) {
					refused++
				} else if err != nil {
					t.Fatal(err)
				}
			}
			operators := 0
			list, err := people.List(ctx)
			for _, who := range list {
				if who.Roles.Has(office.Operator) {
					operators++
				}
			}
			if err := errors.Join(err); err != nil || operators != 1 || refused != 1 {
				t.Fatalf("%d operators are left, %d were refused: %v", operators, refused, err)
			}
		}
		if err := people.SetRoles(ctx, office.By{}, id.New(), office.Roles{office.Support}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger got roles: %v", err)
		}
		if err := people.SetRoles(ctx, office.By{}, id.New(), office.Roles{"king"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a made-up role: %v", err)
		}
	})
}

// Somebody grants every permission, and credits are finance's alone.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	for _, p := range office.Permissions() {
		if !office.All.May(p) || office.Takes(p) == "" {
			t.Errorf("nobody may %s", p)
		}
		if (office.Roles{}).May(p) {
			t.Errorf("who has no role may %s", p)
		}
	}
	for _, role := range office.All {
		if role.About() == "" || !strings.HasSuffix(role.About(), ".") {
			t.Errorf("%s does not say what it is for", role)
		}
		if (office.Roles{role}).May(office.GiveCredit) != (role == office.Finance) {
			t.Errorf("%s and credits", role)
		}
	}
}
