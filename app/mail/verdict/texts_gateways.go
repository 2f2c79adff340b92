package verdict

// Filters that stand before a company's server.
var textsGateways = []row{
	{text: "ipcheck.proofpoint.com|blocked - see https://ipcheck|pd*proofpoint dynamic reputation|proofpoint*ip reputation", key: BlockedAddress},
	{at: "proofpoint", text: "blocked*see*support.proofpoint.com|dnsbl-lookup", key: BlockedAddress},
	{at: "proofpoint", text: "rate limit|too many connections|#sb429", key: RateLimited},
	{at: "proofpoint", text: "spam|content rejected|malicious", key: SpamContent},
	{at: "proofpoint", text: "user unknown|invalid recipient|no such|recipient not found", key: NoSuchMailbox},
	{at: "proofpoint", text: "dmarc", key: Unauthenticated},

	{at: "mimecast", text: "ip blocked|blocked*rbl|listed in*rbl|administrative prohibition*ip|connections from*blocked", key: BlockedAddress},
	{at: "mimecast", text: "anti-spoofing|dmarc|spf sender invalid|dkim|dns authentication", key: Unauthenticated},
	{at: "mimecast", text: "greylist|internal resources are temporarily unavailable", key: Greylisted}, // its greylisting words
	{at: "mimecast", text: "envelope blocked|rejected by header|blocked by|administrative prohibition|policy", key: PolicyRefused},
	{at: "mimecast", text: "invalid recipient|recipient address*rejected|known recipients|user unknown", key: NoSuchMailbox},
	{at: "mimecast", text: "virus|malware|attachment", key: Virus},
	{at: "mimecast", text: "spam|signature violation|content detected", key: SpamContent},
	{at: "mimecast", text: "rate limit|throttl|too many", key: RateLimited},

	{text: "barracudacentral.org|barracuda reputation|reputation/?pr=|bbl*barracuda", key: BlockedAddress},
	{at: "barracuda", text: "permanent failure*rejected|message content rejected|administrative policy|blocked", key: SpamContent},
	{at: "barracuda", text: "no such user|user unknown|no such recipient|invalid recipient", key: NoSuchMailbox},
	{at: "barracuda", text: "rate control|too many|temporarily deferred", key: RateLimited},

	// IronPort writes "#5.1.0 Address rejected." for unknown recipients and
	// "#5.7.1" with its own names for the rest.
	{text: "senderbase|talosintelligence|sbrs|poor reputation", key: BlockedAddress},
	{at: "cisco", status: "5.1.0", text: "address rejected", key: NoSuchMailbox},
	{at: "cisco", text: "address rejected", key: RecipientRefused},
	{at: "cisco", text: "too many|recipient limit|rate limit", key: RateLimited},
	{at: "cisco", text: "dmarc|spf", key: Unauthenticated},

	{at: "broadcom", text: "reputation|blocked by*ip|connection*refused*policy|listed", key: BlockedAddress},
	{at: "broadcom", text: "invalid recipient|no such user|address verification", key: NoSuchMailbox},
	{at: "broadcom", text: "rate limit|throttl|too many|please try again later", key: RateLimited},
	{at: "trendmicro", text: "ers|email reputation|blocked by trend|rbl-plus|qil", key: BlockedAddress},
	{at: "trendmicro", text: "recipient address rejected: user unknown|undeliverable address", key: NoSuchMailbox},
	{text: "cloudmark*csi|csi.cloudmark.com|cloudmark.com/en/reset|sender intelligence", key: BlockedAddress},
	{text: "invaluement|abusix|uceprotect|sorbs|spamcop|psbl.|backscatterer|mailspike|senderscore.|0spam|nixspam|ix.dnsbl|truncate.gbudb|hostkarma", key: BlockedAddress},
	{at: "qq", text: "ip frequency limited|connection frequency limited|domain frequency limited|mail is rejected by recipients*ip|mailbox unavailable or access denied*frequency", key: RateLimited},
	{at: "qq", text: "suspected bounce|suspected spam|content rejected|mail content denied|spam is detected", key: SpamContent},
	{at: "qq", text: "recipient may contain a non-existent account|mailbox not found|mailbox unavailable", key: NoSuchMailbox},
	{at: "netease", text: "dt:spm|spm", key: SpamContent},
	{at: "netease", text: "rp:ccl|rp:trc|rp:qrc|mi:dmc|rate", key: RateLimited},
	{at: "netease", text: "ip:*blocked|ip is rejected|rbl", key: BlockedAddress},
}
