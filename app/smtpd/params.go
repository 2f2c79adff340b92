package smtpd

import (
	"strconv"
	"strings"

	"smtpserver/app/mail/reply"
)

var (
	badParameter     = say(501, reply.Enhanced{5, 5, 4}, "malformed parameter")
	unknownParameter = say(555, reply.Enhanced{5, 5, 4}, "unknown parameter")
)

// param is one esmtp-param (RFC 5321 §4.1.2).
type param struct {
	name, value string // the name in capitals
	valued      bool   // had a "="
}

// parseParams reads " NAME=value NAME …" in order.
func parseParams(s string) ([]param, error) {
	if s != "" && s[0] != ' ' {
		return nil, badParameter
	}
	var list []param
	for word := range strings.SplitSeq(s, " ") {
		if word == "" {
			continue
		}
		name, value, valued := strings.Cut(word, "=")
		p := param{strings.ToUpper(name), value, valued}
		if !p.isValid() {
			return nil, badParameter
		}
		for _, earlier := range list {
			if earlier.name == p.name {
				return nil, badParameter
			}
		}
		list = append(list, p)
	}
	return list, nil
}

func (p param) isValid() bool {
	return isWord(strings.ReplaceAll(p.name, "-", "")) && p.name[0] != '-' &&
		p.valued == (p.value != "") && !strings.ContainsAny(p.value, "=\t")
}

// apply takes the parameters of MAIL.
func (e *Envelope) apply(params []param, limit int64) error {
	for _, p := range params {
		var ok bool
		switch p.name {
		case "SIZE": // RFC 1870
			var err error
			if ok, err = e.applySize(p.value, limit); err != nil {
				return err
			}
		case "BODY": // RFC 6152
			e.EightBitMIME = strings.EqualFold(p.value, "8BITMIME")
			ok = e.EightBitMIME || strings.EqualFold(p.value, "7BIT")
		case "SMTPUTF8": // RFC 6531 §3.4
			e.SMTPUTF8, ok = true, !p.valued
		case "AUTH": // RFC 4954 §5: tolerated, and not believed
			ok = p.value == "<>" || isXtext(p.value)
		case "RET": // RFC 3461 §4.3
			e.Ret = strings.ToUpper(p.value)
			ok = e.Ret == "FULL" || e.Ret == "HDRS"
		case "ENVID": // RFC 3461 §4.4
			e.EnvID = p.value
			ok = isXtext(p.value) && len(p.value) <= 100
		default:
			return unknownParameter
		}
		if !ok {
			return badParameter
		}
	}
	return nil
}

func (e *Envelope) applySize(value string, limit int64) (ok bool, err error) {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return false, nil //nolint:nilerr // what is wrong with it is said by the caller
	}
	if int64(n) > limit {
		return false, tooLarge(limit)
	}
	e.size = int64(n)
	return true, nil
}

func tooLarge(limit int64) *reply.Reply {
	return say(552, reply.Enhanced{5, 3, 4}, "message larger than "+strconv.FormatInt(limit, 10)+" octets")
}

// apply takes the parameters of RCPT (RFC 3461 §4.1, §4.2).
func (r *Recipient) apply(params []param, smtputf8 bool) error {
	for _, p := range params {
		var ok bool
		switch p.name {
		case "NOTIFY":
			r.Notify = strings.ToUpper(p.value)
			ok = isNotify(r.Notify)
		case "ORCPT":
			r.ORCPT = p.value
			ok = isORCPT(p.value, smtputf8)
		default:
			return unknownParameter
		}
		if !ok {
			return badParameter
		}
	}
	return nil
}

func isNotify(s string) bool {
	if s == "NEVER" {
		return true
	}
	seen := ""
	for word := range strings.SplitSeq(s, ",") {
		if word != "SUCCESS" && word != "FAILURE" && word != "DELAY" || strings.Contains(seen, word) {
			return false
		}
		seen += word
	}
	return true
}

// isORCPT checks "addr-type;xtext". RFC 6533 §3 lets the type utf-8 carry UTF-8.
func isORCPT(s string, smtputf8 bool) bool {
	kind, addr, found := strings.Cut(s, ";")
	if !found || len(s) > 500 || !isWord(strings.ReplaceAll(kind, "-", "")) {
		return false
	}
	if smtputf8 && strings.EqualFold(kind, "utf-8") {
		addr = strings.Map(func(r rune) rune {
			if r > '~' {
				return 'x'
			}
			return r
		}, addr)
	}
	return isXtext(addr)
}

// isXtext checks RFC 3461 §4: printable ASCII with "+" and "=" as +XX.
func isXtext(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < '!' || c > '~' || c == '=' {
			return false
		}
		if c == '+' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return false
		}
	}
	return s != ""
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }
