package address

import (
	"fmt"
	"mime"
	"strings"
	"unicode"
)

// Named is a mailbox with the name shown beside it.
type Named struct {
	Name string // decoded (RFC 2047)
	Mailbox
}

// maxList bounds how many mailboxes one field may hold.
const maxList = 1000

// ParseList reads the mailbox-list of a From, Sender or Reply-To field
// (RFC 5322 §3.4). Groups, routes, comments within an address and encoded words
// inside one are refused: mail programs disagree on what they mean, and spoofing
// lives on that disagreement (S-44). The one comment taken is the old way to give
// a name, "root@host.example (Cron Daemon)", when it holds nothing but words.
func ParseList(value string) ([]Named, error) {
	p := &listParser{rest: unfold(value)}
	if strings.ContainsFunc(p.rest, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return nil, fmt.Errorf("%w: control character", ErrSyntax)
	}
	var list []Named
	for {
		n, err := p.mailbox()
		if err != nil {
			return nil, err
		}
		p.space()
		if err := p.comment(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
		if p.rest == "" {
			return list, nil
		}
		if p.rest[0] != ',' || len(list) == maxList {
			return nil, fmt.Errorf("%w: unexpected text between addresses", ErrSyntax)
		}
		p.rest = p.rest[1:]
	}
}

func unfold(s string) string {
	return strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(s)
}

type listParser struct{ rest string }

// comment reads a plain comment behind an address. Nothing in it may look like a
// part of an address to a reader with other rules.
func (p *listParser) comment(n *Named) error {
	if !strings.HasPrefix(p.rest, "(") {
		return nil
	}
	text, rest, closed := strings.Cut(p.rest[1:], ")")
	if !closed || strings.ContainsAny(text, `()<>@,;:\"[]`) {
		return fmt.Errorf("%w: comment in a list of addresses", ErrSyntax)
	}
	if n.Name == "" {
		n.Name = shownName(text)
	}
	p.rest = rest
	p.space()
	return nil
}

func (p *listParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

// mailbox reads `name <addr>`, `"name" <addr>`, `<addr>` or `addr`.
func (p *listParser) mailbox() (Named, error) {
	p.space()
	var words []string
	for p.rest != "" {
		switch c := p.rest[0]; {
		case c == '<':
			return p.angle(words)
		case c == '"':
			// A quoted local part is followed by @; a quoted name is not.
			word, err := p.quoted()
			if err != nil {
				return Named{}, err
			}
			if strings.HasPrefix(p.rest, "@") {
				return p.bare(words, Mailbox{Local: word}.quotedLocal())
			}
			words = append(words, word)
		case c == ',' || c == ':' || c == ';' || c == '(' || c == ')' || c == '>' || c == '\\' || c == '[' || c == ']':
			return Named{}, fmt.Errorf("%w: %q in a list of addresses", ErrSyntax, c)
		default:
			word := p.word()
			if strings.Contains(word, "@") {
				return p.bare(words, word)
			}
			words = append(words, word)
		}
		p.space()
	}
	return Named{}, fmt.Errorf("%w: no address", ErrSyntax)
}

func (m Mailbox) quotedLocal() string {
	m.Domain = "x"
	return strings.TrimSuffix(m.String(), "@x")
}

// word reads up to white space or a delimiter. Non-ASCII stands for itself.
func (p *listParser) word() string {
	n := strings.IndexAny(p.rest, " \t<>,:;()\"\\[]")
	if n < 0 {
		n = len(p.rest)
	}
	if n == 0 {
		n = 1
	}
	w := p.rest[:n]
	p.rest = p.rest[n:]
	return w
}

func (p *listParser) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			p.rest = p.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("%w: no closing quote", ErrSyntax)
}

func (p *listParser) bare(words []string, addr string) (Named, error) {
	if len(words) > 0 {
		return Named{}, fmt.Errorf("%w: an address after a name stands in angle brackets", ErrSyntax)
	}
	if strings.HasPrefix(p.rest, "@") || strings.HasPrefix(p.rest, "[") {
		addr += p.restOfDomain()
	}
	m, err := Parse(addr)
	return Named{Mailbox: m}, err
}

func (p *listParser) restOfDomain() string {
	n := strings.IndexAny(p.rest, " \t,")
	if n < 0 {
		n = len(p.rest)
	}
	d := p.rest[:n]
	p.rest = p.rest[n:]
	return d
}

func (p *listParser) angle(words []string) (Named, error) {
	end, err := pathEnd(p.rest)
	if err != nil {
		return Named{}, err
	}
	m, err := Parse(p.rest[1:end])
	if err != nil {
		return Named{}, err
	}
	p.rest = p.rest[end+1:]
	return Named{Name: shownName(strings.Join(words, " ")), Mailbox: m}, nil
}

// shownName decodes encoded words, which can smuggle line ends and octets that are
// no text: what cannot be shown becomes a space.
func shownName(raw string) string {
	if decoded, err := new(mime.WordDecoder).DecodeHeader(raw); err == nil {
		raw = decoded
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(raw, "?")))
}
