package verdict

const nextApple = "Check links and wording; if all mail to Apple is refused, our staff write to Apple's postmaster."

// iCloud Mail (support.apple.com/102322).
var textsApple = []row{
	{at: "apple", text: "excessive volume|deferred due to", key: RateLimited},
	{at: "apple", text: "too many errors", key: TooManyAtOnce},
	{at: "apple", text: "dmarc policy", key: Unauthenticated},
	{at: "apple", text: "spamhaus dbl|domain present in", key: BadLink},
	{at: "apple", text: "[cs01]|[cs02]|[hm07]|[hm08]|[hm", key: SpamContent, next: nextApple},
	{at: "apple", text: "rejected due to local policy", key: PolicyRefused, next: nextApple},
	{at: "apple", text: "blocked*proofpoint|listed at*proofpoint|spamhaus", key: BlockedAddress},
	{at: "apple", status: "5.1.1", text: "inactive", key: RecipientRefused}, // people pause addresses
	{at: "apple", status: "5.1.1", key: NoSuchMailbox},
	{at: "apple", text: "over quota|mailbox full", key: MailboxFull},
	{at: "apple", status: "4.7.1", text: "service unavailable", key: RateLimited},
}
