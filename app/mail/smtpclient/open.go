package smtpclient

import (
	"strings"

	"smtpserver/app/mail/tlspolicy"
)

// open reads the greeting and agrees on extensions and encryption.
func (c *Conn) open(mode TLSMode) error {
	if mode == Implicit {
		if err := c.handshake(true); err != nil {
			return err
		}
	}
	greeting, err := c.read(c.timeouts.Greeting)
	if err != nil {
		return err
	}
	if greeting.Code != 220 {
		return &RefusedError{greeting}
	}
	if err := c.hello(); err != nil {
		return err
	}
	_, offered := c.extensions["STARTTLS"]
	switch must := mode == Required || c.policy.Mode >= tlspolicy.Encrypted; {
	case must && !offered:
		return &tlsError{tlspolicy.NoSTARTTLS, noSTARTTLS, nil}
	case offered && mode != Clear && mode != Implicit:
		return c.startTLS(mode == Required)
	}
	return nil
}

// hello says EHLO, and HELO to servers that know only that (RFC 5321 §3.2).
func (c *Conn) hello() error {
	c.extensions = map[string]string{}
	r, err := c.command("EHLO " + c.dialer.Name)
	if err != nil {
		return err
	}
	if r.Permanent() {
		if r, err = c.command("HELO " + c.dialer.Name); err != nil {
			return err
		}
	}
	if r.Code != 250 {
		return &RefusedError{r}
	}
	for _, line := range r.Lines[1:] {
		keyword, parameters, _ := strings.Cut(line, " ")
		c.extensions[strings.ToUpper(keyword)] = parameters
	}
	return nil
}

const noSTARTTLS = "the server offers no STARTTLS"

func (c *Conn) startTLS(verify bool) error {
	r, err := c.command("STARTTLS")
	if err != nil {
		return err
	}
	if r.Code != 220 {
		return &tlsError{tlspolicy.NoSTARTTLS, "STARTTLS answered " + r.Error(), r}
	}
	if c.br.Buffered() > 0 {
		// Text behind the 220 came in the clear: someone injects it (RFC 3207 §6).
		c.broken = true
		return &tlsError{tlspolicy.Failed, "the server spoke before the handshake", nil}
	}
	if err := c.handshake(verify); err != nil {
		return err
	}
	return c.hello() // forget what was offered in the clear (RFC 3207 §4.2)
}
