package main

import (
	"fmt"

	"smtpserver/app/bench/load"
)

// workload is what all systems are put under. Every message comes over TLS with
// AUTH and must reach the sink before a run counts as done.
type workload struct {
	name, meaning string
	connections   int
	messages      int
	size          int
	reconnect     bool
}

func workloads() []workload {
	return []workload{
		{name: "deliver", connections: 20, messages: 6000, size: 20 << 10,
			meaning: "STARTTLS + AUTH, 20 connections kept open, 20 KiB: accepted durably, and delivered"},
		{name: "reconnect", connections: 20, messages: 3000, size: 1 << 10, reconnect: true,
			meaning: "a new connection, TLS and AUTH for every message, 20 at a time, 1 KiB"},
		{name: "latency", connections: 100, messages: 6000, size: 20 << 10,
			meaning: "STARTTLS + AUTH, 100 connections kept open, 20 KiB: the answer to DATA"},
	}
}

// target is where a system takes submissions.
type target struct{ addr, username, password, from string }

func (w workload) load(t target) load.Config {
	return load.Config{
		Addr: t.addr, TLS: load.StartTLS, Username: t.username, Password: t.password, From: t.from,
		Connections: w.connections, Messages: w.messages, Size: w.size, Reconnect: w.reconnect,
		MaxFailures: 20,
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
