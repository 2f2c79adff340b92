package store

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// Bulk writes many rows of one table without reflection: where thousands of rows a
// second are written, GORM's way costs more than the database's own work. The guard
// cannot judge it, so it belongs in system_*.go.
type Bulk[R any] struct {
	table        string
	names, kinds []string
	values       func(*R) []any
}

// NewBulk returns how to write to a table. columns are the names with PostgreSQL's
// types, as in "account_id text, size bigint"; values gives a row's in that order, as
// types that drivers know.
func NewBulk[R any](table, columns string, values func(*R) []any) *Bulk[R] {
	b := &Bulk[R]{table: table, values: values}
	for _, column := range strings.Split(columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(column), " ")
		b.names, b.kinds = append(b.names, name), append(b.kinds, kind)
	}
	return b
}

// Insert inserts the rows, in the transaction of a system pass.
func (b *Bulk[R]) Insert(tx *gorm.DB, rows []R) error {
	into := "INSERT INTO " + b.table + " (" + strings.Join(b.names, ", ") + ") "
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(b.names)), ", ") + ")"
	return b.run(tx, rows, into+"SELECT * FROM "+b.unnest(), into+"VALUES "+row, row)
}

// Update changes rows that are there: the first columns, keys in number, name each, the
// others are set. It runs in the transaction of a system pass.
func (b *Bulk[R]) Update(tx *gorm.DB, rows []R, keys int) error {
	var set, where, joined, setJoined []string
	for i, name := range b.names {
		place, other := name+" = ?"+strconv.Itoa(i+1), name+" = u."+name
		if i < keys {
			where, joined = append(where, place), append(joined, b.table+"."+other)
		} else {
			set, setJoined = append(set, place), append(setJoined, other)
		}
	}
	update := "UPDATE " + b.table + " SET "
	return b.run(tx, rows,
		update+strings.Join(setJoined, ", ")+" FROM "+b.unnest()+" AS u("+strings.Join(b.names, ", ")+") WHERE "+strings.Join(joined, " AND "),
		update+strings.Join(set, ", ")+" WHERE "+strings.Join(where, " AND "), "")
}

// unnest makes rows of one array for each column: one text for any number of rows.
func (b *Bulk[R]) unnest() string {
	arrays := make([]string, len(b.names))
	for i, kind := range b.kinds {
		arrays[i] = fmt.Sprintf("$%d::%s[]", i+1, kind)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// With SQLite very many rows go together into one statement, where that can be: each run
// has its own cost, and so has the parsing of a long text.
const (
	together   = 32
	worthwhile = 20 * together
)

// run writes the rows: over arrays on PostgreSQL, on SQLite one by one or, when further is
// what a further row adds to the text, several at a time.
func (b *Bulk[R]) run(tx *gorm.DB, rows []R, arrays, single, further string) (err error) {
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
		_, err = pool.ExecContext(tx.Statement.Context, arrays, Arrays(values)...)
		return tx.AddError(err) // which translates it
	}
	if further != "" && len(values) >= worthwhile {
		var several [][]any
		for ; len(values) >= together; values = values[together:] {
			several = append(several, slices.Concat(values[:together]...))
		}
		if _, err := RunEach(tx, single+strings.Repeat(", "+further, together-1), several); err != nil {
			return tx.AddError(err)
		}
	}
	_, err = RunEach(tx, single, values)
	return tx.AddError(err)
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
