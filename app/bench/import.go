package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/report"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// importRun is one import of a list of five columns, and what it is compared with.
type importRun struct {
	system            string
	rows, batch       int
	upload, dry, load time.Duration
	undo              time.Duration // of all of it
	cpu               time.Duration // of the import, the database's included
	peak              int64         // resident, of this process
	bulk              time.Duration // the same contacts by the engine's own fast way
	set               time.Duration // the same people by listmonk's way; 0 when not measured
}

type importOptions struct{ peers, undo bool }

func (r importRun) rate(d time.Duration) float64 { return float64(r.rows) / d.Seconds() }

// importCommand measures imports (I-03): upload, dry run and import.
func importCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench import", flag.ContinueOnError)
	f.SetOutput(progress)
	sizes := f.String("rows", "100000,1000000", "sizes of the list; the last goal is about 10000000")
	systems := f.String("systems", "sqlite,postgresql", "what to measure")
	peers := f.Bool("peers", true, "measure the engines' own limits and listmonk's way, too")
	temp := f.String("temp", "", "folder for the data; it must be on a disk")
	undo := f.Bool("undo", false, "measure how long it takes to undo it, too")
	batch := f.Int("batch", 0, "rows of one transaction; 0 is what the program takes")
	profile := f.String("cpuprofile", "", "file for a profile of this process")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); err = errors.Join(err, file.Close()) }()
	}
	var rows []int
	for size := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return fmt.Errorf("-rows: %q is no number of rows", size)
		}
		rows = append(rows, n)
	}
	dir, err := os.MkdirTemp(*temp, "bench-import-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := report.Report{Began: time.Now(), Machine: report.Look(dir)}
	var runs []importRun
	for _, system := range []string{"sqlite", "postgresql"} {
		if !slices.Contains(strings.Split(*systems, ","), system) {
			continue
		}
		for _, n := range rows {
			fmt.Fprintf(progress, "%s: %d rows\n", system, n)
			run, err := measureImport(ctx, importRun{system: system, rows: n, batch: *batch}, importOptions{*peers, *undo}, dir)
			if err != nil {
				return fmt.Errorf("%s, %d rows: %w", system, n, err)
			}
			runs = append(runs, run)
		}
	}
	r.Ended, r.Goals = time.Now(), importGoals(runs)
	fmt.Fprint(out, r.Text())
	return printImports(out, runs)
}

