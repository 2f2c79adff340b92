package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// suppression is a small account-owned model for these tests.
type suppression struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream    string `gorm:"primaryKey"`
	Address   string `gorm:"primaryKey"`
	Reason    string
	CreatedAt time.Time
}

func (suppression) TableName() string { return "suppressions" }

// loose is the same table with an account column that updates may change.
type loose struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey"`
	Address   string `gorm:"primaryKey"`
}

func (loose) TableName() string { return "suppressions" }

type accountRow struct {
	AccountID               id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Slug, Name, Kind, State string
	CreatedAt, UpdatedAt    time.Time
}

func (accountRow) TableName() string { return "accounts" }

type instanceValue struct {
	Name  string `gorm:"primaryKey"`
	Value string
}

func (instanceValue) TableName() string { return "instance_values" }

func scopeOf(a id.ID) account.Scope {
	return account.NewScope(a, account.Actor{Kind: account.ActorSystem})
}

// twoAccounts makes accounts A and B, each with one suppression.
func twoAccounts(t *testing.T, s *store.Store) (a, b id.ID) {
	t.Helper()
	a, b = id.New(), id.New()
	for _, accountID := range []id.ID{a, b} {
		err := s.Write(t.Context(), scopeOf(accountID), func(_ context.Context, tx *gorm.DB) error {
			row := accountRow{Slug: string(accountID), Name: "x", Kind: "business", State: "active"}
			if err := tx.Create(&row).Error; err != nil {
				return err
			}
			if row.AccountID != accountID {
				t.Fatalf("the guard stamped %q", row.AccountID)
			}
			return tx.Create(&suppression{Stream: "transactional", Address: "same@example.net", Reason: "original"}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return a, b
}

func addresses(t *testing.T, s *store.Store, a id.ID) (found []suppression) {
	t.Helper()
	err := s.Read(t.Context(), scopeOf(a), func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("address").Find(&found).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// M-06: what the guard refuses, whatever the statement would have done.
func TestGuardRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := twoAccounts(t, s)
		cases := map[string]func(tx *gorm.DB) error{
			"raw select":                   func(tx *gorm.DB) error { var n int; return tx.Raw("SELECT count(*) FROM suppressions").Scan(&n).Error },
			"exec":                         func(tx *gorm.DB) error { return tx.Exec("DELETE FROM suppressions").Error },
			"table without model":          func(tx *gorm.DB) error { var m []map[string]any; return tx.Table("suppressions").Find(&m).Error },
			"other table than the model's": func(tx *gorm.DB) error { var r []suppression; return tx.Table("accounts").Find(&r).Error },
			"table expression":             func(tx *gorm.DB) error { var r []suppression; return tx.Table("suppressions AS x").Find(&r).Error },
			"join":                         func(tx *gorm.DB) error { var r []suppression; return tx.Joins("JOIN accounts ON true").Find(&r).Error },
			"naked delete":                 func(tx *gorm.DB) error { return tx.Delete(&suppression{}).Error },
			"naked delete, allowed": func(tx *gorm.DB) error {
				return tx.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&suppression{}).Error
			},
			"naked update": func(tx *gorm.DB) error { return tx.Model(&suppression{}).Update("reason", "x").Error },
			"create for another account": func(tx *gorm.DB) error {
				return tx.Create(&suppression{AccountID: b, Stream: "broadcast", Address: "x"}).Error
			},
			"batch with one foreign row": func(tx *gorm.DB) error {
				return tx.Create([]suppression{{Stream: "broadcast", Address: "x"}, {AccountID: b, Stream: "broadcast", Address: "y"}}).Error
			},
			"create from a map": func(tx *gorm.DB) error {
				return tx.Model(&suppression{}).Create(map[string]any{"account_id": b, "address": "x"}).Error
			},
			"upsert beside the account": func(tx *gorm.DB) error {
				return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "address"}}, UpdateAll: true}).
					Create(&suppression{Stream: "transactional", Address: "same@example.net"}).Error
			},
			"model whose account may change": func(tx *gorm.DB) error { var r []loose; return tx.Find(&r).Error },
			"global table":                   func(tx *gorm.DB) error { var r []instanceValue; return tx.Find(&r).Error },
		}
		for name, statement := range cases {
			t.Run(name, func(t *testing.T) {
				err := s.Write(t.Context(), scopeOf(a), func(_ context.Context, tx *gorm.DB) error { return statement(tx) })
				if !errors.Is(err, store.ErrGuard) {
					t.Errorf("error = %v, want a refusal by the guard", err)
				}
			})
		}
		for _, accountID := range []id.ID{a, b} {
			if rows := addresses(t, s, accountID); len(rows) != 1 || rows[0].Reason != "original" {
				t.Errorf("rows of %s changed: %+v", accountID, rows)
			}
		}
	})
}

// K11: the ways in which GORM crossed accounts in the lab.
func TestGuardConfines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := twoAccounts(t, s)
		write := func(statement func(tx *gorm.DB) error) {
			t.Helper()
			if err := s.Write(t.Context(), scopeOf(a), func(_ context.Context, tx *gorm.DB) error { return statement(tx) }); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *gorm.DB) error {
			return tx.Model(&suppression{}).Where("address = ?", "none").Or("address = ?", "same@example.net").Update("reason", "changed by A").Error
		})
		write(func(tx *gorm.DB) error {
			foreign := suppression{AccountID: b, Stream: "transactional", Address: "same@example.net"}
			return tx.Model(&foreign).Updates(map[string]any{"reason": "stolen"}).Error
		})
		write(func(tx *gorm.DB) error {
			return tx.Where("1 = 1").Or("account_id = ?", b).Where("reason = ?", "original").Delete(&suppression{}).Error
		})
		if rows := addresses(t, s, b); len(rows) != 1 || rows[0].Reason != "original" {
			t.Errorf("B's rows changed: %+v", rows)
		}
		var seen []suppression
		write(func(tx *gorm.DB) error { return tx.Where(&suppression{AccountID: b}).Find(&seen).Error })
		if len(seen) != 0 {
			t.Errorf("A sees B's rows: %+v", seen)
		}
	})
}

