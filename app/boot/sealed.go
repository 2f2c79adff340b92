package boot

import (
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/identity"
	"smtpserver/app/person"
	"smtpserver/app/secret"
)

// Sealed are all places whose sealed values outlive a quarter of an hour.
func Sealed() []secret.Place {
	return append([]secret.Place{domain.Sealed, person.Sealed, delivery.Sealed}, identity.Sealed...)
}
