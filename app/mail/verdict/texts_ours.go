package verdict

// What programs and providers of every kind write about us: blocklists, pace, names,
// TLS. The defaults of Postfix, Exim, Sendmail, qmail, Rspamd and others.
var textsOurs = []row{
	{text: "query the spamhaus dbl|spamhaus dbl|dbl.spamhaus|/dbl/|url*blacklist|url*blocklist|surbl|uribl|url*listed in|links to*blocked|domain*listed in*dbl", key: BadLink},
	{text: "spamhaus|zen.|sbl-xbl|/sbl|/pbl|/xbl|/css/", key: BlockedAddress},
	{text: "client host*blocked using|blocked using*dnsbl|blocked using*rbl|listed by rbl|listed at*dnsbl|found in*dnsbl|in a dns blocklist|dns blacklist|dns-based block|rejected because*is in a black list|is in a black list|in an rbl|found on one or more*rbl|found on*dnsbl|rbl restriction|listed in*rbl|dnsbl", key: BlockedAddress},
	{text: "ip address*black|ip address*block|ip*is blacklisted|ip*is blocked|ip*blocklist|ip*blacklist|your ip*listed|blocked ip|bad reputation|poor reputation|ip reputation|low reputation|blocked for abuse|your host*blacklist|host is blacklisted|server*blacklisted|host*is blocked|sending ip|client host rejected: access denied|blocked for spam|dynamic ip|dynamic address|dialup|dul list|your network*blocked", key: BlockedAddress},
	{text: "cannot find your hostname|cannot find your reverse hostname|reverse dns|reverse lookup|no ptr|ptr record|rdns|fcrdns|unknown[*cannot find|helo command rejected|helo*not resolve|invalid helo|helo*does not match|ehlo*invalid|forward-confirmed", key: NoReverseName},

	{code: "4", text: "greylist|graylist|grey list|grey-list|gray list|postgrey|you have been delayed|try again in*seconds|try again in*minutes|sender address is not yet known|first time we have seen|come back later|please retry*later*unknown triplet", key: Greylisted},
	{code: "450", status: "4.7.1", text: "try again later|please try again", key: Greylisted},

	{text: "too many connections|too many concurrent|concurrent connections|connection limit|too many sessions|maximum number of connections|simultaneous connections", key: TooManyAtOnce},
	{text: "too many recipients|too many rcpt|max recipients", key: TooManyAtOnce},
	{text: "rate limit|ratelimit|rate-limit|rate control|sending rate|exceeded*rate|exceeded*limit*messages|too many messages|too many emails|too many mails|too much mail|throttl|slow down|too fast|too quickly|too frequent|unusual*traffic|excessive volume|exceeded your*limit|too many errors|temporarily deferred|message limit", key: RateLimited},

	{text: "must issue a starttls|starttls first|starttls is required|tls required|tls is required|encryption required|requires*tls|requires encryption|tls not available|cannot start tls|tls handshake|certificate verif|mta-sts|dane ", key: TLSRequired},
	{text: "authentication required|smtp auth*required|must authenticate|not authenticated*relay|authentication credentials|please authenticate|client was not authenticated", key: AuthRequired},

	{text: "delivery time expired|message expired|retry time*exceeded|retry timeout exceeded|could not be delivered*days|queue lifetime|maximum time in queue|unable to deliver*after", key: Expired},
	{text: "connection timed out|connection refused|no route to host|network is unreachable|host is down|host unreachable|could not connect|couldn't connect|unable to connect|connection reset|lost connection|connection dropped|no answer from host|timed out while", key: Unreachable},
	{code: "4", text: "temporary lookup failure|dns lookup failed|name service error|host lookup did not complete|could not resolve|dns error|domain lookup failed|name server timeout|address resolution", key: DNSFailure},
	{text: "insufficient system storage|insufficient disk|out of disk|disk full|system full|queue full|no space left|resources temporarily unavailable|local error in processing|system is overloaded|load*too high|high load|system resources|service not available|service unavailable*try|server busy|too busy|shutting down|temporary server error|internal error|maintenance|temporary failure|temporarily unavailable|temporary system problem|local problem", key: ServerTrouble},
}
