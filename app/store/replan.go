package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// A migration that adds a column beside running programs makes PostgreSQL refuse, once on
// each connection, the prepared statements that read all columns of the table. The driver
// forgets the statement then: asked again, it is prepared anew.

// mostPlans is how many statements may be old at once in what is tried again.
const mostPlans = 30

// isPlanOld reports that refusal. Its code stands for all that is not supported, and its words
// are in the server's language, so where it comes from tells.
func isPlanOld(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "0A000" && e.Routine == "RevalidateCachedQuery"
}

// replanning asks again outside of transactions; within one the whole is tried again, see run.
type replanning struct{ *sql.DB }

// QueryContext implements gorm.ConnPool.
func (r replanning) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	rows, err = r.DB.QueryContext(ctx, query, args...)
	for n := 0; n < mostPlans && isPlanOld(err); n++ {
		rows, err = r.DB.QueryContext(ctx, query, args...)
	}
	return rows, err
}

// GetDBConn implements gorm.GetDBConnector.
func (r replanning) GetDBConn() (*sql.DB, error) { return r.DB, nil }
