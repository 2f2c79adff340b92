package delivery

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"smtpserver/app/id"
)

// journal remembers, across a kill of this process, for which deliveries the
// final dot was about to be written and no outcome is committed yet. Exactly
// those may arrive twice (architecture.md §2, promise 3).
//
// It is a file of lines, written with plain write(2): the kernel keeps what a
// killed process wrote. It need not survive a power cut, which costs only the
// count, so it costs no sync. The file is locked while its process lives.
type journal struct {
	mu   sync.Mutex
	path string
	file *os.File
	size int64
	open map[id.ID][]byte // attempt → its "B" line, for compaction
}

// compactAt is the size from which the file is rewritten with the open entries only.
const compactAt = 4 << 20

// entry is one line of a dead process' journal that was never struck.
type entry struct {
	attempt, account, message id.ID
	deliveries                []id.ID
}

func openJournal(dir, owner string) (*journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("delivery: journal: %w", err)
	}
	j := &journal{path: filepath.Join(dir, owner+".journal"), open: map[id.ID][]byte{}}
	f, err := os.OpenFile(j.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("delivery: journal: %w", err)
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("delivery: lock the journal: %w", err), f.Close())
	}
	j.file = f
	return j, nil
}

func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// begin notes an attempt whose dot is about to be written.
func (j *journal) begin(e entry) error {
	var line bytes.Buffer
	fmt.Fprintf(&line, "B %s %s %s", e.attempt, e.account, e.message)
	for _, d := range e.deliveries {
		line.WriteByte(' ')
		line.WriteString(string(d))
	}
	line.WriteByte('\n')
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open[e.attempt] = line.Bytes()
	return j.write(line.Bytes())
}

// end strikes attempts whose outcome is committed.
func (j *journal) end(attempts []id.ID) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var lines []byte
	for _, a := range attempts {
		if _, ok := j.open[a]; ok {
			delete(j.open, a)
			lines = append(append(append(lines, "E "...), a...), '\n')
		}
	}
	if len(lines) == 0 {
		return nil
	}
	if err := j.write(lines); err != nil {
		return err
	}
	if j.size > compactAt {
		return j.compact()
	}
	return nil
}

func (j *journal) write(b []byte) error {
	n, err := j.file.Write(b)
	j.size += int64(n)
	if err != nil {
		return fmt.Errorf("delivery: journal: %w", err)
	}
	return nil
}

// compact rewrites the file in place of itself. A kill in between loses nothing:
// the new file is complete and locked before it takes the old one's name.
func (j *journal) compact() error {
	var live []byte
	for _, line := range j.open {
		live = append(live, line...)
	}
	next, err := os.OpenFile(j.path+".next", os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("delivery: compact the journal: %w", err)
	}
	err = lockFile(next)
	if err == nil {
		_, err = next.Write(live)
	}
	if err == nil {
		err = os.Rename(next.Name(), j.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("delivery: compact the journal: %w", err), next.Close())
	}
	old := j.file
	j.file, j.size = next, int64(len(live))
	return old.Close()
}

// close removes the file when nothing is open in it.
func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if len(j.open) == 0 {
		err = os.Remove(j.path)
	}
	return errors.Join(err, j.file.Close())
}

// orphan is the journal of a process that is gone.
type orphan struct {
	owner   string
	entries []entry
	file    *os.File // locked by us until removed
}

// orphans finds journals whose process is gone and locks them for recovery.
func orphans(dir string) ([]orphan, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	if err != nil {
		return nil, fmt.Errorf("delivery: journal: %w", err)
	}
	var found []orphan
	for _, path := range paths {
		f, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue // another worker was faster
		}
		if err != nil {
			return nil, fmt.Errorf("delivery: journal: %w", err)
		}
		if err := lockFile(f); err != nil {
			if err := f.Close(); err != nil {
				return nil, fmt.Errorf("delivery: journal: %w", err)
			}
			continue // its process lives
		}
		entries, err := readJournal(f)
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		found = append(found, orphan{strings.TrimSuffix(filepath.Base(path), ".journal"), entries, f})
	}
	return found, nil
}

// remove deletes the recovered journal.
func (o orphan) remove() error {
	return errors.Join(os.Remove(o.file.Name()), o.file.Close())
}

// readJournal returns the entries that were begun and not struck. A torn last
// line was never followed by a dot, because begin had not returned.
func readJournal(r io.Reader) ([]entry, error) {
	open := map[id.ID]entry{}
	var order []id.ID
	br := bufio.NewReader(r)
	for {
		line, err := br.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("delivery: read the journal: %w", err)
		}
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[0] == "E":
			delete(open, id.ID(words[1]))
		case len(words) >= 5 && words[0] == "B":
			e := entry{attempt: id.ID(words[1]), account: id.ID(words[2]), message: id.ID(words[3])}
			for _, d := range words[4:] {
				e.deliveries = append(e.deliveries, id.ID(d))
			}
			open[e.attempt] = e
			order = append(order, e.attempt)
		}
	}
	var live []entry
	for _, a := range order {
		if e, ok := open[a]; ok {
			live = append(live, e)
		}
	}
	return live, nil
}
