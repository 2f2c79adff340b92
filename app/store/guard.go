package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"smtpserver/app/id"
)

// ErrGuard is in the chain of every error by which the Guard refuses a statement.
// It is a programming error: callers answer it as an internal fault.
var ErrGuard = errors.New("store: guard")

const accountColumn = "account_id"

// pass says what a statement may touch. The zero pass may touch nothing.
type pass struct {
	kind    passKind
	account id.ID  // of an account pass
	purpose string // of a system pass
}

type passKind int

const (
	none passKind = iota
	account
	global
	system
)

type passKey struct{}

func withPass(ctx context.Context, p pass) context.Context {
	return context.WithValue(ctx, passKey{}, p)
}

func accountPass(s Scope) (pass, error) {
	if s == nil {
		return pass{}, fmt.Errorf("%w: no scope", ErrGuard)
	}
	accountID, err := s.Account()
	if err != nil {
		return pass{}, fmt.Errorf("%w: %w", ErrGuard, err)
	}
	return pass{kind: account, account: accountID}, nil
}

// guard is the GORM plugin that keeps accounts apart: deny by default, because a
// plain "add WHERE account_id" leaks through upserts, batches and raw SQL
// (architecture.md §4, reliability.md K11).
type guard struct{}

// Name implements gorm.Plugin.
func (guard) Name() string { return "account guard" }

// Initialize implements gorm.Plugin.
func (guard) Initialize(db *gorm.DB) error {
	cb := db.Callback()
	return errors.Join(
		cb.Create().Before("*").Register("guard:create", check(guardCreate)),
		cb.Query().Before("*").Register("guard:query", check(guardRead)),
		cb.Row().Before("*").Register("guard:row", check(guardRead)),
		cb.Update().Before("*").Register("guard:update", check(guardChange)),
		cb.Delete().Before("*").Register("guard:delete", check(guardChange)),
		cb.Raw().Before("*").Register("guard:raw", check(guardRaw)),
	)
}

// check runs the rule of one kind of statement unless the pass settles it alone.
func check(rule func(*gorm.DB, pass) error) func(*gorm.DB) {
	return func(db *gorm.DB) {
		p, _ := db.Statement.Context.Value(passKey{}).(pass)
		switch p.kind {
		case system:
			return
		case account, global:
			if err := rule(db, p); err != nil {
				_ = db.AddError(fmt.Errorf("%w: table %q: %w", ErrGuard, db.Statement.Table, err))
			}
		default:
			_ = db.AddError(fmt.Errorf("%w: a statement outside Read, Write, Global… or System…", ErrGuard))
		}
	}
}

// owned checks what every judged statement needs, and returns the account field,
// nil under a global pass.
func owned(db *gorm.DB, p pass) (*schema.Field, error) {
	stmt := db.Statement
	switch {
	case stmt.SQL.Len() > 0:
		return nil, errors.New("raw SQL belongs in system_*.go")
	case stmt.Schema == nil:
		return nil, errors.New("no model: the guard cannot judge the statement")
	case stmt.TableExpr != nil, stmt.Table != stmt.Schema.Table:
		return nil, errors.New("another table than the model's")
	case len(stmt.Joins) > 0:
		return nil, errors.New("joins belong in system_*.go")
	}
	if _, ok := stmt.Clauses["FROM"]; ok {
		return nil, errors.New("an explicit FROM belongs in system_*.go")
	}
	field := stmt.Schema.LookUpField(accountColumn)
	switch {
	case p.kind == global && field != nil:
		return nil, errors.New("an account's rows under a global pass")
	case p.kind == global:
		return nil, nil
	case field == nil:
		return nil, errors.New("a table without account_id under an account's pass")
	case field.Updatable:
		return nil, errors.New("account_id must be create-only (`gorm:\"<-:create\"`)")
	}
	return field, nil
}

func guardRaw(*gorm.DB, pass) error { return errors.New("raw SQL belongs in system_*.go") }

func guardRead(db *gorm.DB, p pass) error {
	field, err := owned(db, p)
	if err != nil || field == nil {
		return err
	}
	confine(db.Statement, p.account)
	return nil
}

func guardChange(db *gorm.DB, p pass) error {
	field, err := owned(db, p)
	if err != nil {
		return err
	}
	if !conditioned(db.Statement, field) {
		return errors.New("update or delete without a condition besides the account")
	}
	if field != nil {
		confine(db.Statement, p.account)
	}
	return nil
}

// confine wraps the existing conditions in parentheses, so that no ungrouped OR escapes the account.
func confine(stmt *gorm.Statement, accountID id.ID) {
	own := clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: accountColumn}, Value: accountID}
	exprs := []clause.Expression{own}
	if where, ok := stmt.Clauses["WHERE"].Expression.(clause.Where); ok && len(where.Exprs) > 0 {
		exprs = append(exprs, clause.And(grouped{where}))
	}
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: exprs}}
}

// grouped prints a WHERE's conditions inside one pair of parentheses.
type grouped struct{ where clause.Where }

func (g grouped) Build(b clause.Builder) {
	_ = b.WriteByte('(')
	g.where.Build(b)
	_ = b.WriteByte(')')
}

// conditioned reports whether a change names rows by more than their account.
func conditioned(stmt *gorm.Statement, accountField *schema.Field) bool {
	if where, ok := stmt.Clauses["WHERE"].Expression.(clause.Where); ok && len(where.Exprs) > 0 {
		return true
	}
	model := reflect.Indirect(reflect.ValueOf(stmt.Model))
	if model.Kind() != reflect.Struct {
		return false
	}
	for _, f := range stmt.Schema.PrimaryFields {
		if f == accountField {
			continue
		}
		if _, zero := f.ValueOf(stmt.Context, model); !zero {
			return true
		}
	}
	return false
}

// guardCreate stamps every element with the account, and refuses another account's.
func guardCreate(db *gorm.DB, p pass) error {
	field, err := owned(db, p)
	if err != nil || field == nil {
		return err
	}
	stmt := db.Statement
	if c, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict); ok {
		if err := judgeConflict(c); err != nil {
			return err
		}
	}
	switch stmt.ReflectValue.Kind() {
	case reflect.Struct:
		return stamp(stmt, field, stmt.ReflectValue, p.account)
	case reflect.Slice, reflect.Array:
		for i := range stmt.ReflectValue.Len() {
			if err := stamp(stmt, field, reflect.Indirect(stmt.ReflectValue.Index(i)), p.account); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("create takes a struct or a slice of structs")
}

// judgeConflict lets an upsert change a row only when the conflict is inside the account.
func judgeConflict(c clause.OnConflict) error {
	if c.OnConstraint != "" {
		return errors.New("upsert on a named constraint")
	}
	if c.DoNothing || c.UpdateAll && len(c.Columns) == 0 {
		return nil // UpdateAll conflicts on the primary key, which begins with account_id
	}
	for _, column := range c.Columns {
		if column.Name == accountColumn {
			return nil
		}
	}
	return errors.New("upsert whose conflict target lacks account_id")
}

func stamp(stmt *gorm.Statement, field *schema.Field, row reflect.Value, accountID id.ID) error {
	if row.Kind() != reflect.Struct {
		return errors.New("create takes structs")
	}
	value, zero := field.ValueOf(stmt.Context, row)
	if zero {
		return field.Set(stmt.Context, row, accountID)
	}
	if value != accountID {
		return errors.New("a row of another account")
	}
	return nil
}
