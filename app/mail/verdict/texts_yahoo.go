package verdict

// Yahoo and AOL (senders.yahooinc.com/smtp-error-codes).
var textsYahoo = []row{
	{at: "yahoo", text: "[tss09]|[tss11]|[ts03]", key: BlockedAddress},
	{at: "yahoo", code: "5", text: "[ts01]|[ts02]|[bl21]|[bl22]|[bl23]|connections not accepted from servers on spamhaus", key: BlockedAddress},
	{at: "yahoo", text: "[tss0|[ts01]|[ts02]|[ts0|temporarily deferred due to unexpected volume|temporarily deferred due to user complaints", key: RateLimited},
	{at: "yahoo", text: "[gl01]", key: Greylisted},
	{at: "yahoo", text: "not accepted for policy reasons*ph|[ph01]|[ph0", key: SpamContent},
	{at: "yahoo", text: "sender domain's dmarc|unable to authenticate|not accepted from*dmarc|aup#dkim", key: Unauthenticated},
	{at: "yahoo", text: "not accepted for policy reasons", key: PolicyRefused},
	{at: "yahoo", text: "delivery error: dd this user doesn't have|delivery error: dd requested mail action aborted, mailbox not found|dd not a valid recipient", key: NoSuchMailbox},
	{at: "yahoo", text: "delivery error: dd sorry your message*account has been disabled|mailbox is disabled|mailbox disabled|account has been disabled", key: DisabledMailbox},
	{at: "yahoo", text: "delivery error: dd*over quota|mailbox is full|mailbox full", key: MailboxFull},
	{at: "yahoo", text: "delivery error: dd|30 sorry, your message to*cannot be delivered", key: RecipientRefused},
	{at: "yahoo", text: "excessive*unknown recipients|too many connections|too many recipients|max message per connection", key: TooManyAtOnce},
	{at: "yahoo", code: "421", key: RateLimited},
}
