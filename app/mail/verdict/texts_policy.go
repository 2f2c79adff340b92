package verdict

// What programs and providers of every kind write about the message or its sender.
var textsPolicy = []row{
	{text: "recipient*has blocked|blocked by the recipient|blocked by recipient|recipient does not want|user*rejected*by filter|on recipient's block|sender*is blocked by user|sender blocked by", key: RecipientBlocks},
	{text: "dmarc|spf fail|spf check|spf policy|spf record|spf validation|spf:|not pass spf|failed spf|openspf|dkim fail|dkim sig|dkim=|dkim*not pass|not authorized to send|not allowed to send mail from|is not permitted by*domain|sender id|sender not authenticated|unauthenticated|unauthenticated mail|authentication*checks|email authentication|not permitted to send|spoof", key: Unauthenticated},
	{text: "virus|malware|infected|clamav|phish|dangerous attachment|attachment*not allowed|attachment*blocked|attachment type|banned file|forbidden*attachment|executable|bad attachment|illegal attachment", key: Virus},
	{text: "message size exceeds|message too large|message too big|message is too large|exceeds*maximum message size|exceeds size limit|size limit exceeded|maximum message size|message exceeds*size|message length exceeds|too large|larger than*limit|exceeds*fixed maximum|file size", key: TooLarge},
	{text: "spam|unsolicited|bulk mail|junk|rejected*content|content rejected|content filter|content*rejected|suspicious|score too high|high score|looks like*ube|uce|gtube|rejected as*bulk|cloudmark", key: SpamContent},
	{text: "domain*reputation|domain*blacklist|domain*blocklist|sender domain*block|domain is blocked|sending domain", key: DomainReputation},
	{text: "sender address rejected|sender rejected|sender verify failed|sender verification|sender*not exist|domain of sender|sender domain must|unresolvable*sender|sender*denied|invalid sender|return-path*not|callout verification|envelope sender|mail from*rejected|domain not found*sender|bad sender|does not accept mail from|from address|sender*no mx|sender*not found|sender*unknown|sender domain", key: SenderRejected},
	{text: "not authorized to post|members only|member-only|only members|subscribers only|not allowed to post|restricted*senders|restricted group|not permitted to*list|authorized senders|closed list|only accepts mail from|not accept messages from|internal use only|requires*senders*authenticated", key: MembersOnly},
	{text: "missing*header|duplicate*header|rfc 5322|rfc 2822|rfc5322|rfc2822|rfc822|bare lf|bare <lf>|line too long|lines longer|invalid header|header*invalid|bad header|non-rfc|malformed|date header|message-id|mime error|8bit|nul char", key: BadMessage},
	{text: "smtputf8|internationali|non-ascii", key: NeedsUTF8},
	{status: "x.1.7", key: SenderRejected},
	{status: "x.1.8", key: SenderRejected},
}
