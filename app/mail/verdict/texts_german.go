package verdict

// GMX, WEB.DE, mail.com, 1&1 and IONOS (postmaster.gmx.net: no enhanced codes), and
// T-Online (postmaster.t-online.de).
var textsGerman = []row{
	{at: "gmx", text: "ip address is block listed|ip address is black listed|dnsbl|listed in*rbl|no smtp service*listed", key: BlockedAddress},
	{at: "gmx", text: "bad dns ptr|no valid dns ptr|ptr resource record|c=rdns", key: NoReverseName},
	{at: "gmx", text: "spf policy|dmarc policy|reject due to spf|reject due to dmarc|dkim", key: Unauthenticated},
	{at: "gmx", text: "rate limit|too many connections|c=rate|service not available*try again later", key: RateLimited},
	{at: "gmx", text: "policy restriction*greylist|greylist", key: Greylisted},
	{at: "gmx", code: "5", text: "spam message|message content|dangerous|c=hc", key: SpamContent},
	{at: "gmx", text: "reject due to policy|transaction failed|policy violation", key: PolicyRefused},
	{at: "gmx", text: "quota exceeded|exceeded storage allocation|mailbox full", key: MailboxFull},
	{at: "gmx", text: "message size|message exceeds", key: TooLarge},
	{at: "gmx", code: "550", text: "mailbox unavailable|unknown user|mailbox unknown", key: NoSuchMailbox},
	{at: "gmx", code: "4", text: "mailbox unavailable", key: RecipientRefused},

	{at: "t-online", text: "ip=*temporarily blocked|a problem occurred*ask your postmaster|ask your postmaster for help|tosa@rx.t-online.de", key: BlockedAddress},
	{at: "t-online", text: "dns name|dns-lookup|host name*impressum", key: NoReverseName},
	{at: "t-online", text: "too many connections|connection limit", key: TooManyAtOnce},
	{at: "t-online", code: "5", text: "unknown user|unknown recipient|empfaenger unbekannt|user unknown", key: NoSuchMailbox},
	{at: "t-online", text: "spam|virus", key: SpamContent},
}
