package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"smtpserver/app/testkit/services"
)

// Stripe's mock, whose version knows the API's version that our library speaks.
const (
	stripeMock        = "github.com/stripe/stripe-mock"
	stripeMockVersion = "v0.203.0"
)

// installStripeMock builds Stripe's mock into .cache and returns the environment that tells
// where it is. A machine that cannot get it goes on without, and says so.
func installStripeMock(ctx context.Context) ([]string, error) {
	dir, err := filepath.Abs(filepath.Join(".cache", "bin", "stripe-mock-"+stripeMockVersion))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "stripe-mock")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		cmd := exec.CommandContext(ctx, "go", "install", stripeMock+"@"+stripeMockVersion)
		interruptible(cmd)
		cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Printf("going on without stripe-mock (our requests to Stripe, field by field): %v\n", err)
			return nil, ctx.Err()
		}
	} else if err != nil {
		return nil, err
	}
	return []string{services.EnvStripeMock + "=" + path}, nil
}
