package sink

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Record is an append-only file of accepted messages, one tab-separated line
// each: test id, time, peer, recipients. Sinks in one process may share it.
type Record struct {
	mu   sync.Mutex
	file *os.File
	line []byte
}

// Taken is one line of a record.
type Taken struct {
	ID         string
	At         time.Time
	Peer       string
	Recipients []string
}

// OpenRecord creates or continues a record.
func OpenRecord(path string) (*Record, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, fmt.Errorf("sink: record: %w", err)
	}
	return &Record{file: file}, nil
}

func (r *Record) add(id []byte, peer string, recipients []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := append(append(r.line[:0], id...), '\t')
	b = append(strconv.AppendInt(b, time.Now().UnixNano(), 10), '\t')
	b = append(append(append(b, peer...), '\t'), recipients...)
	r.line = append(b, '\n')
	_, err := r.file.Write(r.line) // one write: a reader sees whole lines
	return err
}

// Close closes the file.
func (r *Record) Close() error {
	if err := r.file.Close(); err != nil {
		return fmt.Errorf("sink: record: %w", err)
	}
	return nil
}

// ReadRecord returns the messages of a record; a last line without its end is
// ignored, for it was never answered.
func ReadRecord(path string) ([]Taken, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, fmt.Errorf("sink: record: %w", err)
	}
	var all []Taken
	for number := 1; ; number++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return all, nil
		}
		t, err := parseTaken(string(line))
		if err != nil {
			return nil, fmt.Errorf("sink: record: %s line %d: %w", path, number, err)
		}
		all, data = append(all, t), rest
	}
}

func parseTaken(line string) (Taken, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return Taken{}, errors.New("not four fields")
	}
	at, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return Taken{}, err
	}
	return Taken{ID: fields[0], At: time.Unix(0, at), Peer: fields[2], Recipients: strings.Split(fields[3], ",")}, nil
}
