package main

import (
	"context"

	"smtpserver/app/bench/postfix"
)

// system is a server to measure. It is started afresh for every run, so that no
// run inherits what another left behind, and takes no processor time meanwhile.
type system interface {
	name() string
	peer() bool  // somebody else's
	signs() bool // with RSA-2048
	// start gets where to deliver to; ctx bounds the start.
	start(ctx context.Context, next nextHop) (running, error)
	close() error
}

// nextHop is where mail goes: to a relay, or to where DNS says, at the relay's port.
type nextHop struct {
	relay, dns string
	waiting    int // deliveries that wait already, for a destination that rests
}

// running is a started system.
type running interface {
	target() target
	roots() []int // of the process trees that make up the server
	log() string  // its end, for error messages
	stop() error
}

// postfixSystem is the peer.
type postfixSystem struct {
	sign, quiet bool
	cache, temp string
}

const peerDomain = "sender.bench.example"

func (p postfixSystem) name() string {
	if p.sign {
		return "postfix+opendkim"
	}
	return "postfix"
}

func (postfixSystem) peer() bool    { return true }
func (p postfixSystem) signs() bool { return p.sign }
func (postfixSystem) close() error  { return nil }

func (p postfixSystem) start(ctx context.Context, next nextHop) (running, error) {
	instance, err := postfix.Start(ctx, postfix.Options{Relay: next.relay, Sign: p.sign, Quiet: p.quiet, From: peerDomain, Cache: p.cache, Temp: p.temp})
	if err != nil {
		return nil, err
	}
	return runningPostfix{instance}, nil
}

type runningPostfix struct{ *postfix.Instance }

func (r runningPostfix) target() target {
	username, password := r.Credentials()
	return target{addr: r.Addr(), username: username, password: password, from: "shop@" + peerDomain}
}
func (r runningPostfix) roots() []int { return r.Roots() }
func (r runningPostfix) log() string  { return r.Log() }
func (r runningPostfix) stop() error  { return r.Stop() }
