package main

import (
	"context"
	"os"

	"smtpserver/app/testkit/tenant"
)

// Seeder puts an account with a proven domain and a credential into a migrated
// database, without limits that a benchmark would run into. It returns what an
// SMTP client needs, and an address of the domain to send from.
type Seeder func(ctx context.Context, databaseURL, dataDir string) (username, password, fromAddress string, err error)

// Seed is the Seeder of the program as it is now.
func Seed(ctx context.Context, databaseURL, dataDir string) (username, password, fromAddress string, err error) {
	environ := []string{"PATH=" + os.Getenv("PATH"), "DATABASE_URL=" + databaseURL, "SMTPSERVER_DATA_DIR=" + dataDir}
	t, err := tenant.Create(ctx, environ, "bench.test")
	return t.Username, t.Password, t.From, err
}
