package terms

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"smtpserver/app/id"
)

// Act is what an account did.
type Act string

// The acts.
const (
	Accepted Act = "accepted"
	Objected Act = "objected"
)

// Channel says by what an account did it.
type Channel string

// The channels. UseAPI is for the JSON API's door.
const (
	SignUp    Channel = "sign_up"
	AcceptNow Channel = "accept_now"
	Objection Channel = "object"
	UseWeb    Channel = "use_web"
	UseSMTP   Channel = "use_smtp"
	UseAPI    Channel = "use_api"
)

// ByUse reports whether the channel is use, not a statement.
func (c Channel) ByUse() bool { return len(c) >= 3 && c[:3] == "use" }

// Record is one link of an account's chain: the evidence of an act.
type Record struct {
	AccountID    id.ID
	Seq          int
	ID           id.ID
	Act          Act
	Document     Document
	Number       int
	Digest       string // of the version's text
	Channel      Channel
	UserID       id.ID // zero for a program
	CredentialID id.ID // zero for a person
	NoticeID     id.ID // the notice that it followed; zero when none was due
	IP           netip.Addr
	UserAgent    string
	At           time.Time
	Hash         string
}

// seal computes the hash of a record that follows one with the hash prev. The form is
// JSON with fixed names and order, so that anybody can compute it again.
func (r Record) seal(prev string) string {
	ip := ""
	if r.IP.IsValid() {
		ip = r.IP.String()
	}
	body, err := json.Marshal(struct {
		Prev         string   `json:"prev"`
		Account      id.ID    `json:"account"`
		Seq          int      `json:"seq"`
		Record       id.ID    `json:"record"`
		Act          Act      `json:"act"`
		Document     Document `json:"document"`
		Number       int      `json:"number"`
		Digest       string   `json:"digest"`
		Channel      Channel  `json:"channel"`
		UserID       id.ID    `json:"user"`
		CredentialID id.ID    `json:"credential"`
		NoticeID     id.ID    `json:"notice"`
		IP           string   `json:"ip"`
		UserAgent    string   `json:"user_agent"`
		At           string   `json:"at"`
	}{prev, r.AccountID, r.Seq, r.ID, r.Act, r.Document, r.Number, r.Digest, r.Channel, r.UserID, r.CredentialID, r.NoticeID, ip, r.UserAgent, r.At.UTC().Format(time.RFC3339Nano)})
	if err != nil {
		return "" // cannot be: nothing in it fails to marshal
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// CheckChain reports the first link of one account's records that does not hold.
func CheckChain(records []Record) error {
	prev := ""
	for i, r := range records {
		switch {
		case r.Seq != i+1:
			return fmt.Errorf("record %d of account %s is missing", i+1, r.AccountID)
		case r.Hash != r.seal(prev):
			return fmt.Errorf("record %d of account %s is not what was sealed", r.Seq, r.AccountID)
		}
		prev = r.Hash
	}
	return nil
}
