package main

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/sink"
)

// workload is what all systems are put under. Every message comes over TLS with
// AUTH and must reach the sink before a run counts as done.
type workload struct {
	name, meaning string
	connections   int
	messages      int
	size          int
	reconnect     bool
	domains       int  // of recipients, each with a server of its own; 0: all goes to one relay
	trouble       bool // the last but one of them is a tarpit, the last is dead
	waiting       int  // deliveries that wait meanwhile for a destination that rests
	stalled       bool // what comes next answers nothing, so that all time goes into accepting
}

func workloads() []workload {
	return []workload{
		{name: "accept", connections: 20, messages: 6000, size: 20 << 10, stalled: true,
			meaning: "STARTTLS + AUTH, 20 connections kept open, 20 KiB, the next hop answers nothing: accepted durably"},
		{name: "deliver", connections: 20, messages: 6000, size: 20 << 10,
			meaning: "STARTTLS + AUTH, 20 connections kept open, 20 KiB: accepted durably and delivered"},
		{name: "reconnect", connections: 20, messages: 3000, size: 1 << 10, reconnect: true,
			meaning: "a new connection, TLS and AUTH for every message, 20 at a time, 1 KiB"},
		{name: "latency", connections: 100, messages: 6000, size: 20 << 10,
			meaning: "STARTTLS + AUTH, 100 connections kept open, 20 KiB: the answer to DATA"},
		{name: "spread", connections: 20, messages: 6000, size: 20 << 10, domains: 100,
			meaning: "like deliver, to 100 destinations"},
		{name: "trouble", connections: 20, messages: 6000, size: 20 << 10, domains: 100, trouble: true,
			meaning: "like spread, one of the destinations a tarpit and one dead; the 98 others count"},
		{name: fewWaiting, connections: 20, messages: 6000, size: 20 << 10, waiting: 1_000,
			meaning: "like deliver, while 1,000 deliveries wait for a destination that rests"},
		{name: manyWaiting, connections: 20, messages: 6000, size: 20 << 10, waiting: 1_000_000,
			meaning: "like deliver, while 1,000,000 deliveries wait for a destination that rests"},
	}
}

// The two whose costs are compared.
const (
	fewWaiting  = "waiting-few"
	manyWaiting = "waiting-many"
)

// waitingWorkloads are those two.
func waitingWorkloads() []workload {
	return slices.DeleteFunc(workloads(), func(w workload) bool { return w.waiting == 0 })
}

// fits reports whether a system is worth a turn: the signing peer where signatures
// matter, peers not where only our own two figures are compared.
func (w workload) fits(s system) bool {
	return !s.peer() || w.domains == 0 && w.waiting == 0 && (w.name == "deliver" || !s.signs())
}

// far starts what all systems deliver to.
func (w workload) far() (*sink.Server, error) {
	all := []sink.Listener{{Addr: "127.0.0.2:0"}}
	if w.stalled {
		all[0].Delay = time.Hour
	}
	if w.domains == 0 {
		return sink.Start(sink.Options{Listeners: all})
	}
	free, err := freeAddrs(1) // a port that they all have
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(free[0])
	if err != nil {
		return nil, err
	}
	all = nil
	for i := range w.domains {
		l := sink.Listener{Addr: net.JoinHostPort(hostOf(i), port)}
		switch {
		case w.trouble && i == w.domains-1:
			continue
		case w.trouble && i == w.domains-2:
			l.Delay = 30 * time.Second
		}
		all = append(all, l)
	}
	return sink.Start(sink.Options{Listeners: all})
}

// hostOf is where the server of a recipient domain is.
func hostOf(i int) string { return fmt.Sprintf("127.0.1.%d", i+1) }

// zone tells DNS where the recipient domains' servers are; each is run by somebody else.
func (w workload) zone() string {
	var b strings.Builder
	for i, domain := range load.Targets(w.domains) {
		fmt.Fprintf(&b, "%s. MX 10 mx.d%d.example.\nmx.d%d.example. A %s\n", domain, i, i, hostOf(i))
	}
	return b.String()
}

// arriving is how many of so many accepted messages reach their servers.
func (w workload) arriving(accepted int) int {
	if w.trouble {
		full, rest := accepted/w.domains, accepted%w.domains
		return full*(w.domains-2) + min(rest, w.domains-2)
	}
	return accepted
}

// target is where a system takes submissions.
type target struct{ addr, username, password, from string }

func (w workload) load(t target) load.Config {
	return load.Config{
		Addr: t.addr, TLS: load.StartTLS, Username: t.username, Password: t.password, From: t.from,
		Connections: w.connections, Messages: w.messages, Size: w.size, Reconnect: w.reconnect,
		Domains: load.Targets(w.domains), MaxFailures: 20,
	}
}

// warmUp is the same load, short: caches, pools and processes get ready.
func (w workload) warmUp() workload {
	w.messages = max(w.messages/10, w.connections)
	return w
}

// scaled changes the number of messages: percent of the usual.
func (w workload) scaled(percent int) (workload, error) {
	if percent <= 0 {
		return w, fmt.Errorf("-scale %d: a percentage above 0", percent)
	}
	w.messages = max(w.messages*percent/100, w.connections)
	return w, nil
}
