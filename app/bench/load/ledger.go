package load

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

// Entry is what a client knows about one message that it tried to send.
type Entry struct {
	ID         string
	Start, End time.Time
	Code       int // of the answer to the final dot, or of the command that was refused; 0 means no answer
	Recipients int // accepted by the server
	Hash       string
	Text       string // of the answer: the queue id is in it
}

// Ledger is an append-only file of entries, one tab-separated line each.
type Ledger struct {
	mu   sync.Mutex
	file *os.File
	line []byte
	sync bool
}

// OpenLedger creates or continues a ledger. With syncEach every entry is on disk
// before Add returns, that is before its connection sends the next message.
func OpenLedger(path string, syncEach bool) (*Ledger, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, fmt.Errorf("load: ledger: %w", err)
	}
	return &Ledger{file: file, sync: syncEach}, nil
}

// Add appends one entry.
func (l *Ledger) Add(e Entry) error {
	if err := l.write(e); err != nil {
		return fmt.Errorf("load: ledger: %w", err)
	}
	if !l.sync {
		return nil
	}
	// Outside the lock: the kernel joins the syncs of several connections.
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("load: ledger: %w", err)
	}
	return nil
}

func (l *Ledger) write(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := append(l.line[:0], e.ID...)
	for _, n := range []int64{e.Start.UnixNano(), int64(e.Code), e.End.UnixNano(), int64(e.Recipients)} {
		b = strconv.AppendInt(append(b, '\t'), n, 10)
	}
	b = append(append(b, '\t'), e.Hash...)
	b = append(append(b, '\t'), e.Text...)
	l.line = append(b, '\n')
	_, err := l.file.Write(l.line) // one write: a reader sees whole lines
	return err
}

// Close closes the file.
func (l *Ledger) Close() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("load: ledger: %w", err)
	}
	return nil
}

// ReadLedger returns the entries of a file. A last line without its end, which a
// killed client leaves, is ignored: that client never sent another message.
func ReadLedger(path string) ([]Entry, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, fmt.Errorf("load: ledger: %w", err)
	}
	var all []Entry
	for number := 1; ; number++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return all, nil
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("load: ledger: %s line %d: %w", path, number, err)
		}
		all, data = append(all, e), rest
	}
}

func parseEntry(line []byte) (Entry, error) {
	fields := bytes.SplitN(line, []byte("\t"), 7)
	if len(fields) != 7 {
		return Entry{}, errors.New("not seven fields")
	}
	var n [4]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(string(fields[i+1]), 10, 64); err != nil {
			return Entry{}, err
		}
	}
	return Entry{
		ID: string(fields[0]), Start: time.Unix(0, n[0]), Code: int(n[1]), End: time.Unix(0, n[2]),
		Recipients: int(n[3]), Hash: string(fields[5]), Text: string(fields[6]),
	}, nil
}
