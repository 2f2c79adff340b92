package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/sink"
)

// The bounds that `bench memory` holds the program to.
const (
	queueBound      = 300 << 20 // resident with 1,000,000 deliveries queued
	connectionBound = 250 << 20 // resident with 10,000 idle connections
	greetingBound   = 200 * time.Millisecond
	workTime        = 30 * time.Second // deliveries go on so long beside the queue
)

// figure is one line of the result: what was measured, and what it may be.
type figure struct {
	what        string
	got, bound  string
	outOfBounds bool
}

func memoryFigure(what string, octets, bound int64) figure {
	return figure{what, fmt.Sprintf("%.0f MiB", mebibytes(octets)), fmt.Sprintf("< %d MiB", bound>>20), octets >= bound}
}

// memoryCommand measures the resident memory of the whole program with a long queue
// and with many idle connections, and fails above the bounds.
func memoryCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench memory", flag.ContinueOnError)
	f.SetOutput(progress)
	messages := f.Int("messages", 1_000_000, "how many wait in the queue")
	connections := f.Int("connections", 10_000, "how many are open and idle")
	names := f.String("systems", "sqlite,postgresql", "what to measure")
	binary := f.String("binary", "", "our program; built into bin/smtpserver when empty")
	temp := f.String("temp", "", "folder for the data; it must be on a disk")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *messages < 1 || *connections < 1 {
		return errors.New("bench memory: -messages and -connections must be at least 1")
	}
	o, err := parse([]string{"-systems=" + *names, "-binary=" + *binary, "-temp=" + *temp}, progress, false)
	if err != nil {
		return err
	}
	systems, err := pick(ctx, o, progress)
	if err != nil {
		return err
	}
	red := false
	for _, s := range systems {
		p, ours := s.(*productSystem)
		if !ours {
			return errors.New("bench memory: only our own program is measured")
		}
		figures, err := measureMemory(ctx, p, *messages, *connections, progress)
		if err := errors.Join(err, p.close()); err != nil {
			return err
		}
		for _, one := range figures {
			red = red || one.outOfBounds
		}
		if err := printFigures(out, p.name(), figures); err != nil {
			return err
		}
	}
	if red {
		return errors.New("a figure is out of its bounds")
	}
	return nil
}

func printFigures(out io.Writer, name string, figures []figure) error {
	fmt.Fprintf(out, "\n%s\n", name)
	w := tabwriter.NewWriter(out, 2, 4, 3, ' ', 0)
	for _, f := range figures {
		verdict := "ok"
		if f.outOfBounds {
			verdict = "TOO MUCH"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", f.what, f.got, f.bound, verdict)
	}
	return w.Flush()
}

func measureMemory(ctx context.Context, p *productSystem, messages, connections int, progress io.Writer) ([]figure, error) {
	all, err := measureConnections(ctx, p, connections, progress)
	if err != nil {
		return nil, err
	}
	queue, err := measureQueue(ctx, p, messages, progress)
	return append(all, queue...), err
}

// measureQueue starts the program on a long queue that is due, and reads its peak after
// it has delivered from it for a while.
func measureQueue(ctx context.Context, p *productSystem, messages int, progress io.Writer) (_ []figure, err error) {
	relay, err := sink.Start(sink.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, relay.Close()) }()
	p.seed = (&archive{messages: messages, queued: true, progress: progress}).fill
	r, err := p.prepare(ctx, nextHop{relay: relay.Addr(0)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	if err := r.launch(ctx); err != nil {
		return nil, err
	}
	select {
	case <-time.After(workTime):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	delivered := relay.Counts().Messages
	if delivered == 0 {
		return nil, fmt.Errorf("nothing was delivered%s", r.log())
	}
	what := fmt.Sprintf("%d deliveries queued, %d of them delivered meanwhile: peak", messages, delivered)
	return []figure{memoryFigure(what, proc.Memory([]int{r.process.PID()}), queueBound)}, nil
}
