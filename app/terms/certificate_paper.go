package terms

import (
	"strconv"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/paper"
)

// PDF prints the certificate. The same certificate is always the same octets; the
// operator's name and the address of its pages stand on it.
func (c Certificate) PDF(operator, pages string) ([]byte, error) {
	p := paper.New("Certificate of evidence: terms", c.MadeAt)
	p.Text("What " + operator + " has on record about one account: which texts it was told of and how, and when and how it accepted them or objected. All times are UTC.")
	chain := "Holds: no record was changed, left out or added in between."
	if !c.ChainOK {
		chain = "BROKEN: the records are not what was sealed."
	}
	p.Facts(
		paper.Fact{Label: "Account", Value: c.Name},
		paper.Fact{Label: "Account number", Value: string(c.Account), Code: true},
		paper.Fact{Label: "Printed", Value: when(c.MadeAt)},
		paper.Fact{Label: "Chain of records", Value: chain},
	)
	c.printVersions(p, pages)
	c.printNotices(p)
	c.printRecords(p)
	p.Heading("How to check it")
	p.Text("Each text is identified by the SHA-256 digest of its Markdown. Each record is sealed over the one before it, so that nobody can change, remove or insert one without breaking all that follow.")
	p.Note(c.HowSealed + ". The file in JSON that goes with this paper has every value as it was hashed.")
	return p.Bytes()
}

func (c Certificate) printVersions(p *paper.Paper, pages string) {
	p.Heading("The texts")
	if len(c.Versions) == 0 {
		p.Text("None yet.")
	}
	for _, v := range c.Versions {
		facts := []paper.Fact{
			{Label: v.Document.Name(), Value: "version " + strconv.Itoa(v.Number) + ", effective " + v.EffectiveOn.Long()},
			{Label: "Digest", Value: v.Digest, Code: true},
			{Label: "Announced", Value: when(v.AnnouncedAt)},
		}
		if v.Kind == Material {
			facts = append(facts, paper.Fact{Label: "Last required notice", Value: whenever(v.NotifiedAt)})
		}
		if v.WithdrawnAt != nil {
			facts = append(facts, paper.Fact{Label: "Withdrawn", Value: when(*v.WithdrawnAt)})
		}
		p.Facts(facts...)
	}
	p.Note("Every text can be read at " + pages + ".")
}

func (c Certificate) printNotices(p *paper.Paper) {
	p.Heading("Notices")
	if len(c.Notices) == 0 {
		p.Text("None: no text changed since the account began.")
		return
	}
	var rows [][]string
	for _, n := range c.Notices {
		text := n.Document.Name() + " " + strconv.Itoa(n.Number)
		rows = append(rows, []string{text, "in the portal", "since " + when(n.PortalAt) + "\nopened: " + whenever(n.SeenAt), string(n.Notice)})
		for _, m := range n.Mails {
			told := "queued " + when(m.QueuedAt)
			switch m.State {
			case MailDelivered:
				told += "\ndelivered " + whenever(m.SettledAt)
			case MailUndeliverable:
				told += "\nundeliverable " + whenever(m.SettledAt) + ": " + m.Why
			case MailQueued:
			}
			rows = append(rows, []string{text, m.Kind.Words() + " to " + m.Address, told, orDash(m.Message)})
		}
	}
	p.Table([]paper.Column{{Head: "About", Share: 15}, {Head: "How", Share: 24}, {Head: "When", Share: 31}, {Head: "Notice, or message in our log", Share: 30, Code: true}}, rows)
}

func (c Certificate) printRecords(p *paper.Paper) {
	p.Heading("Acceptance and objection")
	if len(c.Records) == 0 {
		p.Text("Nothing yet.")
		return
	}
	var rows [][]string
	for _, r := range c.Records {
		who := r.Who + "\n" + string(r.User)
		if !r.Credential.IsZero() {
			who = "credential " + r.Who + "\n" + string(r.Credential)
		}
		from := r.UserAgent
		if r.IP != "" {
			from = r.IP + "\n" + from
		}
		rows = append(rows, []string{
			strconv.Itoa(r.Seq), string(r.Act) + ": " + r.Document.Name() + " " + strconv.Itoa(r.Number) + "\n" + r.Channel.Words() + "\n" + when(r.At), who + "\n" + from, r.Hash,
		})
	}
	p.Table([]paper.Column{{Head: "No.", Share: 6}, {Head: "What", Share: 30}, {Head: "Who, and from where", Share: 38}, {Head: "Seal", Share: 26, Code: true}}, rows)
}

// Words says what a mail was.
func (k MailKind) Words() string {
	switch k {
	case Reminder14, Reminder7, Reminder1:
		return "reminder"
	case WithdrawalMail:
		return "notice of withdrawal"
	case NoticeMail:
	}
	return "notice"
}

// Words says by what an account accepted or objected.
func (c Channel) Words() string {
	switch c {
	case SignUp:
		return "at sign-up"
	case AcceptNow:
		return "by a member's choice"
	case Objection:
		return "by the owner"
	case UseSMTP:
		return "by use over SMTP"
	case UseAPI:
		return "by use of the API"
	case UseWeb:
	}
	return "by use of the pages"
}

func when(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05") }

func whenever(t *time.Time) string {
	if t == nil {
		return "not yet"
	}
	return when(*t)
}

func orDash(v id.ID) string {
	if v.IsZero() {
		return "–"
	}
	return string(v)
}
