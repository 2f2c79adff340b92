package precheck

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// unsubscribe wants a way out that people see.
func unsubscribe(m Mail) Check {
	c := Check{Name: Unsubscribe, Verdict: Good, Words: "The mail has a link by which people leave."}
	html, text := m.HTML == "", m.Text == ""
	links := hrefs(m.HTML)
	for _, link := range m.Leaving {
		html = html || slices.Contains(links, link)
		text = text || strings.Contains(m.Text, link)
	}
	switch {
	case m.HTML == "" && m.Text == "":
		c.Verdict, c.Words, c.Remedy = Bad, "The mail has no content yet.", "Write it first."
	case !html:
		c.Verdict, c.Words = Bad, "Nobody could leave: the mail has no unsubscribe link."
		c.Remedy = "Put {{ unsubscribe_url }} or {{ preferences_url }} behind a link, usually at the end."
	case !text:
		c.Verdict, c.Words = Warn, "The text part has no unsubscribe link."
		c.Remedy = "Put {{ unsubscribe_url }} into the text part, or leave that part empty: it is made from the mail then."
	}
	return c
}

// oneClick wants an https link in the header, as mailbox providers do (RFC 8058 §3.1).
func oneClick(m Mail) Check {
	if !m.HTTPS {
		return Check{
			Name: OneClick, Verdict: Warn, Words: "Mailbox providers will show no unsubscribe button: this installation's address is not https.",
			Remedy: "Whoever runs it sets SMTPSERVER_PUBLIC_URL to an https address.",
		}
	}
	return Check{Name: OneClick, Verdict: Good, Words: "List-Unsubscribe and List-Unsubscribe-Post are added and signed: people leave with one click in their mail program."}
}

// postal wants the sender's postal address, which the law of most countries asks of
// commercial mail.
func postal(m Mail) Check {
	c := Check{Name: Postal, Verdict: Good, Words: "The sender's postal address is in the mail."}
	if len(m.Address) == 0 {
		c.Verdict, c.Words, c.Remedy = Bad, "The account has no postal address.", "Enter it in the account's settings, and put {{ sender_address }} into the mail."
		return c
	}
	read := squeeze(m.Text)
	if m.HTML != "" {
		read = squeeze(visible(m.HTML))
	}
	for _, part := range m.Address {
		if !strings.Contains(read, squeeze(part)) {
			c.Verdict, c.Words, c.Remedy = Bad, "The sender's postal address is missing.", "Put {{ sender_address }} into the mail, usually at the end."
			return c
		}
	}
	return c
}

// squeeze makes texts comparable: lower case, without any space.
func squeeze(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

// Gmail cuts a message's HTML off at 102 kB and hides the rest, the unsubscribe link too.
const (
	clipped  = 102 * 1024
	nearClip = clipped * 9 / 10
)

func size(m Mail) Check {
	n := len(m.HTML)
	c := Check{Name: Size, Verdict: Good, Words: fmt.Sprintf("The HTML has %d KB. Gmail cuts off at 102 KB.", (n+1023)/1024)}
	switch {
	case n > clipped:
		c.Verdict = Warn
		c.Words = fmt.Sprintf("The HTML has %d KB. Gmail cuts off at 102 KB, and hides the unsubscribe link with the rest.", (n+1023)/1024)
		c.Remedy = "Shorten the mail, or link to a page for the rest."
	case n > nearClip:
		c.Verdict = Warn
		c.Words += " Links that are rewritten for tracking add to it."
		c.Remedy = "Leave some room, or switch click tracking off."
	}
	return c
}

// fields tells which merge fields stay empty for whom.
func fields(m Mail) Check {
	c := Check{Name: Fields, Verdict: Good, Words: "Every contact has what the mail's fields ask for."}
	if m.Sample > 0 {
		c.Words = fmt.Sprintf("All of %d contacts have what the mail's fields ask for.", m.Sample)
	}
	for _, name := range m.Unfilled {
		c.Details = append(c.Details, name+": no contact can have it")
	}
	for _, name := range slices.Sorted(maps.Keys(m.Missing)) {
		if n := m.Missing[name]; n > 0 && !slices.Contains(m.Unfilled, name) {
			c.Details = append(c.Details, fmt.Sprintf("%s: empty for %d of %d", name, n, m.Sample))
		}
	}
	if len(c.Details) > 0 {
		c.Verdict, c.Words = Warn, "Some fields stay empty for some contacts."
		c.Remedy = `Give each a fallback: {{ name | default: "friend" }}.`
	}
	return c
}
