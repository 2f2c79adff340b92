package listimport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"gorm.io/gorm"

	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

type contactField = contact.Field

// file is the stored file of an import. The pieces read last are kept, because a zip is
// read in two places at a time. It is a system reader: workers have no person's scope.
type file struct {
	ctx       context.Context // io.ReaderAt has none; it lives as long as the pass
	store     *store.Store
	accountID id.ID
	importID  id.ID
	size      int64
	kept      [4]piece
	turn      int
	furthest  atomic.Int64 // for the progress
}

type piece struct {
	seq  int
	data []byte
}

func (s *Service) open(ctx context.Context, row *Import) *file {
	f := &file{ctx: ctx, store: s.store, accountID: row.AccountID, importID: row.ID, size: row.Size}
	for i := range f.kept {
		f.kept[i].seq = -1
	}
	return f
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, offset int64) (int, error) {
	read := 0
	for read < len(p) {
		at := offset + int64(read)
		if at >= f.size {
			return read, io.EOF
		}
		data, err := f.piece(int(at / chunkSize))
		if err != nil {
			return read, err
		}
		rest := data[min(int(at%chunkSize), len(data)):]
		if len(rest) == 0 {
			return read, io.ErrUnexpectedEOF
		}
		read += copy(p[read:], rest)
	}
	f.furthest.Store(max(f.furthest.Load(), offset+int64(read)))
	return read, nil
}

func (f *file) piece(seq int) ([]byte, error) {
	for _, k := range f.kept {
		if k.seq == seq {
			return k.data, nil
		}
	}
	var data []byte
	err := f.store.SystemRead(f.ctx, "read a piece of an import's file", func(_ context.Context, tx *gorm.DB) error {
		rows, err := tx.Raw("SELECT data FROM import_chunks WHERE account_id = ? AND import_id = ? AND seq = ?", f.accountID, f.importID, seq).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		if !rows.Next() {
			return store.ErrNotFound
		}
		if err := rows.Scan(&data); err != nil {
			return err
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("listimport: piece %d: %w", seq, err)
	}
	f.kept[f.turn] = piece{seq, data}
	f.turn = (f.turn + 1) % len(f.kept)
	return data, nil
}

// rows opens the file as the settings say, past its heading.
func (s *Service) rows(ctx context.Context, row *Import) (in records, f *file, err error) {
	f = s.open(ctx, row)
	switch row.Settings.Format {
	case XLSX:
		in, err = openXLSX(f, f.size)
		if err != nil {
			return nil, f, err
		}
	default:
		e, ok := encodingOf(row.Settings.Encoding)
		if !ok || len(row.Settings.Delimiter) != 1 {
			return nil, f, badFile("Say how the file is written: encoding and delimiter.")
		}
		in = newCSV(e.decoder(bufio.NewReaderSize(io.NewSectionReader(f, 0, f.size), 64<<10)), row.Settings.Delimiter[0])
	}
	if row.Settings.Header {
		if _, err := in.next(); err != nil && !errors.Is(err, io.EOF) {
			return nil, f, err
		}
	}
	return in, f, nil
}
