package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"smtpserver/app/testkit/services"
)

// installClients puts the pinned npm packages of tools/clients into .cache and
// returns the environment that tells the tests where the clients are.
func installClients(ctx context.Context) ([]string, error) {
	python, err := findPython()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Join(".cache", "clients"))
	if err != nil {
		return nil, err
	}
	env := []string{
		services.EnvNodeModules + "=" + filepath.Join(dir, "node_modules"),
		services.EnvPython + "=" + python,
	}
	fresh, err := copyLock(dir)
	if err != nil || fresh {
		return env, err
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	interruptible(cmd)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm ci for tools/clients: %w", err)
	}
	// Written last: it marks an installation that was finished.
	return env, os.WriteFile(filepath.Join(dir, "installed"), lock(), 0o600)
}

// copyLock brings the lock file into dir and tells whether what it names is installed there.
func copyLock(dir string) (bool, error) {
	installed, err := os.ReadFile(filepath.Join(dir, "installed"))
	if err == nil && bytes.Equal(installed, lock()) {
		return true, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return false, err
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		data, err := os.ReadFile(filepath.Join("tools", "clients", name))
		if err != nil {
			return false, fmt.Errorf("%w (run it from the top of the repository)", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return false, err
		}
	}
	return false, nil
}

// lock is the content of the lock file; nil where there is none, which equals no installation.
func lock() []byte {
	data, err := os.ReadFile(filepath.Join("tools", "clients", "package-lock.json"))
	if err != nil {
		return nil
	}
	return data
}
