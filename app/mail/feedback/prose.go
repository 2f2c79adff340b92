package feedback

import (
	"net/textproto"
	"strings"

	"smtpserver/app/mail/address"
	"smtpserver/app/mail/verdict"
)

const (
	maxReason = 1 << 10 // octets of a server's words, in prose
	maxProse  = 20      // recipients of a bounce in prose
)

// readProse reads a bounce that follows no standard.
func (r *Report) readProse(f *found) bool {
	if !isMachine(f.top) {
		return false
	}
	prose, copied := splitCopy(r.Text)
	m := &matter{text: strings.ToLower(prose), subject: strings.ToLower(r.Subject), from: strings.ToLower(f.top.Get("From"))}
	for i := range forms {
		if !forms[i].fits(m) {
			continue
		}
		r.Kind, r.Form = Status, forms[i].name
		r.Recipients = recipientsIn(afterPhrase(prose, m.text, forms[i].after), forms[i].action)
		r.failedRecipients(f, forms[i].action)
		if r.Original == nil && copied != "" {
			r.Original = returnedIn(copied)
		}
		return true
	}
	return false
}

// machines are words in the From field of programs that write bounces.
const machines = "daemon|postmaster|mailer|microsoftexchange|microsoft outlook|system administrator|mail delivery|" +
	"mail-delivery|postoffice|noreply|no-reply|mail administrator|antispam|mail system"

// isMachine keeps people apart who quote a bounce in a letter. A null reverse-path is
// proof as well (RFC 5321 §4.5.5), where the receiver wrote it down.
func isMachine(top Header) bool {
	return top.Get("From") == "" || strings.Trim(top.Get("Return-Path"), " ") == "<>" ||
		either(machines, strings.ToLower(top.Get("From")))
}

// failedRecipients takes what Exim and Gmail write into a field of the report.
func (r *Report) failedRecipients(f *found, action Action) {
	if len(r.Recipients) > 0 {
		return
	}
	for one := range strings.SplitSeq(f.top.Get("X-Failed-Recipients"), ",") {
		if a := bare(one); isAddress(a) && len(r.Recipients) < maxProse {
			r.Recipients = append(r.Recipients, Recipient{Final: a, Action: action})
		}
	}
}

// matter is what forms look at, lower case.
type matter struct{ text, subject, from string }

func (f *form) fits(m *matter) bool {
	for _, proof := range f.proof {
		if !either(proof, m.text) {
			return false
		}
	}
	return either(f.from, m.from) && either(f.subject, m.subject)
}

// either reports whether one of "a|b" is in s; of "" it is true.
func either(phrases, s string) bool {
	for phrase := range strings.SplitSeq(phrases, "|") {
		if strings.Contains(s, phrase) {
			return true
		}
	}
	return false
}

// splitCopy parts the words to people from the copy of the message below them.
func splitCopy(text string) (prose, copied string) {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		lower = text // a rare letter changed its length: the phrases in lower case do
	}
	at := len(text)
	for _, stop := range stops {
		if i := strings.Index(lower, stop); i >= 0 && i < at {
			at = i
		}
	}
	prose, copied = text[:at], text[at:]
	_, copied, _ = strings.Cut(copied, "\n")
	return prose, copied
}

// afterPhrase returns the text behind the first phrase of "a|b" that is in it, or
// all of it.
func afterPhrase(text, lower, phrases string) string {
	if phrases == "" || len(lower) != len(text) {
		return text
	}
	for phrase := range strings.SplitSeq(phrases, "|") {
		if i := strings.Index(lower, phrase); i >= 0 {
			return text[i+len(phrase):]
		}
	}
	return text
}

// recipientsIn finds the addresses in a text. The words up to the next address, and
// at most those of a few lines, are the server's reason.
func recipientsIn(text string, action Action) []Recipient {
	var list []Recipient
	seen := map[string]bool{}
	for text != "" && len(list) < maxProse {
		a, rest, ok := nextAddress(text)
		if !ok {
			break
		}
		reason := rest
		if _, _, more := nextAddress(rest); more {
			reason = rest[:indexOfNext(rest)]
		}
		text = rest
		if key := strings.ToLower(a); !seen[key] && !isDaemon(key) {
			seen[key] = true
			list = append(list, recipientOf(a, reason, action))
		} else if n := len(list); n > 0 && seen[key] && list[n-1].Final == a {
			list[n-1] = recipientOf(a, list[n-1].Diagnostic+" "+reason, action)
		}
	}
	return list
}

func recipientOf(a, reason string, action Action) Recipient {
	if len(reason) > maxReason {
		reason = strings.ToValidUTF8(reason[:maxReason], "")
	}
	reason = strings.Join(strings.Fields(strings.TrimLeft(reason, ">:,;)]}.\"' \t\n")), " ")
	said := verdict.ParseDiagnostic(reason)
	r := Recipient{Final: a, Action: action, Status: said.Enhanced, Diagnostic: reason}
	if said.Code >= 400 && said.Enhanced[0] == 0 && said.Code < 600 {
		r.Status[0] = said.Code / 100 // "5.0.0": nothing better is known
	}
	r.RemoteMTA = hostIn(reason)
	return r
}

// hostIn finds the server that prose names: "host mx.example[192.0.2.1] said",
// "while talking to mx.example.:".
func hostIn(reason string) string {
	for _, before := range []string{"host ", "talking to ", "Remote host said: ", "by "} {
		_, after, ok := strings.Cut(reason, before)
		if !ok {
			continue
		}
		end := strings.IndexAny(after, " [(:,;")
		if end < 0 {
			end = len(after)
		}
		if host := strings.Trim(after[:end], ".\"'"); strings.Contains(host, ".") && !strings.Contains(host, "@") {
			return host
		}
	}
	return ""
}

// isDaemon tells addresses that write bounces from those that get none.
func isDaemon(a string) bool {
	local, _, _ := strings.Cut(a, "@")
	return strings.HasPrefix(local, "mailer-daemon") || local == "postmaster" || strings.HasPrefix(local, "no-reply") || local == "abuse" || local == "support"
}

// returnedIn reads the header of a copied message. Prose with a colon is no header:
// it must have a field that messages have.
func returnedIn(copied string) Header {
	fields, _, _ := takeFields([]byte(strings.TrimLeft(copied, "\r\n \t-")))
	h := toHeader(fields)
	for _, name := range []string{"Message-Id", "From", "Subject", "Received"} {
		if h[textproto.CanonicalMIMEHeaderKey(name)] != nil {
			return h
		}
	}
	return nil
}

func isAddress(s string) bool {
	m, err := address.Parse(s)
	return err == nil && strings.Contains(m.Domain, ".")
}