// A statement outside the three doors is refused, also by a forgotten context.
func TestGuardDeniesByDefault(t *testing.T) {
	s := storetest.SQLite(t, nil)
	a, _ := twoAccounts(t, s)
	err := s.Write(t.Context(), scopeOf(a), func(_ context.Context, tx *gorm.DB) error {
		var rows []suppression
		return tx.WithContext(context.Background()).Find(&rows).Error
	})
	if !errors.Is(err, store.ErrGuard) {
		t.Errorf("a statement with a foreign context: %v", err)
	}
	err = s.Read(t.Context(), account.Scope{}, func(context.Context, *gorm.DB) error { return nil })
	if !errors.Is(err, store.ErrGuard) {
		t.Errorf("the zero scope: %v", err)
	}
	err = s.GlobalRead(t.Context(), func(_ context.Context, tx *gorm.DB) error {
		var rows []suppression
		return tx.Find(&rows).Error
	})
	if !errors.Is(err, store.ErrGuard) {
		t.Errorf("account rows under a global pass: %v", err)
	}
}

// M-06: 1,000 random chains of conditions never show or change another account's row.
func TestGuardRandomChains(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := twoAccounts(t, s)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		rnd := rand.New(rand.NewPCG(seed, 1))
		pieces := []string{"address LIKE '%'", "reason = 'original'", "account_id <> ''", "1 = 1", "stream IN ('transactional','broadcast')", fmt.Sprintf("account_id = '%s'", b), "address = 'x' OR 1 = 1"}
		for i := range 1000 {
			var chain []string
			err := s.Write(t.Context(), scopeOf(a), func(_ context.Context, tx *gorm.DB) error {
				q := tx.Model(&suppression{})
				for range 1 + rnd.IntN(4) {
					piece := pieces[rnd.IntN(len(pieces))]
					switch rnd.IntN(3) {
					case 0:
						q, chain = q.Where(piece), append(chain, "Where "+piece)
					case 1:
						q, chain = q.Or(piece), append(chain, "Or "+piece)
					default:
						q, chain = q.Not(piece), append(chain, "Not "+piece)
					}
				}
				if i%2 == 0 {
					return q.Update("reason", "original").Error
				}
				var rows []suppression
				if err := q.Find(&rows).Error; err != nil {
					return err
				}
				for _, r := range rows {
					if r.AccountID != a {
						t.Errorf("chain %s shows a row of %s", strings.Join(chain, "; "), r.AccountID)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatalf("chain %v: %v", chain, err)
			}
		}
		if rows := addresses(t, s, b); len(rows) != 1 {
			t.Errorf("B has %d rows", len(rows))
		}
	})
}

// A transaction inside a transaction joins it, and each keeps its own pass.
func TestTransactionsJoin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := twoAccounts(t, s)
		var order []string
		rollback := errors.New("change of mind")
		err := s.Write(t.Context(), scopeOf(a), func(ctx context.Context, tx *gorm.DB) error {
			store.AfterCommit(ctx, func() { order = append(order, "after commit") })
			err := s.Write(ctx, scopeOf(b), func(_ context.Context, tx *gorm.DB) error {
				return tx.Create(&suppression{Stream: "broadcast", Address: "b@example.net"}).Error
			})
			if err != nil {
				return err
			}
			if err := tx.Create(&suppression{Stream: "broadcast", Address: "a@example.net"}).Error; err != nil {
				return err
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatal(err)
		}
		if len(addresses(t, s, a)) != 1 || len(addresses(t, s, b)) != 1 || order != nil {
			t.Error("a rolled back step left something behind")
		}
	})
}

// M-08: a unique index that did not begin with the account would tell one account about another.
func TestUniqueIndexesBeginWithAccount(t *testing.T) {
	s := storetest.SQLite(t, nil)
	exempt := map[string]string{ // by table or index
		"accounts":          "the root table; slugs end in random characters",
		"images_by_token":   "tokens are random and found without an account",
		"invoices_numbered": "numbers without gaps go over all accounts; the program takes them, nobody types one",
		"payments_once":     "what staff book, from one bank account, and a provider's own names; customers write none",

		"payment_methods_of_customer": "a provider's name for one account; no customer writes it",
	}
	err := s.SystemRead(t.Context(), "read the catalogue", func(_ context.Context, tx *gorm.DB) error {
		var rows []struct{ Tbl, Idx, Col string }
		err := tx.Raw(`SELECT m.name AS tbl, i.name AS idx, c.name AS col
			FROM sqlite_master m JOIN pragma_table_info(m.name) owned ON owned.name = 'account_id'
			JOIN pragma_index_list(m.name) i ON i."unique" = 1
			JOIN pragma_index_info(i.name) c ON c.seqno = 0
			WHERE m.type = 'table'`).Scan(&rows).Error
		if len(rows) < 10 {
			t.Errorf("only %d unique indexes found: the query is blind", len(rows))
		}
		for _, r := range rows {
			if r.Col != "account_id" && exempt[r.Tbl] == "" && exempt[r.Idx] == "" {
				t.Errorf("unique index %s on %s begins with %s", r.Idx, r.Tbl, r.Col)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
