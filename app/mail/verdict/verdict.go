package verdict

import (
	"strings"

	"smtpserver/app/mail/reply"
)

// Class says whose trouble a refusal is.
type Class string

// The classes. Only the recipient's can suppress an address.
const (
	Recipient Class = "recipient" // unknown user, full mailbox, no such domain
	Policy    Class = "policy"    // spam, size, authentication
	Ours      Class = "ours"      // a blocked address, DNS, TLS, pace, the network
)

// Verdict is what a reply means.
type Verdict struct {
	Key       Key    // stable, for statistics and translations
	Class     Class  // "" when the message was taken
	Reason    string // one sentence for people
	Next      string // one sentence: what the sender should do
	Provider  string // whose server said so: "google"; "" when it is none of the known
	Permanent bool   // trying again is pointless

	Suppress   bool // nobody reads this address: stop mailing it
	Throttle   bool // the server wants us to slow down
	Greylist   bool // the server wants to see us come back, nothing more
	Reputation bool // it is about our address or our name, not about this mail
}

// Of judges the reply of a host. host may be "".
func Of(r *reply.Reply, host string) Verdict {
	if r.Positive() {
		return Verdict{Key: Accepted, Reason: "Accepted by " + named(host) + ".", Next: "Nothing to do.", Provider: ProviderOf(host)}
	}
	text := strings.Join(r.Lines, " ")
	o := observed{code: r.Code, status: r.Enhanced, text: flatten(text), provider: ProviderOf(host)}
	if o.status[0] == 0 {
		o.status = statusIn(text, r.Code)
	}
	return judge(o, host)
}

// OfStatus judges what a delivery status notification reports of a recipient:
// Status, Diagnostic-Code with or without its type, Remote-MTA with or without.
func OfStatus(status reply.Enhanced, diagnostic, remoteMTA string) Verdict {
	host := untyped(remoteMTA)
	r := ParseDiagnostic(diagnostic)
	o := observed{code: r.Code, status: moreExact(r.Enhanced, status), provider: ProviderOf(host)}
	o.text = flatten(strings.Join(r.Lines, " "))
	if o.status[0] == 2 && o.code == 0 {
		return Verdict{Key: Accepted, Reason: "Accepted by " + named(host) + ".", Next: "Nothing to do.", Provider: o.provider}
	}
	return judge(o, host)
}

// moreExact prefers the code of the server's own words. A report's "5.0.0" means
// that its writer knew nothing better.
func moreExact(said, reported reply.Enhanced) reply.Enhanced {
	vague := said[1] == 0 && said[2] == 0
	if said[0] == 0 || vague && reported[0] != 0 {
		return reported
	}
	return said
}

// observed is what a reply gives to look at.
type observed struct {
	code     int            // 0: unknown
	status   reply.Enhanced // zero: unknown
	text     string         // lower case, single spaces, without repeated codes
	provider string
}

// permanent is decided by the basic code, which servers act upon (RFC 5321
// §4.2.1), else by the enhanced one. What says nothing is temporary.
func (o observed) permanent() bool {
	if o.code != 0 {
		return o.code >= 500
	}
	return o.status[0] == 5
}

// doubts are words of texts that are about the sender, even when they also name the
// recipient.
const doubts = "sender|mail from|from address|your ip|your server|your domain|your account|reputation|policy|" +
	"policies|blocked|blocklist|block list|blacklist|black list|blacklisted|spam|unsolicited"

// doubtful reports that a text or code may concern us instead of the recipient.
// postal#60: a code of policy never condemns a recipient, whatever the text.
func (o observed) doubtful() bool {
	return o.status[1] == 7 || fitsText(doubts, o.text)
}

func judge(o observed, host string) Verdict {
	key, next := lookUp(o)
	v := explain(key, o.provider, host, o.permanent())
	if next != "" {
		v.Next = sentence(next, host)
	}
	m := meanings[key]
	v.Throttle, v.Greylist = m.throttle, m.greylist
	v.Suppress = m.suppress && v.Permanent && !o.doubtful()
	v.Reputation = m.reputation || v.Class != Recipient && strings.Contains(o.text, "reputation")
	v.Throttle = v.Throttle || o.code == 421 && !v.Greylist
	return v
}

// About words what happened without any server saying so: a connection that broke, or a
// message that a server cannot be given. It suppresses nobody.
func About(key Key, host string, permanent bool) Verdict {
	return explain(key, ProviderOf(host), host, permanent)
}

func explain(key Key, provider, host string, permanent bool) Verdict {
	m := meanings[key]
	v := Verdict{Key: key, Class: m.class, Provider: provider, Permanent: permanent, Reason: m.reason, Next: m.next}
	if !v.Permanent {
		if m.soon != "" {
			v.Reason = m.soon
		}
		v.Next = m.wait
		if v.Next == "" {
			v.Next = nextWait
		}
	}
	v.Reason = sentence(v.Reason, host)
	v.Next = sentence(v.Next, host)
	return v
}

func lookUp(o observed) (key Key, next string) {
	for _, rows := range texts {
		for i := range rows {
			if rows[i].fits(o) {
				return rows[i].key, rows[i].next
			}
		}
	}
	return byStatus(o), ""
}

func named(host string) string {
	if host == "" {
		return "the recipient's server"
	}
	return host
}

// sentence puts the host into a sentence.
func sentence(s, host string) string {
	s = strings.ReplaceAll(s, "{host}", named(host))
	if s != "" && host == "" && s[0] == 't' {
		return "T" + s[1:]
	}
	return s
}
