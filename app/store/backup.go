package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes the embedded database as it is at one moment to a new file. Writers
// go on meanwhile. The file is on disk when Backup returns.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.engine != SQLite {
		return errors.New("store: PostgreSQL is backed up with its own tools, for example pg_dump")
	}
	db, err := s.writerDB()
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("store: back up to %s: %w", path, err)
	}
	for _, name := range []string{path, filepath.Dir(path)} { // VACUUM INTO does not sync what it wrote
		if err := syncFile(name); err != nil {
			return fmt.Errorf("store: back up: %w", err)
		}
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
