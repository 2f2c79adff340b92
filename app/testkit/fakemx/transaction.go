package fakemx

import (
	"bytes"
	"net"
	"strings"
)

func (x *session) rcpt(line string) error {
	if x.msg.From == "" {
		return x.write("503 5.5.1 MAIL first") // as real servers do, pipelined or not
	}
	usual := "250 2.1.5 ok"
	peer, _, _ := net.SplitHostPort(x.tcp.RemoteAddr().String()) // always has a port
	if x.o.Greylist > 0 && x.grey.refuses(x.o.Greylist, x.o.Now(), peer, x.msg.From, line) {
		usual = "450 4.7.1 greylisted"
	}
	text, err := x.act(Rcpt, line, usual)
	if strings.HasPrefix(text, "2") {
		x.msg.Recipients = append(x.msg.Recipients, line[len("RCPT TO:"):])
	}
	return err
}

func (x *session) data() error {
	usual := "354 go"
	if len(x.msg.Recipients) == 0 {
		usual = "554 5.5.1 no valid recipients"
	}
	text, err := x.act(Data, "", usual)
	if err != nil || !strings.HasPrefix(text, "354") {
		return err
	}
	var raw, content bytes.Buffer
	if err := x.content(&raw, &content); err != nil {
		return err
	}
	x.msg.Raw, x.msg.Content = raw.String(), content.String()
	x.msg.Helo, x.msg.Peer, x.msg.At = x.helo, x.tcp.RemoteAddr().String(), x.o.Now()
	x.msg.TLS, x.msg.TLSVersion = x.tls != "", x.tls
	if len(x.msg.Recipients) == 0 {
		x.msg = Message{}
		return x.write("554 5.5.1 no valid recipients")
	}
	err = x.say(Dot, x.msg.Content, "250 2.0.0 taken")
	x.msg = Message{}
	return err
}

// content reads up to the line with only a dot. A bare LF does not end a line: what
// a smuggler wants taken for an end stays inside the message, to be seen.
func (x *session) content(raw, content *bytes.Buffer) error {
	for first := true; ; first = false {
		line, err := x.line()
		if err != nil {
			return err
		}
		if first {
			if text, err := x.act(Content, "", ""); err != nil || text != "" {
				return errEnd
			}
		}
		if string(line) == ".\r\n" {
			return nil
		}
		raw.Write(line)
		content.Write(bytes.TrimPrefix(line, []byte(".")))
	}
}

// line reads up to CRLF; the result is valid until the next read.
func (x *session) line() ([]byte, error) {
	line, err := x.br.ReadSlice('\n')
	if err == nil && bytes.HasSuffix(line, []byte("\r\n")) {
		return line, nil
	}
	long := bytes.Clone(line)
	for err != nil || !bytes.HasSuffix(long, []byte("\r\n")) {
		if err != nil && len(line) == 0 {
			return nil, err
		}
		line, err = x.br.ReadSlice('\n')
		long = append(long, line...)
	}
	return long, nil
}
