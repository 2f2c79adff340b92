package liquid

import (
	"html"
	"strings"
)

// where in HTML a piece of a template stands.
type where int

const (
	inBody      where = iota // between tags
	inTagOpen                // after <
	inTagName                // in <td
	inTag                    // between attributes
	inName                   // in the name of an attribute
	afterName                // before a possible =
	beforeValue              // after =
	inBare                   // in a value without quotes
	inQuotes                 // in a value
	inRemark                 // in a comment
	inBogus                  // in <!doctype and the like
	inRawText                // in style, script, title, textarea
)

// part of an address that comes next.
type part int

const (
	start  part = iota // nothing was written yet
	scheme             // what was written may still be a scheme
	inPath
	inQuery
)

// place is where the next piece stands. Places are compared where branches join.
type place struct {
	at      where
	quote   byte
	element string
	closing bool // in </td
	attr    string
	part    part
}

// marker follows the HTML of a template and gives each field its escaper.
type marker struct {
	place
	name  strings.Builder // of the element or attribute that is being read
	value strings.Builder // of the attribute, decoded, with its fields' source
	links []string
	loops []place // where the loops around this began
	line  int
}

// plainly gives every field the escaper of its mode.
func plainly(nodes []node, mode Mode) {
	escape := escaper(plain)
	if mode == Line {
		escape = oneLine
	}
	walk(nodes, func(s *show) { s.escape = escape })
}

func walk(nodes []node, fn func(*show)) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *show:
			fn(n)
		case *cycle:
			fn(&n.show)
		case *choose:
			for _, b := range n.branches {
				walk(b.body, fn)
			}
			walk(n.otherwise, fn)
		case *each:
			walk(n.body, fn)
			walk(n.otherwise, fn)
		case *capture:
			walk(n.body, fn)
		}
	}
}

func (m *marker) markAll(nodes []node) *Error {
	for _, n := range nodes {
		if err := m.mark(n); err != nil {
			if err.Line == 0 {
				err.Line = m.line
			}
			return err
		}
	}
	return nil
}

func (m *marker) mark(n node) *Error {
	switch n := n.(type) {
	case *wording:
		m.line = n.line
		return m.read(n.s)
	case *show:
		return m.show(n)
	case *cycle:
		return m.show(&n.show)
	case *choose:
		m.line = n.line
		bodies := [][]node{}
		for _, b := range n.branches {
			bodies = append(bodies, b.body)
		}
		return m.join(append(bodies, n.otherwise))
	case *each:
		m.line = n.line
		m.loops = append(m.loops, m.place)
		err := m.join([][]node{n.body, n.otherwise, nil}) // nil: each round ends where it began
		m.loops = m.loops[:len(m.loops)-1]
		return err
	case *leave:
		m.line = n.line
		if !sameButPart(m.place, m.loops[len(m.loops)-1]) {
			return errorf(0, "The loop is left in the middle of a tag.")
		}
	case *capture:
		m.line = n.line
		return m.captured(n)
	}
	return nil
}

// whole refuses a piece in the middle of a sign.
func (m *marker) whole() *Error {
	if m.at == inTagOpen {
		return errorf(0, "A “<” stands right before a field or tag. Write &lt; if it is meant as a sign.")
	}
	return nil
}

// join follows each branch from here; they must all lead to the same place.
func (m *marker) join(bodies [][]node) *Error {
	if err := m.whole(); err != nil {
		return err
	}
	before, value, line := m.place, m.value.String(), m.line
	after, written := place{}, ""
	for i, body := range bodies {
		m.place = before
		m.value.Reset()
		m.value.WriteString(value)
		if err := m.markAll(body); err != nil {
			return err
		}
		if err := m.whole(); err != nil {
			return err
		}
		// A scheme is not put together from branches: each could hold another half.
		unclear := m.at == inQuotes && kindOfAttribute(m.attr) == addressAttribute && m.part == scheme
		switch {
		case unclear:
			return errorf(line, "Put the whole address into each part of this block.")
		case i == 0:
			after, written = m.place, m.value.String()
		case m.place == after:
		case sameButPart(m.place, after):
			after.part = after.part.or(m.part)
		default:
			return errorf(line, "The parts of this block begin or end in the middle of a tag. Put whole tags, or whole addresses, into each.")
		}
		if m.at == inQuotes {
			if err := m.judgeAddress(); err != nil {
				return err
			}
		}
	}
	m.place = after
	m.value.Reset()
	m.value.WriteString(written)
	return nil
}

