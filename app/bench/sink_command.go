package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"smtpserver/app/bench/sink"
	"smtpserver/app/bench/throwaway"
)

// sinkCommand runs a sink until it is interrupted, and prints what it took.
func sinkCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	var o sink.Options
	var addrs, record string
	var secure bool
	f := flag.NewFlagSet("bench sink", flag.ContinueOnError)
	f.SetOutput(progress)
	f.StringVar(&addrs, "addr", "127.0.0.2:2600", "addresses, comma-separated; each may have a delay before every answer: 127.0.0.3:2600=30s")
	f.StringVar(&record, "record", "", "file for one line per message: test id, time, peer, recipients")
	f.BoolVar(&secure, "starttls", false, "offer STARTTLS with a certificate made for the moment")
	every := f.Duration("every", 0, "print the counters this often")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.Listeners, err = listeners(addrs); err != nil {
		return err
	}
	if secure {
		if o.TLS, err = throwaway.TLS(); err != nil {
			return err
		}
	}
	if record != "" {
		if o.Record, err = sink.OpenRecord(record); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, o.Record.Close()) }()
	}
	s, err := sink.Start(o)
	if err != nil {
		return err
	}
	for i := range o.Listeners {
		fmt.Fprintln(out, "listening on", s.Addr(i))
	}
	count(ctx, s, *every, out)
	fmt.Fprintf(out, "%+v\n", s.Counts())
	return s.Close()
}

func count(ctx context.Context, s *sink.Server, every time.Duration, out io.Writer) {
	if every <= 0 {
		<-ctx.Done()
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			fmt.Fprintf(out, "%+v\n", s.Counts())
		case <-ctx.Done():
			return
		}
	}
}

func listeners(addrs string) ([]sink.Listener, error) {
	var all []sink.Listener
	for part := range strings.SplitSeq(addrs, ",") {
		addr, wait, slow := strings.Cut(strings.TrimSpace(part), "=")
		l := sink.Listener{Addr: addr}
		if slow {
			var err error
			if l.Delay, err = time.ParseDuration(wait); err != nil {
				return nil, fmt.Errorf("-addr %s: %w", part, err)
			}
		}
		all = append(all, l)
	}
	return all, nil
}
