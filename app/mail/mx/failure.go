package mx

import (
	"errors"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/resolver"
)

// Failure says why a domain has no servers to try. Reply is in the words of SMTP;
// a 4yz code means that another time may be better.
type Failure struct {
	Reply     *reply.Reply
	Temporary bool
	Reason    string // a sentence for people
}

// Error implements error.
func (f *Failure) Error() string { return f.Reply.Error() }

func fail(code int, enhanced reply.Enhanced, text, reason string) *Failure {
	r := reply.New(code, enhanced, text)
	return &Failure{Reply: r, Temporary: r.Temporary(), Reason: reason}
}

func noDomain(domain string) *Failure {
	return fail(550, reply.Enhanced{5, 1, 2}, "domain does not exist", "The domain "+domain+" does not exist.")
}

func unknown(domain string) *Failure {
	return fail(451, reply.Enhanced{4, 4, 3}, "DNS lookup failed", "DNS did not tell us the mail servers of "+domain+".")
}

func nullMX(domain string) *Failure {
	return fail(556, reply.Enhanced{5, 1, 10}, "domain takes no mail (null MX)", "The domain "+domain+" says that it takes no mail.")
}

func noServer(domain string) *Failure {
	return fail(550, reply.Enhanced{5, 4, 4}, "domain has no mail server", "The domain "+domain+" has no mail server with an address.")
}

func loop(domain string) *Failure {
	return fail(554, reply.Enhanced{5, 4, 6}, "mail for the domain loops back to us", "The domain "+domain+" names us as its mail server, but we do not take its mail.")
}

// isNotFound reports a certain "no", and whether the name itself does not exist.
func isNotFound(err error) (certain, name bool) {
	var none *resolver.NotFound
	if !errors.As(err, &none) {
		return false, false
	}
	return true, none.NoDomain
}
