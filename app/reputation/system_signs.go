package reputation

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/limit"
)

// keptOrigins is how long it is known where an account was made.
const keptOrigins = 30 * day

// mostFromOne is how many accounts of a network in a day are no sign of anything.
const mostFromOne = 2

// brands are names that those who deceive use most. A sign is no more than that: many
// firms of these names are small and honest.
var brands = strings.Fields(`adobe amazon amex appleid aliexpress bankofamerica barclays binance booking chase citibank coinbase comcast commerzbank
	correos costco credit-agricole dhl docusign dropbox ebay facebook fedex gls google hermes hsbc icloud ikea instagram intuit laposte linkedin
	lloyds mastercard metamask microsoft natwest netflix office365 onedrive outlook paypal postbank postnl revolut santander shopify sparkasse
	spotify steam stripe swisscom telekom usps vodafone walmart wellsfargo whatsapp wise yahoo zalando`)

// signs are what can be seen of somebody who signs up. None of them does anything.
func (s *Service) signs(person, email, account string) (found []string) {
	domain := strings.ToLower(email[strings.LastIndexByte(email, '@')+1:])
	if s.Disposable != nil && s.Disposable(domain) {
		found = append(found, "Signed up with an address made to be thrown away ("+domain+").")
	}
	if strings.Contains(domain, "xn--") {
		found = append(found, "The mail domain "+domain+" is written in letters that may look like others.")
	}
	for _, name := range []string{account, person} {
		plain := fold(name)
		for _, brand := range brands {
			if hasWord(plain, brand) && !strings.Contains(domain, brand) {
				found = append(found, fmt.Sprintf("The name “%s” has the brand “%s” in it, and the mail address is of %s.", name, brand, domain))
				break
			}
		}
	}
	return found
}

// fold undoes what is done to letters to make them look alike.
func fold(name string) string {
	return strings.NewReplacer("0", "o", "1", "l", "3", "e", "5", "s", "$", "s", "@", "a").Replace(strings.ToLower(name))
}

// hasWord reports whether a word stands in a text by itself, however words are divided.
func hasWord(text, word string) bool {
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if field == word {
			return true
		}
	}
	return false
}

// Greet notes what can be seen of a new account, for whoever looks at a case of it one
// day. It belongs to the sign-up's transaction, holds nothing and tells nobody.
func (s *Service) Greet(ctx context.Context, accountID id.ID, person, email, account string, from netip.Addr) error {
	found := s.signs(person, email, account)
	err := s.store.SystemWrite(ctx, "note what is seen of a new account", func(_ context.Context, tx *gorm.DB) error {
		now := s.store.Now()
		if from.IsValid() && s.Box != nil {
			network, err := s.Box.MAC("sign-up", []byte(limit.Network(from)))
			if err != nil {
				return err
			}
			var others int64
			if err := tx.Raw("SELECT COUNT(*) FROM sign_up_origins WHERE network = ? AND at > ?", network, now.Add(-24*time.Hour)).Scan(&others).Error; err != nil {
				return err
			}
			if others >= mostFromOne {
				found = append(found, fmt.Sprintf("%d other accounts were made from the same network in the day before.", others))
			}
			if err := tx.Exec("INSERT INTO sign_up_origins (account_id, network, at) VALUES (?, ?, ?)", accountID, network, now).Error; err != nil {
				return err
			}
		}
		var failed []error
		for _, text := range found {
			failed = append(failed, tx.Create(&Note{AccountID: accountID, ID: id.New(), Kind: Sign, Text: text, At: now}).Error)
		}
		return errors.Join(failed...)
	})
	return translate("greet", err)
}
