package load

import (
	"errors"
	"strconv"
	"time"
)

// send submits message n. It returns how many recipients were accepted and the
// text of the final answer, or the stage at which it failed.
func (w *worker) send(n int) (recipients int, text, stage string, err error) {
	if w.conn.pipelining {
		recipients, stage, err = w.envelopePipelined(n)
	} else {
		recipients, stage, err = w.envelope(n)
	}
	if err != nil {
		return recipients, "", stage, err
	}
	w.out = w.template.appendMessage(w.out[:0], n)
	if err := w.conn.send(w.out); err != nil {
		return recipients, "", "content", err
	}
	dot := time.Now()
	answer, err := w.conn.expect(250)
	if err != nil {
		return recipients, "", "dot", err
	}
	w.latencies = append(w.latencies, time.Since(dot))
	if w.config.Ledger != nil {
		text = string(answer)
	}
	return recipients, text, "", nil
}

func (w *worker) appendMail(out []byte) []byte {
	return append(append(append(out, "MAIL FROM:<"...), w.config.From...), ">\r\n"...)
}

// appendRcpt appends recipient i of message n: everyone is written to once only.
func (w *worker) appendRcpt(out []byte, n, i int) []byte {
	out = strconv.AppendInt(append(out, "RCPT TO:<u"...), int64(n), 10)
	out = strconv.AppendInt(append(out, '-'), int64(i), 10)
	out = append(append(out, '@'), w.config.Domains[(n+i)%len(w.config.Domains)]...)
	return append(out, ">\r\n"...)
}

// envelopePipelined sends MAIL, RCPT … and DATA at once (RFC 2920 §3.1).
func (w *worker) envelopePipelined(n int) (int, string, error) {
	w.out = w.appendMail(w.out[:0])
	for i := range w.config.Recipients {
		w.out = w.appendRcpt(w.out, n, i)
	}
	w.out = append(w.out, "DATA\r\n"...)
	if err := w.conn.send(w.out); err != nil {
		return 0, "mail", err
	}
	stage, _, failure := "mail", 0, error(nil)
	note := func(at string, err error) {
		if err != nil && failure == nil {
			stage, failure = at, err
		}
	}
	_, err := w.conn.expect(250)
	note("mail", err)
	accepted := 0
	for range w.config.Recipients {
		if !answered(failure) {
			return accepted, stage, failure
		}
		_, err := w.conn.expect(250)
		if err == nil {
			accepted++
		} else if !answered(err) || w.config.Recipients == 1 {
			note("rcpt", err)
		} else {
			w.failed("rcpt", err) // the others still get the message
		}
	}
	if !answered(failure) {
		return accepted, stage, failure
	}
	return w.dataPipelined(accepted, stage, failure)
}

// dataPipelined reads the answer to a DATA that is under way already.
func (w *worker) dataPipelined(accepted int, stage string, failure error) (int, string, error) {
	_, err := w.conn.expect(354)
	switch {
	case failure == nil && err != nil:
		return accepted, "data", err
	case failure == nil:
		return accepted, "", nil
	case err == nil:
		// A server may say 354 although it refused everybody: then the dot ends it (RFC 2920 §3.1).
		if cerr := w.conn.command(".\r\n", 250); !answered(cerr) {
			return accepted, "dot", cerr
		}
	case !answered(err):
		return accepted, "data", err
	}
	return accepted, stage, failure
}

// envelope sends one command at a time.
func (w *worker) envelope(n int) (accepted int, stage string, err error) {
	w.out = w.appendMail(w.out[:0])
	if err := w.one(250); err != nil {
		return 0, "mail", err
	}
	var refused error
	for i := range w.config.Recipients {
		w.out = w.appendRcpt(w.out[:0], n, i)
		if err := w.one(250); err == nil {
			accepted++
		} else if refused = err; !answered(err) {
			return accepted, "rcpt", err
		} else if w.config.Recipients > 1 {
			w.failed("rcpt", err)
		}
	}
	if accepted == 0 {
		return 0, "rcpt", refused
	}
	w.out = append(w.out[:0], "DATA\r\n"...)
	return accepted, "data", w.one(354)
}

func (w *worker) one(want int) error {
	if err := w.conn.send(w.out); err != nil {
		return err
	}
	_, err := w.conn.expect(want)
	return err
}

// answered tells whether the connection is still in step: nothing went wrong,
// or the server said so in words.
func answered(err error) bool {
	var r *refusal
	return err == nil || errors.As(err, &r)
}
