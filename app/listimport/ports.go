package listimport

import "context"

// MailDomains asks DNS whether a domain takes mail. Dead is for certain; trouble with DNS
// is an error and says nothing about the domain.
type MailDomains interface {
	Dead(ctx context.Context, domain string) (bool, error)
}
