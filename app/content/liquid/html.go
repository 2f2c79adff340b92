package liquid

import (
	"html"
	"strings"
)

// read follows a fixed piece of HTML, sign by sign, as a browser would.
func (m *marker) read(s string) *Error {
	for s != "" {
		n, err := m.step(s)
		if err != nil {
			return err
		}
		m.line += strings.Count(s[:n], "\n")
		s = s[n:]
	}
	return nil
}

// step reads at least one octet and says how many.
func (m *marker) step(s string) (int, *Error) {
	c := s[0]
	switch m.at {
	case inBody:
		return m.body(s), nil
	case inTagOpen:
		return m.tagOpen(s)
	case inRemark:
		return m.until(s, "-->", inBody), nil
	case inBogus:
		return m.until(s, ">", inBody), nil
	case inRawText:
		return m.rawText(s)
	case inTagName:
		if isSpace(c) || c == '/' || c == '>' {
			m.element = strings.ToLower(m.name.String())
			m.at = inTag
			return 0, m.judgeElement()
		}
		m.name.WriteByte(c)
	case inTag:
		m.tag(c)
	case inName, afterName:
		return m.attributeName(c)
	case beforeValue, inBare, inQuotes:
		return m.attributeValue(c)
	}
	return 1, nil
}

func (m *marker) body(s string) int {
	at := strings.IndexByte(s, '<')
	if at < 0 {
		return len(s)
	}
	m.at = inTagOpen
	return at + 1
}

// tagOpen decides what begins with <. Conditional comments are read as what they
// hold, for some mail programs do.
func (m *marker) tagOpen(s string) (int, *Error) {
	m.name.Reset()
	m.closing = false
	switch c := s[0]; {
	case isASCIILetter(c):
		m.at = inTagName
		return 0, nil
	case c == '/':
		if len(s) == 1 {
			return 0, errorf(0, "A field cannot be the name of a tag.")
		}
		if !isASCIILetter(s[1]) {
			m.at = inBogus
			return 1, nil
		}
		m.closing = true
		m.at = inTagName
		return 1, nil
	case c == '!':
		for _, begins := range []string{"!-->", "!--->"} {
			if strings.HasPrefix(s, begins) {
				m.at = inBody
				return len(begins), nil
			}
		}
		if strings.HasPrefix(s, "!--[if") {
			m.at = inBogus
			return 3, nil
		}
		if strings.HasPrefix(s, "!--") {
			m.at = inRemark
			return 3, nil
		}
		m.at = inBogus
		return 1, nil
	case c == '?':
		m.at = inBogus
		return 1, nil
	}
	m.at = inBody
	return 0, nil
}

func (m *marker) until(s, end string, next where) int {
	at := strings.Index(s, end)
	if at < 0 {
		return len(s)
	}
	m.at = next
	return at + len(end)
}

func (m *marker) rawText(s string) (int, *Error) {
	for from := 0; ; {
		at := strings.Index(s[from:], "</")
		if at < 0 {
			if strings.HasSuffix(s, "<") {
				return 0, errorf(0, "A field cannot stand right after “<”.")
			}
			return len(s), nil
		}
		at += from + 2
		rest := s[at:]
		if len(rest) <= len(m.element) {
			return 0, errorf(0, "A field cannot stand in </%s>.", m.element)
		}
		if strings.EqualFold(rest[:len(m.element)], m.element) && (isSpace(rest[len(m.element)]) || strings.IndexByte("/>", rest[len(m.element)]) >= 0) {
			m.at, m.closing = inTag, true
			return at + len(m.element), nil
		}
		from = at
	}
}

func (m *marker) tag(c byte) {
	switch {
	case c == '>':
		m.at = inBody
		if !m.closing && isRawText(m.element) {
			m.at = inRawText
		} else {
			m.element = ""
		}
		m.closing = false
	case isSpace(c), c == '/':
	default:
		m.at = inName
		m.name.Reset()
		m.name.WriteByte(c)
	}
}

