package load

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// worker owns one connection at a time and sends messages until none is left.
type worker struct {
	*tally
	config   *Config
	template *template
	source   *source
	stop     context.Context //nolint:containedctx // ends waiting between messages, not a call
	conn     *conn
	out      []byte
	failures int // to connect, in a row
}

const (
	firstPause = 5 * time.Millisecond
	longPause  = 500 * time.Millisecond
)

// errGaveUp ends a load whose server cannot be reached any more.
var errGaveUp = errors.New("load: gave up connecting")

func (w *worker) run() error {
	defer w.disconnect("QUIT\r\n")
	for w.stop.Err() == nil && !w.source.over(time.Now()) {
		if w.conn == nil {
			if err := w.connect(); err != nil {
				return err
			}
			continue // stop may have ended meanwhile
		}
		n, more := w.source.next()
		if !more {
			return nil
		}
		w.attempted++
		if err := w.record(n, time.Now()); err != nil {
			return err
		}
		if w.config.Reconnect {
			w.disconnect("QUIT\r\n")
		}
	}
	return nil
}

// connect makes w.conn, or pauses after a failure.
func (w *worker) connect() error {
	k, err := dial(w.stop, w.config)
	if err == nil {
		w.failures = 0
		w.connects++
		w.conn = k
		return nil
	}
	if w.stop.Err() != nil {
		return nil
	}
	w.failures++
	w.failed("connect", err)
	if w.config.MaxFailures > 0 && w.failures >= w.config.MaxFailures {
		return errors.Join(errGaveUp, err)
	}
	timer := time.NewTimer(min(firstPause<<min(w.failures, 10), longPause))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.stop.Done():
	}
	return nil
}

// disconnect leaves without waiting for the farewell.
func (w *worker) disconnect(farewell string) {
	if w.conn == nil {
		return
	}
	w.conn.release()
	if farewell != "" {
		_ = w.conn.send([]byte(farewell)) // the connection is done with either way
	}
	_ = w.conn.Close()
	w.conn = nil
}

// failed counts what went wrong and returns the code, 0 for no answer.
func (w *worker) failed(stage string, err error) int {
	var r *refusal
	if errors.As(err, &r) {
		w.refused[stage+" "+strconv.Itoa(r.code)]++
		return r.code
	}
	w.broken[stage]++
	return 0
}

// record sends message n and writes the outcome down.
func (w *worker) record(n int, start time.Time) error {
	recipients, text, stage, err := w.send(n)
	code := 250
	end := time.Now()
	if err == nil {
		w.accepted++
		w.recipients += recipients
		w.last = end
	} else {
		code, text = w.failed(stage, err), ""
		w.recover(code)
	}
	if w.config.Ledger == nil {
		return nil
	}
	return w.config.Ledger.Add(Entry{
		ID: string(w.template.appendID(nil, n)), Start: start, End: end, Code: code,
		Recipients: recipients, Hash: w.template.body(n).hash, Text: text,
	})
}

// recover makes the connection usable after a refusal, or gives it up.
func (w *worker) recover(code int) {
	if code == 0 || code == 421 { // RFC 5321 §3.8: after 421 the server closes
		w.disconnect("")
		return
	}
	if err := w.conn.command("RSET\r\n", 250); err != nil {
		w.failed("rset", err)
		w.disconnect("")
	}
}
