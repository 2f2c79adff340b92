package submission

import (
	"context"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
)

// SendTest accepts a short test message as if it had come in through the
// credential, within its restrictions.
func (s *Service) SendTest(ctx context.Context, scope account.Scope, c credential.Credential, from, to string) (id.ID, error) {
	sender, err := address.Parse(from)
	if err != nil {
		return "", fault.Field("from", "Give an address at one of your proven domains, like hello@your-domain.")
	}
	recipient, err := address.Parse(to)
	if err != nil {
		return "", fault.Field("to", "This is no address that can be written to.")
	}
	now := s.store.Now()
	content := strings.Join([]string{
		"From: <" + sender.String() + ">", "To: <" + recipient.String() + ">", "Subject: A test from " + c.Name, "Date: " + now.Format(time.RFC1123Z),
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "",
		"This is a test message. If you can read it, the credential " + c.Name + ",", "your domain and the way between them work.", "",
	}, "\r\n")
	messageID, err := s.Accept(ctx, scope, Mail{
		From: sender, Recipients: []Recipient{{Mailbox: recipient}}, Content: []byte(content), SMTPUTF8: !sender.IsASCII() || !recipient.IsASCII(), Received: now,
		CredentialID: c.ID, OnlyDomain: c.DomainID, OnlyStream: message.Stream(c.Stream), ClientName: "the pages",
	})
	if err != nil {
		return "", fmt.Errorf("submission: test message: %w", err)
	}
	return messageID, nil
}
