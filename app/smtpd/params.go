package smtpd

import (
	"strconv"
	"strings"

	"smtpserver/app/mail/reply"
)

var badParameter = say(501, reply.Enhanced{5, 5, 4}, "malformed parameter")

// parseParams reads " NAME=value NAME …"; names are upper-cased.
func parseParams(s string) (map[string]string, error) {
	params := map[string]string{}
	if s != "" && s[0] != ' ' {
		return nil, badParameter
	}
	for _, word := range strings.Fields(s) {
		name, value, _ := strings.Cut(word, "=")
		name = strings.ToUpper(name)
		if _, twice := params[name]; twice || name == "" {
			return nil, badParameter
		}
		params[name] = value
	}
	return params, nil
}

// apply takes the parameters of MAIL.
func (e *Envelope) apply(params map[string]string, limit int64) error {
	for name, value := range params {
		switch name {
		case "SIZE":
			n, err := strconv.ParseUint(value, 10, 63)
			if err != nil {
				return badParameter
			}
			if int64(n) > limit {
				return say(552, reply.Enhanced{5, 3, 4}, "message larger than "+strconv.FormatInt(limit, 10)+" octets")
			}
		case "BODY":
			switch strings.ToUpper(value) {
			case "7BIT":
			case "8BITMIME":
				e.EightBitMIME = true
			default:
				return badParameter
			}
		case "SMTPUTF8":
			if value != "" {
				return badParameter
			}
			e.SMTPUTF8 = true
		case "AUTH": // RFC 4954 §5: tolerated, and not believed
		case "RET":
			if e.Ret = strings.ToUpper(value); e.Ret != "FULL" && e.Ret != "HDRS" {
				return badParameter
			}
		case "ENVID":
			if !isXtext(value) || len(value) > 100 {
				return badParameter
			}
			e.EnvID = value
		default:
			return say(555, reply.Enhanced{5, 5, 4}, "unknown parameter")
		}
	}
	return nil
}

// apply takes the parameters of RCPT (RFC 3461 §4).
func (r *Recipient) apply(params map[string]string) error {
	for name, value := range params {
		switch name {
		case "NOTIFY":
			if r.Notify = strings.ToUpper(value); !validNotify(r.Notify) {
				return badParameter
			}
		case "ORCPT":
			kind, addr, ok := strings.Cut(value, ";")
			if !ok || !isXtext(addr) || !isWord(strings.ReplaceAll(kind, "-", "")) || len(value) > 500 {
				return badParameter
			}
			r.ORCPT = value
		default:
			return say(555, reply.Enhanced{5, 5, 4}, "unknown parameter")
		}
	}
	return nil
}

func validNotify(s string) bool {
	if s == "NEVER" {
		return true
	}
	for word := range strings.SplitSeq(s, ",") {
		if word != "SUCCESS" && word != "FAILURE" && word != "DELAY" {
			return false
		}
	}
	return true
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
