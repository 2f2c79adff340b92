package verdict

// Mail.ru (help.mail.ru/developers) and Yandex (yandex.com/support).
var textsRussian = []row{
	{at: "mailru", text: "ratelimit|rate limit|too many messages|message limit", key: RateLimited},
	{at: "mailru", text: "we do not accept mail from dynamic ips|no ptr record|reverse dns", key: NoReverseName},
	{at: "mailru", text: "access from ip address*blocked|blocked*your ip|ip is in blacklist|see*abuse form", key: BlockedAddress},
	{at: "mailru", text: "dmarc|spf", key: Unauthenticated},
	{at: "mailru", text: "spam message rejected|spam message discarded|high probability of spam", key: SpamContent},
	{at: "mailru", text: "account is disabled|mailbox is disabled|user is blocked", key: DisabledMailbox},
	{at: "mailru", text: "invalid mailbox|user not found|no such user|local mailbox*unavailable: user not found", key: NoSuchMailbox},
	{at: "mailru", text: "quota exceeded|mailbox full|account is over quota", key: MailboxFull},

	{at: "yandex", text: "suspicion of spam|spam report|message rejected under", key: SpamContent},
	{at: "yandex", text: "blocked by spam statistics|client host*blocked", key: BlockedAddress},
	{at: "yandex", text: "too many connections|rate limit|try again later*exceeded|message rate", key: RateLimited},
	{at: "yandex", text: "policy rejection*mailbox does not exist|no such user", key: NoSuchMailbox},
	{at: "yandex", text: "user is blocked|account*disabled|mailbox is blocked", key: DisabledMailbox},
	{at: "yandex", text: "mailbox size limit exceeded|quota", key: MailboxFull},
	{at: "yandex", text: "dmarc|spf|sender address*not accepted", key: Unauthenticated},
}
