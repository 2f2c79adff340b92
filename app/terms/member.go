package terms

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"time"

	"smtpserver/app/id"
)

// MemberAcceptance is the evidence that somebody who joined an account accepted a version
// for themselves. The account's own acceptance stands in its chain of records, once for
// each version; this one is beside it, once for each member.
type MemberAcceptance struct {
	AccountID id.ID
	UserID    id.ID
	Document  Document
	Number    int
	Digest    string // of the version's text
	IP        netip.Addr
	UserAgent string
	At        time.Time
	Hash      string
}

// Holds reports whether the acceptance is what was sealed.
func (m MemberAcceptance) Holds() bool { return m.Hash == m.seal() }

// seal computes the hash. The form is JSON with fixed names and order, so that anybody
// can compute it again.
func (m MemberAcceptance) seal() string {
	ip := ""
	if m.IP.IsValid() {
		ip = m.IP.String()
	}
	body, err := json.Marshal(struct {
		Account   id.ID    `json:"account"`
		User      id.ID    `json:"user"`
		Document  Document `json:"document"`
		Number    int      `json:"number"`
		Digest    string   `json:"digest"`
		IP        string   `json:"ip"`
		UserAgent string   `json:"user_agent"`
		At        string   `json:"at"`
	}{m.AccountID, m.UserID, m.Document, m.Number, m.Digest, ip, m.UserAgent, m.At.UTC().Format(time.RFC3339Nano)})
	if err != nil {
		return "" // cannot be: nothing in it fails to marshal
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
