package store

import (
	"bytes"
	"io/fs"
	"strings"
	"time"
)

// dialectFS shows one engine its migrations: files of the other engine are
// hidden and type words are replaced.
type dialectFS struct {
	fs     fs.ReadDirFS
	engine Engine
}

var typeWords = map[Engine]*strings.Replacer{
	// COLLATE "C": ids are compared byte by byte, as on SQLite, and faster.
	Postgres: strings.NewReplacer("{{id}}", `TEXT COLLATE "C"`, "{{ts}}", "TIMESTAMPTZ", "{{bytes}}", "BYTEA", "{{json}}", "TEXT"),
	SQLite:   strings.NewReplacer("{{id}}", "TEXT", "{{ts}}", "TIMESTAMP", "{{bytes}}", "BLOB", "{{json}}", "TEXT"),
}

func (d dialectFS) foreign(name string) bool {
	other := map[Engine]string{SQLite: ".postgres.sql", Postgres: ".sqlite.sql"}[d.engine]
	return strings.HasSuffix(name, other)
}

func (d dialectFS) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := d.fs.ReadDir(name)
	if err != nil {
		return nil, err
	}
	ours := all[:0:0]
	for _, e := range all {
		if !d.foreign(e.Name()) {
			ours = append(ours, e)
		}
	}
	return ours, nil
}

func (d dialectFS) Open(name string) (fs.File, error) {
	if !strings.HasSuffix(name, ".sql") {
		return d.fs.Open(name)
	}
	if d.foreign(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	text, err := fs.ReadFile(d.fs, name)
	if err != nil {
		return nil, err
	}
	text = []byte(typeWords[d.engine].Replace(string(text)))
	return &memFile{Reader: bytes.NewReader(text), name: name, size: int64(len(text))}, nil
}

// memFile is a read-only file in memory.
type memFile struct {
	*bytes.Reader
	name string
	size int64
}

func (f *memFile) Stat() (fs.FileInfo, error) { return memInfo{f.name, f.size}, nil }
func (f *memFile) Close() error               { return nil }

type memInfo struct {
	name string
	size int64
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) Mode() fs.FileMode  { return 0o444 }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) IsDir() bool        { return false }
func (i memInfo) Sys() any           { return nil }
