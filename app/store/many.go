package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Column is one column of many rows, for InsertMany and UpdateMany. Values is []string,
// []int64 or []time.Time; or a string, int64 or time.Time that all rows share.
type Column struct {
	Name   string
	Values any
}

// InsertMany inserts rows given by column: on PostgreSQL in one statement over arrays, on
// SQLite by one prepared statement. It goes round the Guard, so it works under a system
// pass only; the account is one of the columns.
func (s *Store) InsertMany(ctx context.Context, tx *gorm.DB, table string, columns ...Column) error {
	return s.many(ctx, tx, columns, func(names, places []string) string {
		return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
	}, func(names, places []string, from string) string {
		return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(places, ", ") + from
	})
}

// UpdateMany changes rows that the first keys columns name; the others are set.
func (s *Store) UpdateMany(ctx context.Context, tx *gorm.DB, table string, keys int, columns ...Column) error {
	// SQLite wants its parameters in the order of the text: what is set comes first.
	columns = append(append([]Column{}, columns[keys:]...), columns[:keys]...)
	set := len(columns) - keys
	pair := func(names, places []string, joint string) string {
		pairs := make([]string, len(names))
		for i := range names {
			pairs[i] = names[i] + " = " + places[i]
		}
		return strings.Join(pairs, joint)
	}
	return s.many(ctx, tx, columns, func(names, places []string) string {
		return "UPDATE " + table + " SET " + pair(names[:set], places[:set], ", ") + " WHERE " + pair(names[set:], places[set:], " AND ")
	}, func(names, places []string, from string) string {
		where := make([]string, keys)
		for i := range where {
			where[i] = table + "." + names[set+i] + " = " + places[set+i]
		}
		return "UPDATE " + table + " SET " + pair(names[:set], places[:set], ", ") + from + " WHERE " + strings.Join(where, " AND ")
	})
}

func (s *Store) many(ctx context.Context, tx *gorm.DB, columns []Column, single func(names, places []string) string, over func(names, places []string, from string) string) error {
	if p, _ := ctx.Value(passKey{}).(pass); p.kind != system {
		return fmt.Errorf("%w: many rows at once belong in system_*.go", ErrGuard)
	}
	rows, err := rowsOf(columns)
	if err != nil || rows == 0 {
		return err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	if s.engine == Postgres {
		err = overArrays(ctx, tx, names, columns, over)
	} else {
		err = prepared(ctx, tx, names, columns, rows, single)
	}
	if err != nil {
		return fmt.Errorf("store: many rows: %w", err)
	}
	return nil
}

func rowsOf(columns []Column) (int, error) {
	rows := -1
	for _, c := range columns {
		var n int
		switch v := c.Values.(type) {
		case []string:
			n = len(v)
		case []int64:
			n = len(v)
		case []time.Time:
			n = len(v)
		case string, int64, time.Time:
			continue
		default:
			return 0, fmt.Errorf("store: column %s has values of type %T", c.Name, c.Values)
		}
		if rows >= 0 && n != rows {
			return 0, fmt.Errorf("store: column %s has %d rows, another %d", c.Name, n, rows)
		}
		rows = n
	}
	return max(rows, 0), nil
}

// sqlTypes are the casts by which PostgreSQL learns what a parameter is.
func sqlType(values any) (name string, array bool) {
	switch values.(type) {
	case []string:
		return "text[]", true
	case []int64:
		return "bigint[]", true
	case []time.Time:
		return "timestamptz[]", true
	case int64:
		return "bigint", false
	case time.Time:
		return "timestamptz", false
	}
	return "text", false
}

func overArrays(ctx context.Context, tx *gorm.DB, names []string, columns []Column, over func(names, places []string, from string) string) error {
	places, arrays, aliases, args := make([]string, len(columns)), []string{}, []string{}, make([]any, len(columns))
	for i, c := range columns {
		kind, array := sqlType(c.Values)
		args[i] = c.Values
		places[i] = "$" + strconv.Itoa(i+1) + "::" + kind
		if array {
			arrays, aliases = append(arrays, places[i]), append(aliases, "c"+strconv.Itoa(i))
			places[i] = "u.c" + strconv.Itoa(i)
		}
	}
	query := over(names, places, " FROM unnest("+strings.Join(arrays, ", ")+") AS u("+strings.Join(aliases, ", ")+")")
	_, err := tx.Statement.ConnPool.ExecContext(ctx, query, args...)
	return err
}

func prepared(ctx context.Context, tx *gorm.DB, names []string, columns []Column, rows int, single func(names, places []string) string) (err error) {
	places := strings.Split(strings.Repeat("?", len(columns)), "")
	var statement *sql.Stmt
	if statement, err = tx.Statement.ConnPool.PrepareContext(ctx, single(names, places)); err != nil {
		return err
	}
	defer func() { _ = statement.Close() }()
	args := make([]any, len(columns))
	for row := range rows {
		for i, c := range columns {
			switch v := c.Values.(type) {
			case []string:
				args[i] = v[row]
			case []int64:
				args[i] = v[row]
			case []time.Time:
				args[i] = v[row]
			default:
				args[i] = v
			}
		}
		if _, err := statement.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}