func printImports(out io.Writer, runs []importRun) error {
	w := tabwriter.NewWriter(out, 2, 4, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nengine\trows\tupload s\tdry run s\timport s\tundo s\trows/s\tCPU µs per row\tbulk limit rows/s\tlistmonk's way rows/s\tpeak MiB\t\n")
	for _, r := range runs {
		bulk, set := "", ""
		if r.bulk > 0 {
			bulk = fmt.Sprintf("%.0f", r.rate(r.bulk))
		}
		if r.set > 0 {
			set = fmt.Sprintf("%.0f", r.rate(r.set))
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f\t%.1f\t%s\t%s\t%.0f\t\n", r.system, r.rows, r.upload.Seconds(), r.dry.Seconds(), r.load.Seconds(), r.undo.Seconds(), r.rate(r.load), float64(r.cpu.Microseconds())/float64(r.rows), bulk, set, mebibytes(r.peak))
	}
	return w.Flush()
}

// importGoals judges imports by what the project wants of them.
func importGoals(runs []importRun) (goals []report.Goal) {
	least := map[string]importRun{}
	for _, r := range runs {
		system := fmt.Sprintf("%s, %d rows", r.system, r.rows)
		goals = append(goals,
			report.Goal{Name: "rows imported per second", System: system, Measured: r.rate(r.load), Want: 20_000},
			report.Goal{Name: "peak memory, MiB", System: system, Measured: mebibytes(r.peak), Want: 256, AtMost: true})
		if r.bulk > 0 {
			goals = append(goals, report.Goal{Name: "import ÷ the engine's bulk limit", System: system, Measured: r.rate(r.load) / r.rate(r.bulk), Want: 0.4})
		}
		if r.set > 0 {
			goals = append(goals, report.Goal{Name: "import ÷ listmonk's set-based insert", System: system, Measured: r.rate(r.load) / r.rate(r.set), Want: 1})
		}
		if first, there := least[r.system]; !there {
			least[r.system] = r
		} else {
			goals = append(goals, report.Goal{Name: fmt.Sprintf("cost per row ÷ that of %d rows", first.rows), System: system, Measured: first.rate(first.load) / r.rate(r.load), Want: 1.3, AtMost: true})
		}
	}
	return goals
}

// importDatabase makes a fresh database; the server is nil for SQLite.
func importDatabase(ctx context.Context, system, dir string) (url string, server *services.PostgresServer, err error) {
	if system == "sqlite" {
		fresh, err := os.MkdirTemp(dir, "sqlite-")
		return "sqlite:" + filepath.Join(fresh, "bench.db"), nil, err
	}
	if server, err = services.StartPostgres(ctx, services.PostgresOptions{}); err != nil {
		return "", nil, err
	}
	url, err = server.CreateDatabase(ctx, benchDatabase)
	return url, server, err
}

const benchDatabase = "bench_import"

func measureImport(ctx context.Context, run importRun, o importOptions, dir string) (_ importRun, err error) {
	url, server, err := importDatabase(ctx, run.system, dir)
	if server != nil {
		defer func() { err = errors.Join(err, server.Stop()) }()
	}
	if err != nil {
		return run, err
	}
	db, err := store.Open(ctx, store.Options{URL: url, AllowUnsafe: true})
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return run, err
	}
	keeping, enough := context.WithCancel(ctx)
	go db.KeepStatistics(keeping, slog.New(slog.DiscardHandler)) // as every worker does
	defer enough()
	ours, bare, err := importAccounts(ctx, db)
	if err != nil {
		return run, err
	}
	if err := run.bringIn(ctx, db, ours, o.undo); err != nil || !o.peers {
		return run, err
	}
	began := time.Now()
	if server == nil {
		err = bulkSQLite(ctx, contact.New(db), bare.AccountID(), run.rows)
		run.bulk = time.Since(began)
		return run, err
	}
	if err := bulkPostgres(ctx, server.AdminURL(benchDatabase), bare.AccountID(), run.rows); err != nil {
		return run, err
	}
	run.bulk = time.Since(began)
	run.set, err = listmonkWay(ctx, server.AdminURL(benchDatabase), run.rows)
	return run, err
}

// forgetPeak lets the kernel begin anew with the most memory that this process had; peak
// tells it. The servers that it started count apart.
func forgetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) }

func peak() (octets int64, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kibibytes, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kibibytes << 10, err
		}
	}
	return 0, errors.New("the kernel tells no peak")
}

// bringIn uploads a list of five columns, runs it dry and imports it.
func (r *importRun) bringIn(ctx context.Context, db *store.Store, scope account.Scope, undo bool) error {
	contacts := contact.New(db)
	l, err := contacts.AddList(ctx, scope, "All", "", "")
	if err != nil {
		return err
	}
	imports := listimport.New(db, contacts, nil)
	runner := listimport.NewRunner(imports, listimport.RunnerOptions{Batch: r.batch})
	if err := forgetPeak(); err != nil {
		return err
	}
	took := func(into *time.Duration, step func() error) error {
		began := time.Now()
		err := errors.Join(step(), runner.Drain(ctx))
		*into = time.Since(began)
		return err
	}
	var row listimport.Import
	err = took(&r.upload, func() error {
		importID, err := imports.Upload(ctx, scope, "bench.csv", &madeList{rows: r.rows})
		if err == nil {
			row, err = imports.Import(ctx, scope, importID)
		}
		return err
	})
	if err != nil {
		return err
	}
	plan := listimport.Plan{Columns: row.Settings.Columns, Policy: listimport.FillEmpty, Lists: []id.ID{l.ID}, Consent: "They are made up for a measurement."}
	if err := took(&r.dry, func() error { return imports.Check(ctx, scope, row.ID, plan) }); err != nil {
		return err
	}
	tree := []int{os.Getpid()}
	used := proc.CPU(tree)
	if err := took(&r.load, func() error { return imports.Start(ctx, scope, row.ID, true) }); err != nil {
		return err
	}
	r.cpu = proc.CPU(tree) - used
	if r.peak, err = peak(); err != nil {
		return err
	}
	if row, err = imports.Import(ctx, scope, row.ID); err != nil || row.Counts.Added != int64(r.rows) {
		return errors.Join(err, fmt.Errorf("%d of %d rows were added: %s", row.Counts.Added, r.rows, row.Reason))
	}
	if !undo {
		return nil
	}
	return took(&r.undo, func() error { return imports.Undo(ctx, scope, row.ID) })
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
