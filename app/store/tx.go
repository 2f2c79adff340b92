package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"smtpserver/app/id"
)

// Scope names the one account whose rows a statement may touch. The only
// implementation is account.Scope; the interface breaks the import cycle.
type Scope interface {
	// Account returns the account's id, or an error for the zero scope.
	Account() (id.ID, error)
}

// Func is the body of a transaction. Statements run on tx; ctx carries the
// transaction to other packages. It may run again after a deadlock.
type Func func(ctx context.Context, tx *gorm.DB) error

// Read runs fn on rows of one account, without writing.
func (s *Store) Read(ctx context.Context, scope Scope, fn Func) error {
	p, err := accountPass(scope)
	if err != nil {
		return err
	}
	return s.run(ctx, p, true, fn)
}

// Write runs fn on rows of one account in a transaction, joining the one in ctx.
func (s *Store) Write(ctx context.Context, scope Scope, fn Func) error {
	p, err := accountPass(scope)
	if err != nil {
		return err
	}
	return s.run(ctx, p, false, fn)
}

// GlobalRead runs fn on tables that belong to no account.
func (s *Store) GlobalRead(ctx context.Context, fn Func) error {
	return s.run(ctx, pass{kind: global}, true, fn)
}

// GlobalWrite runs fn in a transaction on tables that belong to no account.
func (s *Store) GlobalWrite(ctx context.Context, fn Func) error {
	return s.run(ctx, pass{kind: global}, false, fn)
}

// SystemRead reads across accounts. The purpose is for the reader of the code.
func (s *Store) SystemRead(ctx context.Context, purpose string, fn Func) error {
	return s.run(ctx, pass{kind: system, purpose: purpose}, true, fn)
}

// SystemSnapshot reads across accounts at one moment: all statements of fn see the
// same state, whatever is committed meanwhile.
func (s *Store) SystemSnapshot(ctx context.Context, purpose string, fn Func) error {
	t := &transaction{store: s, pass: pass{kind: system, purpose: purpose}}
	options := &sql.TxOptions{}
	if s.engine == Postgres {
		options = &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	}
	return translate(s.reader.WithContext(withPass(ctx, t.pass)).Transaction(func(tx *gorm.DB) error {
		t.tx = tx
		return t.call(ctx, t.pass, fn)
	}, options))
}

// SystemWrite writes across accounts in a transaction.
func (s *Store) SystemWrite(ctx context.Context, purpose string, fn Func) error {
	return s.run(ctx, pass{kind: system, purpose: purpose}, false, fn)
}

// AfterCommit runs f once the transaction in ctx has committed, at once when
// there is none. It does not run after a rollback: wake only what is stored.
func AfterCommit(ctx context.Context, f func()) {
	if t, ok := ctx.Value(txKey{}).(*transaction); ok {
		t.afterCommit = append(t.afterCommit, f)
		return
	}
	f()
}

type txKey struct{}

// transaction is what a context carries while one is open.
type transaction struct {
	store       *Store
	tx          *gorm.DB
	pass        pass
	readOnly    bool
	afterCommit []func()
}

func (s *Store) run(ctx context.Context, p pass, readOnly bool, fn Func) error {
	if t, ok := ctx.Value(txKey{}).(*transaction); ok && t.store == s {
		return t.join(ctx, p, fn)
	}
	if readOnly && (s.engine == SQLite || p.kind == system) {
		ctx = withPass(ctx, p)
		return translate(fn(ctx, s.across.WithContext(ctx)))
	}
	var err error
	for range 3 {
		err = s.begin(ctx, p, readOnly, fn)
		for n := 0; n < mostPlans && isPlanOld(err); n++ {
			err = s.begin(ctx, p, readOnly, fn)
		}
		if !mayRetry(err) {
			break
		}
	}
	return translate(err)
}

func (s *Store) begin(ctx context.Context, p pass, readOnly bool, fn Func) error {
	t := &transaction{store: s, pass: p, readOnly: readOnly}
	err := s.writer.WithContext(withPass(ctx, p)).Transaction(func(tx *gorm.DB) error {
		t.tx = tx
		return t.call(ctx, p, fn)
	}, &sql.TxOptions{ReadOnly: readOnly && s.engine == Postgres})
	if err != nil {
		return err
	}
	for _, f := range t.afterCommit {
		f()
	}
	return nil
}

// join runs fn in the open transaction under its own pass, and gives the outer pass back.
func (t *transaction) join(ctx context.Context, p pass, fn Func) error {
	outer := t.pass
	if p == outer {
		return translate(t.callBody(ctx, p, fn))
	}
	if err := t.call(ctx, p, fn); err != nil {
		return translate(err)
	}
	t.pass = outer
	return t.announce(ctx, outer)
}

func (t *transaction) call(ctx context.Context, p pass, fn Func) error {
	t.pass = p
	if err := t.announce(ctx, p); err != nil {
		return err
	}
	return t.callBody(ctx, p, fn)
}

func (t *transaction) callBody(ctx context.Context, p pass, fn Func) error {
	ctx = context.WithValue(withPass(ctx, p), txKey{}, t)
	return fn(ctx, t.tx.WithContext(ctx))
}

// announce tells PostgreSQL's policies who is asking. SET LOCAL (the third
// argument) ends with the transaction; a plain SET would leak to the next user
// of the pooled connection.
func (t *transaction) announce(ctx context.Context, p pass) error {
	if t.store.engine != Postgres {
		return nil
	}
	systemFlag := "off"
	if p.kind == system {
		systemFlag = "on"
	}
	// What one account reads is planned for that account: a plan made once for all of them
	// takes each for one of average size, and reads a large one row by row.
	plans := "auto"
	if t.readOnly && p.kind == account {
		plans = "force_custom_plan"
	}
	_, err := t.tx.Statement.ConnPool.ExecContext(ctx,
		"SELECT set_config('app.account_id', $1, true), set_config('app.system', $2, true), set_config('plan_cache_mode', $3, true)", string(p.account), systemFlag, plans)
	if err != nil {
		return fmt.Errorf("store: announce the account: %w", err)
	}
	return nil
}

// Refused reports whether the database refused what was to be written: another try with
// other rows can succeed. Otherwise the database itself is in trouble, and will be for
// other rows as well.
func Refused(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.Is(err, ErrDuplicate), errors.Is(err, ErrReference):
		return true
	case errors.As(err, &pg):
		return strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23") // data exception, integrity
	case errors.As(err, &lite):
		switch lite.Code() & 0xff { // https://sqlite.org/rescode.html: SQLITE_TOOBIG, _CONSTRAINT, _MISMATCH
		case 18, 19, 20:
			return true
		}
	}
	return false
}

// Errors that domain packages tell apart.
var (
	ErrNotFound  = errors.New("store: no such row")
	ErrDuplicate = errors.New("store: a row with this key exists")
	ErrReference = errors.New("store: a referenced row is missing, or a rule of the schema forbids it")
)

// translate gives the driver's and gorm's errors our names.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return errors.Join(ErrDuplicate, err)
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return errors.Join(ErrReference, err)
	}
	return err
}
