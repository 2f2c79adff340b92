// Command bench measures the program beside Postfix on the same machine, in the
// same run, with the same load and the same sink. `make bench` runs it.
//
//	go run ./app/bench            every workload five times, about 20 minutes; -quick for one short round
//	go run ./app/bench deliver    kept-open connections: accepted, delivered, cost
//	go run ./app/bench load …     the load generator alone, against any server
//	go run ./app/bench sink …     the counting sink alone
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// command is one word after the program's name.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, out, progress io.Writer) error
}

func commands() []command {
	all := []command{{"all", "every workload below, and the limits of the machine", compare(workloads())}}
	for _, w := range workloads() {
		all = append(all, command{w.name, w.meaning, compare([]workload{w})})
	}
	return append(all,
		command{"waiting", "both of them: what waiting costs what goes", compare(waitingWorkloads())},
		command{"pages", "pages of an account with 1,000,000 messages, start and idle memory", pagesCommand},
		command{"memory", "1,000,000 queued deliveries and 10,000 idle connections, against their bounds", memoryCommand},
		command{"import", "lists of 100,000 and 1,000,000 rows brought in, beside the engines themselves: -rows", importCommand},
		command{"contacts", "pages of an account with 5,000,000 contacts, also while it imports", contactsCommand},
		command{"tracking", "links followed and pictures loaded per second, and that each is stored: -messages, -clients", trackingCommand},
		command{"campaign", "a campaign beside plain delivery, and an audience of 1,000,000 frozen: -freeze", campaignCommand},
		command{"scale", "one and two SMTP processes, one to three workers, on PostgreSQL: -messages, -runs", scaledCommand},
		command{"limits", "what the machine allows: synced writes, commits, signatures", limitsCommand},
		command{"load", "the load generator alone", loadCommand},
		command{"sink", "the counting sink alone", sinkCommand},
	)
}

// run picks a command; flags alone mean all.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	name := "all"
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, args, out, progress)
		}
	}
	if name == "help" {
		usage(out)
		return nil
	}
	usage(progress)
	return fmt.Errorf("there is no command %q", name)
}

func usage(w io.Writer) {
	fmt.Fprint(w, "usage: bench [command] [flags]; bench command -h lists its flags\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
}