// or is what can come next when either can: from the start nothing is taken for granted.
func (p part) or(q part) part {
	switch {
	case p == q:
		return p
	case p == start || q == start:
		return start
	}
	return inQuery
}

func sameButPart(a, b place) bool {
	a.part, b.part = 0, 0
	return a == b
}

// captured is text, that is escaped where it is shown.
func (m *marker) captured(n *capture) *Error {
	var wrong *Error
	plainly(n.body, Plain)
	var look func(nodes []node)
	look = func(nodes []node) {
		for _, in := range nodes {
			switch in := in.(type) {
			case *wording:
				if strings.ContainsAny(in.s, "<>") {
					wrong = errorf(in.line, "Between {%% capture %%} and {%% endcapture %%} stands text without tags.")
				}
				in.s = html.UnescapeString(in.s)
			case *choose:
				for _, b := range in.branches {
					look(b.body)
				}
				look(in.otherwise)
			case *each:
				look(in.body)
				look(in.otherwise)
			case *capture:
				look(in.body)
			}
		}
	}
	look(n.body)
	return wrong
}

// show gives a field its escaper.
func (m *marker) show(s *show) *Error {
	m.line = s.line
	if err := m.whole(); err != nil {
		return err
	}
	switch m.at {
	case inBody:
		s.escape = inText
	case inRemark:
		s.escape = inComment
	case inRawText:
		switch m.element {
		case "style":
			s.escape = inStyle
		case "script":
			return errorf(0, "A field cannot stand in a script.")
		default:
			s.escape = inAttribute
		}
	case inQuotes:
		return m.showInValue(s)
	case inBare, beforeValue:
		return errorf(0, "Put the value of “%s” into quotes: a field stands in it.", m.attr)
	default:
		return errorf(0, "A field cannot stand inside of a tag, only in the quoted value of an attribute.")
	}
	return nil
}

func (m *marker) showInValue(s *show) *Error {
	m.value.WriteString(s.source)
	switch kindOfAttribute(m.attr) {
	case styleAttribute:
		s.escape = inStyle
	case addressAttribute:
		switch m.part {
		case start:
			s.escape = wholeAddress
			m.part = inQuery // whatever it was, what follows can only be safe as a query
		case inPath:
			s.escape = partOfAddress
		default:
			s.escape = partOfQuery
		}
	default:
		s.escape = inAttribute
	}
	return nil
}

type attributeKind int

const (
	textAttribute attributeKind = iota
	styleAttribute
	addressAttribute
)

func kindOfAttribute(name string) attributeKind {
	switch name {
	case "style":
		return styleAttribute
	case "href", "src", "background", "action", "formaction", "poster", "cite", "longdesc", "xlink:href", "srcset", "data", "ping", "manifest", "archive", "codebase", "classid", "usemap", "dynsrc", "lowsrc", "icon", "profile":
		return addressAttribute
	}
	return textAttribute
}

// end judges where the template ends.
func (m *marker) end() *Error {
	switch m.at {
	case inBody, inTagOpen:
		return nil
	case inRawText:
		return errorf(m.line, "<%s> is never closed.", m.element)
	case inRemark:
		return errorf(m.line, "A comment, <!--, is never closed.")
	}
	return errorf(m.line, "The last tag is never closed.")
}
