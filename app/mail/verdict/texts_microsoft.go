package verdict

// Outlook.com and Exchange Online (learn.microsoft.com, "Non-delivery reports").
// Exchange servers elsewhere write the same RESOLVER, STOREDRV and SMTPSEND texts.
var textsMicrosoft = []row{
	{at: "microsoft", status: "5.7.515", key: Unauthenticated, next: "Publish SPF, DKIM and DMARC as your domain's page here shows; Outlook asks for them from every sender of much mail."},
	{at: "microsoft", status: "5.7.509", key: Unauthenticated},
	{at: "microsoft", status: "5.7.23", key: Unauthenticated},
	{at: "microsoft", status: "5.7.606-649", key: BlockedAddress}, // "banned sending IP"
	{at: "microsoft", status: "5.7.511", key: BlockedAddress},
	{at: "microsoft", status: "5.7.512", key: BadMessage}, // RFC 5322 From
	{at: "microsoft", status: "5.7.513", key: BlockedAddress},
	{at: "microsoft", status: "5.7.703", key: SpamContent},
	{at: "microsoft", status: "5.7.705", key: RateLimited}, // tenant exceeded its threshold
	{at: "microsoft", status: "5.7.708", key: BlockedAddress},
	{at: "microsoft", status: "5.7.750", key: SenderRejected},
	{at: "microsoft", status: "5.7.232-236", key: RateLimited},
	{at: "microsoft", status: "4.7.500-699", key: RateLimited},
	{at: "microsoft", status: "4.7.850-899", key: RateLimited},
	{at: "microsoft", text: "s3150|s3140|part of their network is on our block list|banned sending ip|blocked using fblw15", key: BlockedAddress},
	{at: "microsoft", text: "s775|s844|s77714|temporarily rate limited|temporarily deferred due to ip reputation", key: RateLimited},
	{at: "microsoft", text: "spamhaus", key: BlockedAddress},
	{text: "access denied, traffic not accepted from this ip|access denied, banned", key: BlockedAddress},
	{text: "access denied, spam abuse detected", key: BlockedAddress},
	{text: "resolver.rst.notauthorized|resolver.rst.authrequired|resolver.rst.restrictedtorecipientspermission|resolver.rst.senderblocked|restricted recipient|recipientnotauthorized", key: MembersOnly},
	{status: "5.7.129", key: MembersOnly},
	{at: "microsoft", status: "5.7.124-136", key: MembersOnly},
	{text: "resolver.rst.recipsizelimit|resolver.rst.sendsizelimit", key: TooLarge},
	{text: "transport.rules.rejectmessage", key: PolicyRefused, next: "Ask the recipient's administrator which rule refuses your mail."},
	{text: "resolver.adr.recipnotfound|resolver.adr.recipientnotfound|resolver.adr.exrecipnotfound", key: NoSuchMailbox},
	{at: "microsoft", status: "5.1.10", key: NoSuchMailbox}, // not the null MX of RFC 7505
	{at: "microsoft", status: "5.1.1", key: NoSuchMailbox},
	{at: "microsoft", status: "5.5.0", text: "mailbox unavailable", key: NoSuchMailbox}, // Outlook.com
	// Edge blocking says so of every unknown recipient, and of all recipients
	// while a domain is set up wrongly: no proof.
	{at: "microsoft", status: "x.4.1", text: "recipient address rejected: access denied", key: RecipientRefused},
	{text: "storedrv*mailbox full|storedrv*quotaexceeded|mapiexceptionshutoffquotaexceeded", key: MailboxFull},
	{text: "storedrv*mailbox disabled|storedrv.deliver*account disabled|mailboxdisabledexception", key: DisabledMailbox},
	{text: "storedrv*recipient thread limit|storedrv*exceeded*receiv|recipientthreadlimitexceeded", key: MailboxBusy},
	{at: "microsoft", status: "4.3.2", key: ServerTrouble},
	{text: "mailbox server is offline|mapiexception|storedrv", key: ServerTrouble},
	{at: "microsoft", status: "5.7.57", key: AuthRequired},
	{at: "microsoft", status: "5.7.64", key: RelayDenied},
	{at: "microsoft", status: "5.4.14", key: MailLoop},
	{at: "microsoft", text: "hop count exceeded", key: MailLoop},
	{at: "microsoft", status: "4.4.62", key: RelayDenied},
	{at: "microsoft", status: "5.4.300", key: Expired},
}
