package verdict

const nextGoogle = "Publish SPF, DKIM and DMARC as your domain's page here shows; Google asks for them from every sender."

// Gmail and Google Workspace (support.google.com/a/answer/3726730).
var textsGoogle = []row{
	{at: "google", status: "x.7.26", key: Unauthenticated, next: nextGoogle},
	{at: "google", status: "x.7.27", key: Unauthenticated, next: nextGoogle}, // SPF failed
	{at: "google", status: "x.7.30", key: Unauthenticated, next: nextGoogle}, // DKIM failed
	{at: "google", status: "x.7.32", key: Unauthenticated, next: "Use a From address of the domain that you verified here."},
	{at: "google", status: "x.7.40", key: Unauthenticated, next: nextGoogle}, // no DMARC record
	{at: "google", status: "x.7.24", key: Unauthenticated, next: nextGoogle},
	{at: "google", status: "x.7.25", key: NoReverseName},
	{at: "google", status: "x.7.23", key: NoReverseName},
	{at: "google", status: "x.7.29", key: TLSRequired},
	{at: "google", text: "unauthenticated email from|not accepted due to domain's dmarc|does not have authentication information", key: Unauthenticated, next: nextGoogle},
	{at: "google", text: "very low reputation of the sending domain|low reputation of the sending domain", key: DomainReputation},
	{at: "google", text: "reputation of the sending ip", key: BlockedAddress},
	{at: "google", code: "5", text: "our system has detected an unusual rate of unsolicited mail originating from your ip", key: BlockedAddress},
	{at: "google", text: "unusual rate*dkim domain|unusual rate*spf domain|unusual rate*url domain", key: DomainReputation},
	{at: "google", status: "5.7.28", key: BlockedAddress},
	{at: "google", status: "4.7.28", key: RateLimited},
	{at: "google", text: "likely unsolicited mail|likely suspicious|detected that this message is*spam", key: SpamContent},
	{at: "google", text: "content presents a potential security issue|blocked because its content|illegal attachment", key: Virus},
	{at: "google", status: "x.7.0", text: "tls", key: TLSRequired},
	{at: "google", status: "4.7.0", key: RateLimited},
	{at: "google", text: "receiving mail too quickly|receiving mail at a rate that|too many emails in a short|is receiving too much mail", key: MailboxBusy},
	{at: "google", status: "x.2.1", text: "disabled|inactive", key: DisabledMailbox},
	{at: "google", status: "x.2.2", key: MailboxFull},
	{at: "google", text: "over quota|out of storage space|inbox is out of storage", key: MailboxFull},
	{at: "google", status: "5.1.1", text: "does not exist|nosuchuser", key: NoSuchMailbox},
	{at: "google", text: "not have permission to post|permission to contact this group|you might not have permission|not authorized to post", key: MembersOnly},
	{at: "google", text: "daily*sending quota|sending limit exceeded", key: RateLimited},
	{at: "google", text: "messages missing a valid|not compliant with rfc 5322|multiple addresses in from|duplicate headers", key: BadMessage},
	{at: "google", text: "server busy|try again later*closing connection|temporary system problem", key: ServerTrouble},
}
