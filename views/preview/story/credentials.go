package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

var connection = pages.Connection{
	Host: "mail.smtpserver.example", STARTTLSPort: 587, TLSPort: 465, Username: "shop-prod",
	From: "shop@hofladen-brandt.de", To: "inhaber@hofladen-brandt.de", SelfSigned: true,
}

func credentialRows() []pages.CredentialRow {
	return []pages.CredentialRow{
		{ID: sampleID, Name: "shop-prod", Hint: "x7Qf", Domain: "hofladen-brandt.de", Stream: "transactional", Networks: "203.0.113.7/32", CreatedAt: ago(80 * 24 * time.Hour), CreatedBy: "Maria Brandt", LastUsedAt: ago(12 * time.Second), LastUsedIP: "203.0.113.7"},
		{ID: otherID, Name: "thunderbird", Hint: "9aLm", CreatedAt: ago(2 * time.Hour), CreatedBy: "Maria Brandt"},
		{ID: otherID + "c", Name: "a-name.that_uses-all-the-sixty-four-characters.it-is-allowed-to.x", Hint: "kk2P", Networks: "192.0.2.0/24,198.51.100.0/24,2001:db8:1::/48", CreatedAt: ago(300 * 24 * time.Hour), CreatedBy: "Jörg Peter", LastUsedAt: ago(70 * 24 * time.Hour), LastUsedIP: "2001:db8:1::42"},
		{ID: otherID + "d", Name: "old-shop", Hint: "77aa", CreatedAt: ago(500 * 24 * time.Hour), CreatedBy: "Maria Brandt", RevokedAt: ago(100 * 24 * time.Hour)},
	}
}

func credentials() []Story {
	const denied = "Your role, marketer, may not manage credentials. An owner, admin or developer can."
	domains := []components.Option{{Value: sampleID, Label: "hofladen-brandt.de"}, {Value: otherID, Label: "grüne-küche.example"}}
	return []Story{
		inside("credential_list", "Credentials", layout.NavCredentials, func(p layout.Page) view {
			return pages.CredentialList{Page: p, Rows: credentialRows()}
		}),
		inside("credential_list-empty", "Credentials", layout.NavCredentials, func(p layout.Page) view { return pages.CredentialList{Page: p} }),
		inside("credential_list-marketer", "Credentials", layout.NavCredentials, func(p layout.Page) view {
			rows := credentialRows()
			for i := range rows {
				rows[i].RevokeDenied, rows[i].TestDenied = denied, denied
			}
			return pages.CredentialList{Page: p, Rows: rows[:2], NewDenied: denied}
		}),
		inside("credential_new", "New credential", layout.NavCredentials, func(p layout.Page) view { return pages.CredentialNew{Page: p, Domains: domains} }),
		refused(inside("credential_new-refused", "New credential", layout.NavCredentials, func(p layout.Page) view {
			return pages.CredentialNew{Page: p, Name: "Shop Prod", DomainID: sampleID, Stream: "transactional", Networks: "192.0.2.7/24", Domains: domains, Errors: pages.Errors{
				"name":     "Use 1 to 64 lower-case letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
				"networks": "Did you mean the network 192.0.2.0/24 or the address 192.0.2.7?",
			}}
		})),
		inside("credential_created", "Credential created", layout.NavCredentials, func(p layout.Page) view {
			return pages.CredentialCreated{Page: p, ID: sampleID, Secret: "ssv_Yk3nB7w2hQx9Lr5tVc8mZd4pJs6gFa1eKu0iXo", Connection: connection, Test: pages.TestSend{From: connection.From, To: connection.To}, Domain: "hofladen-brandt.de"}
		}),
		refused(inside("credential_show-test_refused", "shop-prod", layout.NavCredentials, func(p layout.Page) view {
			p.Breadcrumbs = []layout.Crumb{{Label: "Credentials", URL: p.URLs().Credentials()}, {Label: "shop-prod"}}
			return pages.CredentialShow{Page: p, CredentialRow: credentialRows()[0], Connection: connection, Test: pages.TestSend{From: "shop@other.example", To: connection.To, Errors: pages.Errors{"from": "other.example is no proven domain of this account."}}}
		})),
		inside("credential_show-paused", "shop-prod", layout.NavCredentials, func(p layout.Page) view {
			row := credentialRows()[0]
			row.PausedAt = ago(40 * time.Minute)
			return pages.CredentialShow{Page: p, CredentialRow: row, Connection: connection, Test: pages.TestSend{From: connection.From, To: connection.To, Denied: "This credential is paused."}}
		}),
		inside("credential_show-revoked", "old-shop", layout.NavCredentials, func(p layout.Page) view {
			return pages.CredentialShow{Page: p, CredentialRow: credentialRows()[3]}
		}),
	}
}
