// Package billing sells plans: what they cost and hold, who is on which, what was billed
// and paid.
//
// Rules it keeps:
//
//	money is whole      amounts are integers in the smallest unit of their currency; each
//	                    division says how it rounds, and nothing is divided twice
//	a version stays     what a plan costs and holds never changes: a change is a new
//	                    version, and who is on one stays there until they are moved
//	no gaps             an invoice gets its number in the transaction that stores it, and
//	                    numbers of a series follow one another
//	papers stay         an invoice is printed once, when it is issued, and stored; a mistake
//	                    is mended by a credit note, never by a change
//	the sums add up     what is open of an invoice is its total, less its credit notes,
//	                    less its payments (Verify)
//	standing is dated   whether an account is behind, and what follows, is computed from due
//	                    dates and from what it was told, never from whether a job ran
//	no card numbers     how somebody paid is a method and a reference; of a kept card we know
//	                    brand, last four digits, expiry and its name at the provider
//	asked for once      what a provider is to do is written down before it is asked, and the
//	                    row's id is the key: asking again does not do it again
//	events are hints    what a provider reports is looked up; the lines of the ledger follow
//	                    from what is found, and are only added. So reports may come twice, late
//	                    and in any order, and lost ones are made up for (Collect). A report's
//	                    content is not kept: its id is, in the transaction of its effect
//
// A subscription lives: chosen, with a trial or billed at once → renewed at the end of
// each period, with what was used beyond the plan → upgraded at once pro rata, or
// downgraded at the period's end → cancelled, and over at the period's end. Invoices by
// hand are the rule; a payment provider is a port, and app/billing/stripe is one.
//
// A charge lives: asked (written, the provider's answer not known) → waiting (its page is
// open, or the bank thinks) → paid; or failed, told to who pays and asked again after 1, 3
// and 5 days where that can help; or gone, when a page was left. Of one invoice one charge
// is under way. Refunds and disputes are lines of the charge that they take from.
package billing