func isRawText(element string) bool {
	switch element {
	case "style", "script", "title", "textarea", "xmp", "noembed", "noframes", "plaintext":
		return true
	}
	return false
}

func (m *marker) attributeName(c byte) (int, *Error) {
	switch {
	case m.at == inName && !isSpace(c) && c != '=' && c != '>' && c != '/':
		m.name.WriteByte(c)
		return 1, nil
	case m.at == inName:
		m.attr = strings.ToLower(m.name.String())
		m.at = afterName
		return 0, m.judgeAttribute()
	case isSpace(c):
		return 1, nil
	case c == '=':
		m.at, m.part = beforeValue, start
		m.value.Reset()
		return 1, nil
	}
	m.at, m.attr = inTag, ""
	return 0, nil
}

func (m *marker) attributeValue(c byte) (int, *Error) {
	switch {
	case m.at == beforeValue && isSpace(c):
		return 1, nil
	case m.at == beforeValue && (c == '"' || c == '\''):
		m.at, m.quote = inQuotes, c
		return 1, nil
	case m.at == beforeValue && c != '>':
		m.at = inBare
		return 0, nil
	case m.at == inQuotes && c == m.quote, m.at == inBare && (isSpace(c) || c == '>'), m.at == beforeValue:
		n := 0
		if m.at == inQuotes {
			n = 1
		}
		err := m.judgeValue()
		m.at, m.quote, m.attr, m.part = inTag, 0, "", start
		return n, err
	}
	m.value.WriteByte(c)
	if kindOfAttribute(m.attr) == addressAttribute {
		m.part = m.part.after(c)
	}
	return 1, nil
}

// after is the part of an address that comes after one more of its signs.
func (p part) after(c byte) part {
	switch {
	case c == '?' || c == '#' || p == inQuery:
		return inQuery
	case c == '/' || c == ':' || p == inPath:
		return inPath
	case isSpace(c) && p == start:
		return start
	}
	return scheme
}

// judgeElement refuses what no mail program shows, and what could act.
func (m *marker) judgeElement() *Error {
	switch m.element {
	case "script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "portal", "xmp", "plaintext", "noembed", "noframes":
		if !m.closing {
			return errorf(0, "<%s> has no place in a mail: mail programs remove it. Take it out.", m.element)
		}
	}
	return nil
}

func (m *marker) judgeAttribute() *Error {
	if strings.HasPrefix(m.attr, "on") && isName(m.attr) {
		return errorf(0, "“%s” has no place in a mail: mail programs remove scripts. Take it out.", m.attr)
	}
	if m.attr == "srcdoc" {
		return errorf(0, "“srcdoc” has no place in a mail. Take it out.")
	}
	return nil
}

func (m *marker) judgeValue() *Error {
	value := m.value.String()
	if m.element == "meta" && m.attr == "http-equiv" && strings.EqualFold(strings.TrimSpace(html.UnescapeString(value)), "refresh") {
		return errorf(0, "A mail cannot lead elsewhere by itself. Take the <meta http-equiv=\"refresh\"> out.")
	}
	if err := m.judgeAddress(); err != nil {
		return err
	}
	if m.attr == "href" && (m.element == "a" || m.element == "area") {
		m.links = append(m.links, strings.TrimSpace(html.UnescapeString(value)))
	}
	return nil
}

// judgeAddress judges what is written of an address. One that begins with a field is
// judged when it is rendered.
func (m *marker) judgeAddress() *Error {
	address := strings.TrimSpace(html.UnescapeString(m.value.String()))
	if kindOfAttribute(m.attr) != addressAttribute || strings.HasPrefix(address, "{{") || goodAddress(address) {
		return nil
	}
	return errorf(0, "An address in “%s” begins with http:, https:, mailto: or tel:, and not like “%s”.", m.attr, clip(address))
}

func clip(s string) string {
	if r := []rune(strings.TrimSpace(s)); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return strings.TrimSpace(s)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func isASCIILetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
