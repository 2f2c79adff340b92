package terms

import (
	"cmp"
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Certificate is what is on record about one account: which texts, when and how it was
// told of them, and when and how it accepted. Whoever holds it can compute the chain
// again; see Record.
type Certificate struct {
	Account   id.ID              `json:"account"`
	Name      string             `json:"account_name"`
	MadeAt    time.Time          `json:"made_at"`
	ChainOK   bool               `json:"chain_holds"`
	Versions  []CertifiedVersion `json:"versions"`
	Notices   []CertifiedNotice  `json:"notices"`
	Records   []CertifiedRecord  `json:"records"`
	HowSealed string             `json:"how_sealed"`
}

// CertifiedVersion is a text.
type CertifiedVersion struct {
	Document    Document   `json:"document"`
	Number      int        `json:"number"`
	Title       string     `json:"title"`
	Kind        Kind       `json:"kind"`
	Digest      string     `json:"digest"`
	EffectiveOn Date       `json:"effective_on"`
	AnnouncedAt time.Time  `json:"announced_at"`
	NotifiedAt  *time.Time `json:"last_notice_at,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

// CertifiedNotice is what the account was told.
type CertifiedNotice struct {
	Notice   id.ID           `json:"notice"`
	Document Document        `json:"document"`
	Number   int             `json:"number"`
	PortalAt time.Time       `json:"portal_since"`
	SeenAt   *time.Time      `json:"portal_opened,omitempty"`
	Mails    []CertifiedMail `json:"mails"`
}

// CertifiedMail is a mail, with its id in the operator's message log.
type CertifiedMail struct {
	Kind      MailKind   `json:"kind"`
	Address   string     `json:"address"`
	Message   id.ID      `json:"message,omitempty"`
	State     MailState  `json:"state"`
	Why       string     `json:"why,omitempty"`
	QueuedAt  time.Time  `json:"queued_at"`
	SettledAt *time.Time `json:"settled_at,omitempty"`
}

// CertifiedRecord is a link of the chain with all that its hash covers.
type CertifiedRecord struct {
	Seq        int       `json:"seq"`
	Record     id.ID     `json:"record"`
	Who        string    `json:"who_today"` // user or credential by the present name; the hash covers the id
	Act        Act       `json:"act"`
	Document   Document  `json:"document"`
	Number     int       `json:"number"`
	Digest     string    `json:"digest"`
	Channel    Channel   `json:"channel"`
	User       id.ID     `json:"user"`
	Credential id.ID     `json:"credential"`
	Notice     id.ID     `json:"notice"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
	At         time.Time `json:"at"`
	Hash       string    `json:"hash"`
}

const howSealed = `hash = hex(SHA-256(JSON)) of {"prev","account","seq","record","act","document","number","digest","channel","user","credential","notice","ip","user_agent","at"} in this order, without spaces; prev is the hash of the record before, "" for the first`

// CertificateOf gathers what is on record about an account.
func (a *Archive) CertificateOf(ctx context.Context, scope account.Scope) (Certificate, error) {
	c := Certificate{Account: scope.AccountID(), MadeAt: a.store.Now(), HowSealed: howSealed, Versions: []CertifiedVersion{}, Notices: []CertifiedNotice{}, Records: []CertifiedRecord{}}
	history, err := a.Records(ctx, scope)
	if err != nil {
		return c, err
	}
	notices, err := a.Notices(ctx, scope)
	if err != nil {
		return c, err
	}
	all, err := a.AllVersions(ctx)
	if err != nil {
		return c, err
	}
	names, err := a.namesOn(ctx, scope)
	if err != nil {
		return c, err
	}
	c.Name, c.ChainOK = names[c.Account], CheckChain(history) == nil
	concerned := map[Document]map[int]bool{}
	concern := func(d Document, n int) {
		if concerned[d] == nil {
			concerned[d] = map[int]bool{}
		}
		concerned[d][n] = true
	}
	for _, r := range history {
		concern(r.Document, r.Number)
		row := rowOf(r)
		c.Records = append(c.Records, CertifiedRecord{r.Seq, r.ID, names[cmp.Or(r.CredentialID, r.UserID)], r.Act, r.Document, r.Number, r.Digest, r.Channel, r.UserID, r.CredentialID, r.NoticeID, row.IP, r.UserAgent, r.At.UTC(), r.Hash})
	}
	for _, n := range notices {
		concern(n.Document, n.Number)
		told := CertifiedNotice{Notice: n.ID, Document: n.Document, Number: n.Number, PortalAt: n.PortalAt.UTC(), SeenAt: n.SeenAt, Mails: []CertifiedMail{}}
		for _, m := range n.Mails {
			told.Mails = append(told.Mails, CertifiedMail{m.Kind, m.Address, m.MessageID, m.State, m.Why, m.QueuedAt.UTC(), m.SettledAt})
		}
		c.Notices = append(c.Notices, told)
	}
	for _, v := range all {
		if concerned[v.Document][v.Number] {
			c.Versions = append(c.Versions, CertifiedVersion{v.Document, v.Number, v.Title, v.Kind, v.Digest, v.EffectiveOn, v.AnnouncedAt.UTC(), v.NotifiedAt, v.WithdrawnAt})
		}
	}
	return c, nil
}
