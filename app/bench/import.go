package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/bench/proc"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// importCommand measures an import (I-03): upload, dry run and import of a list of five
// columns, beside how fast the engine itself takes the same contacts with their indexes.
func importCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench import", flag.ContinueOnError)
	f.SetOutput(progress)
	rows := f.Int("rows", 100_000, "of the file; the figures to hold are those of 10,000,000")
	systems := f.String("systems", "sqlite,postgresql", "what to measure")
	temp := f.String("temp", "", "folder for the data; it must be on a disk")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(*temp, "bench-import-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w := tabwriter.NewWriter(out, 2, 4, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "engine\trows\tupload s\tdry run s\timport s\trows/s\tbulk limit rows/s\tof the limit\tpeak MiB\t\n")
	for _, name := range []string{"sqlite", "postgresql"} {
		if !slices.Contains(strings.Split(*systems, ","), name) {
			continue
		}
		url, stop, err := importDatabase(ctx, name, dir)
		if err != nil {
			return err
		}
		fmt.Fprintf(progress, "%s: %d rows\n", name, *rows)
		m, err := measureImport(ctx, url, *rows)
		if err = errors.Join(err, stop()); err != nil {
			return err
		}
		perSecond, limit := float64(*rows)/m.load.Seconds(), float64(*rows)/m.bulk.Seconds()
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.0f\t%.0f\t%.0f %%\t%.0f\t\n", name, *rows, m.upload.Seconds(), m.dry.Seconds(), m.load.Seconds(), perSecond, limit, 100*perSecond/limit, mebibytes(m.peak))
	}
	return w.Flush()
}

func importDatabase(ctx context.Context, name, dir string) (url string, stop func() error, err error) {
	if name == "sqlite" {
		return "sqlite:" + filepath.Join(dir, "bench.db"), func() error { return nil }, nil
	}
	server, err := services.StartPostgres(ctx, services.PostgresOptions{})
	if err != nil {
		return "", nil, err
	}
	url, err = server.CreateDatabase(ctx, "bench_import")
	return url, server.Stop, err
}

type importFigures struct {
	upload, dry, load, bulk time.Duration
	peak                    int64
}

func measureImport(ctx context.Context, url string, rows int) (m importFigures, err error) {
	db, err := store.Open(ctx, store.Options{URL: url, AllowUnsafe: true})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return m, err
	}
	ours, bare, err := importAccounts(ctx, db)
	if err != nil {
		return m, err
	}
	contacts := contact.New(db)
	l, err := contacts.AddList(ctx, ours, "All", "", "")
	if err != nil {
		return m, err
	}
	imports := listimport.New(db, contacts, nil)
	runner := listimport.NewRunner(imports, listimport.RunnerOptions{})
	stop := proc.Watch([]int{os.Getpid()}, time.Second)
	var importID id.ID
	steps := []struct {
		took *time.Duration
		do   func() error
	}{
		{&m.upload, func() (err error) {
			importID, err = imports.Upload(ctx, ours, "bench.csv", &madeList{rows: rows})
			return err
		}},
		{&m.dry, func() error {
			row, err := imports.Import(ctx, ours, importID)
			if err != nil {
				return err
			}
			plan := listimport.Plan{Columns: row.Settings.Columns, Policy: listimport.FillEmpty, Lists: []id.ID{l.ID}, Consent: "They are made up for a measurement."}
			return errors.Join(imports.Check(ctx, ours, importID, plan), runner.Drain(ctx))
		}},
		{&m.load, func() error { return errors.Join(imports.Start(ctx, ours, importID, true), runner.Drain(ctx)) }},
	}
	for _, s := range steps {
		began := time.Now()
		if err := s.do(); err != nil {
			stop()
			return m, err
		}
		*s.took = time.Since(began)
	}
	m.peak = stop()
	row, err := imports.Import(ctx, ours, importID)
	if err != nil || row.Counts.Added != int64(rows) {
		return m, errors.Join(err, fmt.Errorf("%d of %d rows were added: %s", row.Counts.Added, rows, row.Reason))
	}
	began := time.Now()
	err = bulkLimit(ctx, db, contacts, bare, rows)
	m.bulk = time.Since(began)
	return m, err
}

func importAccounts(ctx context.Context, db *store.Store) (ours, bare account.Scope, err error) {
	made := [2]account.Scope{}
	err = db.SystemWrite(ctx, "bench: two accounts", func(_ context.Context, tx *gorm.DB) error {
		for i := range made {
			accountID, now := id.New(), db.Now()
			made[i] = account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
			if err := tx.Exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?,?,?,'business','active',?,?)", accountID, "bench-"+string(accountID[20:]), "Bench", now, now).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return made[0], made[1], err
}

// bulkLimit stores the same contacts by the engine's own fast way, with the same indexes,
// without reading, judging or comparing anything.
func bulkLimit(ctx context.Context, db *store.Store, contacts *contact.Service, scope account.Scope, rows int) error {
	const batch = 5000
	for start := 0; start < rows; start += batch {
		made := make([]contact.Contact, 0, batch)
		now := db.Now()
		for i := start; i < min(start+batch, rows); i++ {
			name := "Person Number " + fmt.Sprint(i)
			company := "Company " + fmt.Sprint(i%10_000)
			made = append(made, contact.Contact{ID: id.New(), Address: madeAddress(i), Given: madeAddress(i), Name: name, NameKey: contact.Fold(name), Kind: contact.Individual, Company: company, CompanyKey: contact.Fold(company), Language: "en", TimeZone: "Europe/Berlin", Revision: 1, CreatedAt: now, UpdatedAt: now})
		}
		if err := contacts.InsertAll(ctx, scope.AccountID(), made, nil); err != nil {
			return err
		}
	}
	return nil
}

// madeAddress spreads addresses as real lists do: not in the order of the file.
func madeAddress(i int) string {
	return fmt.Sprintf("p%08x@mail%d.example.org", uint32(i)*2654435761, i%97)
}

// madeList is a file of that many rows that is made while it is read.
type madeList struct {
	rows, at int
	rest     []byte
}

// Read implements io.Reader.
func (m *madeList) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		switch {
		case m.at == 0:
			m.rest = []byte("email,name,company,language,time zone\n")
		case m.at > m.rows:
			return 0, io.EOF
		default:
			i := m.at - 1
			m.rest = fmt.Appendf(m.rest[:0], "%s,Person Number %d,Company %d,en,Europe/Berlin\n", madeAddress(i), i, i%10_000)
		}
		m.at++
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}
