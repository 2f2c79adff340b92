// Package stripe collects money by Stripe: it implements billing.Provider.
//
// Our ledger is the truth about what is owed, Stripe about what was paid. Of what Stripe
// offers we use:
//
//	Checkout          a page that keeps a card (mode setup), and one on which a bill is paid
//	                  (mode payment), where banks ask their questions (SCA)
//	PaymentIntents    the kept card pays a bill, nobody present (off_session)
//	customer portal   cards are replaced and removed there; nothing else can be
//	refunds, disputes read and booked to the smallest unit
//	tax ids           the customer's tax number is told to Stripe, so that it is on its papers
//	webhooks          hints: what they are about is fetched before anything is done
//
// And we leave out, because our ledger has it and two of it would differ:
//
//	subscriptions     a plan's periods, trials, upgrades pro rata and downgrades are ours;
//	                  a Stripe subscription would bill the same month a second time
//	meters            what is used is counted by our ledger of deliveries, to the unit; what
//	                  goes beyond a plan is a line of our invoice
//	invoices, tax     numbers without gaps, the tax treatment and the stored paper are ours;
//	                  a payment carries our invoice's number as its description
//
// So a payment at Stripe is always exactly what was open of one of our invoices, and
// `smtpserver verify` holds the two against each other.
//
// Rules it keeps:
//
//	asked twice is once   creating a customer, a payment, its page or a refund carries an
//	                      idempotency key that is an id of our ledger and stays the same however
//	                      often we ask; what is left (details, the preferred card) says how
//	                      things shall be, and saying it twice changes nothing
//	no is no              an error that Is billing.ErrRefused did nothing; of any other we do
//	                      not know, and look before asking again
//	raw octets            a webhook's signature is over the body as it came, compared in
//	                      constant time, at most 300 s old, by any of the secrets
//	one mode              test and live never meet: the key says which one this is
//
// The API's version belongs to the library's major version: both change together.
package stripe
