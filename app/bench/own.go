package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"smtpserver/app/bench/report"
)

// own are the flags of a command that measures our own program alone.
type own struct{ systems, binary, temp *string }

func ownFlags(f *flag.FlagSet) own {
	return own{
		systems: f.String("systems", "sqlite,postgresql", "what to measure"),
		binary:  f.String("binary", "", "our program; built into bin/smtpserver when empty"),
		temp:    f.String("temp", "", "folder for the data; it must be on a disk"),
	}
}

// each measures the program on every engine that was asked for, one after the other.
func (w own) each(ctx context.Context, progress io.Writer, measure func(*productSystem) ([]report.Goal, error)) (r report.Report, err error) {
	o, err := parse([]string{"-systems=" + *w.systems, "-binary=" + *w.binary, "-temp=" + *w.temp}, progress, false)
	if err != nil {
		return r, err
	}
	systems, err := pick(ctx, o, progress)
	if err != nil {
		return r, err
	}
	r = report.Report{Began: time.Now(), Machine: report.Look(o.temp)}
	for _, s := range systems {
		p, ours := s.(*productSystem)
		if !ours {
			return r, errors.New("bench: this measures our own program only")
		}
		goals, err := measure(p)
		if err = errors.Join(err, p.close()); err != nil {
			return r, err
		}
		r.Goals = append(r.Goals, goals...)
	}
	r.Ended = time.Now()
	return r, nil
}

// goals is each, with the verdicts printed in the end.
func (w own) goals(ctx context.Context, out, progress io.Writer, measure func(*productSystem) ([]report.Goal, error)) error {
	r, err := w.each(ctx, progress, measure)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(out, "\n", r.Text())
	return err
}
