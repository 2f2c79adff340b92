package main

import (
	"context"
	"errors"
)

// Seeder puts an account with a proven domain and a credential into a migrated
// database, without limits that a benchmark would run into. It returns what an
// SMTP client needs, and an address of the domain to send from.
type Seeder func(ctx context.Context, databaseURL, dataDir string) (username, password, fromAddress string, err error)

// Seed is the Seeder of the program as it is now.
func Seed(context.Context, string, string) (username, password, fromAddress string, err error) {
	return "", "", "", errors.New("the program cannot be seeded yet: app/bench/seed.go waits for it")
}
