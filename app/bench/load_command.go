package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"

	"smtpserver/app/bench/load"
)

// loadCommand sends a load to any server and prints the result as JSON.
func loadCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	var c load.Config
	var mode, ledger string
	var domains int
	var syncEach bool
	f := flag.NewFlagSet("bench load", flag.ContinueOnError)
	f.SetOutput(progress)
	f.StringVar(&c.Addr, "addr", "127.0.0.1:2525", "server")
	f.StringVar(&mode, "tls", string(load.StartTLS), "none, starttls or implicit")
	f.StringVar(&c.Username, "username", "", "for AUTH PLAIN; none when empty")
	f.StringVar(&c.Password, "password", "", "")
	f.StringVar(&c.From, "from", "load@bench.example", "sender")
	f.IntVar(&c.Connections, "connections", 20, "at the same time")
	f.IntVar(&c.Messages, "messages", 0, "number of messages; 0 means until -duration is over")
	f.DurationVar(&c.Duration, "duration", 0, "start no message later than this")
	f.Float64Var(&c.Rate, "rate", 0, "messages per second; 0 means as fast as possible")
	f.IntVar(&c.Size, "size", 20<<10, "octets of a message")
	f.IntVar(&c.Recipients, "recipients", 1, "per message")
	f.IntVar(&domains, "domains", 1, "number of recipient domains: d0.bench.example …")
	f.BoolVar(&c.Reconnect, "reconnect", false, "a new connection for every message")
	f.BoolVar(&c.NoPipelining, "no-pipelining", false, "one command at a time")
	f.IntVar(&c.MaxFailures, "max-failures", 20, "failures to connect in a row before a connection gives up; 0 means never")
	f.StringVar(&c.RunID, "run-id", "", "begins every X-Test-Id; made up when empty")
	f.StringVar(&ledger, "ledger", "", "file for one line per message: id, start, code, end, recipients, body hash, answer")
	f.BoolVar(&syncEach, "sync", false, "sync the ledger before the next message is sent")
	if err := f.Parse(args); err != nil {
		return err
	}
	c.TLS, c.Domains = load.TLSMode(mode), load.Targets(domains)
	if ledger != "" {
		if c.Ledger, err = load.OpenLedger(ledger, syncEach); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.Ledger.Close()) }()
	}
	result, err := load.Run(ctx, c)
	if result == nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return errors.Join(err, encoder.Encode(struct {
		*load.Result
		PerSecond float64
	}{result, result.PerSecond()}))
}
