package store

import (
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// Bulk inserts many rows into one table without reflection: where thousands of rows a
// second are written, GORM's way costs more than the database's own work. The guard
// cannot judge it, so it belongs in system_*.go.
type Bulk[R any] struct {
	single, arrays string
	values         func(*R) []any
}

// NewBulk returns how to insert into a table. columns are the names with PostgreSQL's
// types, as in "account_id text, size bigint"; values gives a row's in that order, as
// types that drivers know.
func NewBulk[R any](table, columns string, values func(*R) []any) *Bulk[R] {
	var names, marks, arrays []string
	for i, column := range strings.Split(columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(column), " ")
		names, marks, arrays = append(names, name), append(marks, "?"), append(arrays, fmt.Sprintf("$%d::%s[]", i+1, kind))
	}
	into := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") "
	return &Bulk[R]{
		single: into + "VALUES (" + strings.Join(marks, ", ") + ")",
		arrays: into + "SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")",
		values: values,
	}
}

// Insert inserts the rows, in the transaction of a system pass.
func (b *Bulk[R]) Insert(tx *gorm.DB, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	values := make([][]any, len(rows))
	for i := range rows {
		values[i] = b.values(&rows[i])
	}
	pool, err := systemPool(tx)
	if err != nil {
		return err
	}
	if tx.Name() == string(Postgres) {
		_, err = pool.ExecContext(tx.Statement.Context, b.arrays, Arrays(values)...)
	} else {
		_, err = RunEach(tx, b.single, values)
	}
	return tx.AddError(err) // which translates it
}

// RunEach prepares a statement once and runs it for each row of values, in the
// transaction of a system pass. It returns how many rows of the table each run changed.
// With SQLite, where no network lies between, nothing is cheaper.
func RunEach(tx *gorm.DB, sql string, values [][]any) (changed []int64, err error) {
	pool, err := systemPool(tx)
	if err != nil {
		return nil, err
	}
	ctx := tx.Statement.Context
	statement, err := pool.PrepareContext(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	changed = make([]int64, len(values))
	for i, row := range values {
		result, err := statement.ExecContext(ctx, row...)
		if err != nil {
			return nil, err
		}
		if changed[i], err = result.RowsAffected(); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// Arrays turns rows of values into one array for each column, as PostgreSQL's unnest
// takes them: one text for any number of rows, which is planned once.
func Arrays(rows [][]any) []any {
	arrays := make([]any, len(rows[0]))
	for c := range arrays {
		array := make([]any, len(rows))
		for r, row := range rows {
			array[r] = row[c]
		}
		arrays[c] = array
	}
	return arrays
}

// systemPool is the transaction's connection, past GORM and so past the guard.
func systemPool(tx *gorm.DB) (gorm.ConnPool, error) {
	if p, _ := tx.Statement.Context.Value(passKey{}).(pass); p.kind != system {
		return nil, fmt.Errorf("%w: a statement past the guard outside System…", ErrGuard)
	}
	return tx.Statement.ConnPool, nil
}
