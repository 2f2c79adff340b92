package verdict

// Comcast (postmaster.comcast.net), Cox, Spectrum, AT&T.
var textsAmerican = []row{
	{at: "comcast", text: "rl000|rate limit|exceeded the maximum*sessions|too many sessions|too many recipients", key: RateLimited},
	{at: "comcast", text: "bl000|bl004|es000|cf000|blocked for spam|blocked*senderscore|on our blacklist", key: BlockedAddress},
	{at: "comcast", text: "ptr|reverse dns|rdns|dns failure", key: NoReverseName},
	{at: "comcast", text: "dmarc|spf|dm000", key: Unauthenticated},
	{at: "comcast", text: "nu000|not our customer|account not available|user unknown|recipient address rejected: unknown", key: NoSuchMailbox},
	{at: "comcast", text: "account is disabled|account*deactivated", key: DisabledMailbox},
	{at: "comcast", text: "mailbox full|over quota|quota exceeded", key: MailboxFull},
	{at: "comcast", text: "spam|phishing", key: SpamContent},

	{at: "cox", text: "cxbl|ipbl|blocked*cloudmark|aup#blk", key: BlockedAddress},
	{at: "cox", text: "cxthrt|cxmxrt|cxcnct|cxcncr|aup#lim|too many|rate limit", key: RateLimited},
	{at: "cox", text: "cxdns|no ptr|reverse dns|dnschk", key: NoReverseName},
	{at: "cox", text: "cxsndr|sender rejected|invalid sender", key: SenderRejected},
	{at: "cox", text: "cxdmarc|dmarc|spf", key: Unauthenticated},
	{at: "cox", text: "user unknown|no such|invalid recipient", key: NoSuchMailbox},
	{at: "cox", text: "aup#cxcontent|aup#in-|rejected due to content|spam", key: SpamContent},

	{at: "spectrum", text: "aup#in-1310|aup#i-1310|aup#1310|aup#in-1500|blocked*cloudmark|blacklist|spamhaus", key: BlockedAddress},
	{at: "spectrum", text: "aup#i-1000|aup#in-1000|aup#in-10|aup#out-10|rate limit|too many|throttl", key: RateLimited},
	{at: "spectrum", text: "ptr|reverse dns|rdns", key: NoReverseName},
	{at: "spectrum", text: "aup#in-2|message rejected|content*rejected|spam", key: SpamContent},

	{at: "att", text: "blocked by sbc|dnsbl:rbl|dnsbl:attrbl|blocked*abuse_rbl|attrbl", key: BlockedAddress},
	{at: "att", text: "too many sessions|too many recipients|rate limit", key: RateLimited},
}
