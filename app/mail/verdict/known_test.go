package verdict_test

import . "smtpserver/app/mail/verdict" //nolint:revive // a table of keys reads better without the package

// known are replies as servers send them, shortened. Flags: S suppress, T throttle,
// G greylist, R reputation.
var known = []struct {
	host, wire string
	key        Key
	flags      string
}{
	// Google
	{google, "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser - gsmtp", NoSuchMailbox, "S"},
	{google, "550-5.2.1 The email account that you tried to reach is inactive. For more\n550 5.2.1 information, go to https://support.google.com/mail/?p=DisabledUser - gsmtp", DisabledMailbox, "S"},
	{google, "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.", MailboxBusy, ""},
	{google, "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.", MailboxBusy, ""},
	{google, "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n452 4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp - gsmtp", MailboxFull, ""},
	{google, "552 5.2.2 The email account that you tried to reach is over quota. - gsmtp", MailboxFull, ""},
	{google, "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.", Unauthenticated, ""},
	{google, "550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's\n550 5.7.26 DMARC policy.", Unauthenticated, ""},
	{google, "421-4.7.26 This mail has been rate limited because it is unauthenticated.\n421 4.7.26 Gmail requires all senders to authenticate.", Unauthenticated, "T"},
	{google, "550 5.7.25 The IP address sending this message does not have a PTR record setup", NoReverseName, "R"},
	{google, "550 5.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.", BlockedAddress, "R"},
	{google, "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP Netblock.", RateLimited, "T"},
	{google, "421 4.7.0 Our system has detected an unusual rate of mail. To protect our users, try again later.", RateLimited, "T"},
	{google, "550-5.7.1 Our system has detected that this message is likely unsolicited mail.\n550 5.7.1 To reduce the amount of spam sent to Gmail, this message has been blocked.", SpamContent, ""},
	{google, "550 5.7.1 Our system has detected that this message is likely suspicious due to the very low reputation of the sending domain.", DomainReputation, "R"},
	{google, "550 5.7.1 Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address.", BlockedAddress, "R"},
	{google, "552 5.7.0 This message was blocked because its content presents a potential security issue.", Virus, ""},
	{google, "552 5.3.4 Your message exceeded Google's message size limits.", TooLarge, ""},
	{google, "550 5.7.1 We're writing to let you know that the group you tried to contact may not exist, or you may not have permission to post messages to the group.", MembersOnly, ""},
	{google, "451 4.3.0 Mail server temporarily rejected message.", ServerTrouble, ""},
	{google, "550 5.7.29 This mail requires a TLS connection.", TLSRequired, ""},

	// Microsoft
	{outlook, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", NoSuchMailbox, "S"},
	{outlook, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).", BlockedAddress, "R"},
	{outlook, "550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level.", Unauthenticated, ""},
	{outlook, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. (S775)", RateLimited, "TR"},
	{outlook, "552 5.2.2 Mailbox full", MailboxFull, ""},
	{office, "451 4.7.500 Server busy. Please try again later from [192.0.2.1].", RateLimited, "T"},
	{office, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.com/", BlockedAddress, "R"},
	{office, "550 5.7.649 Access denied, banned sending IP [192.0.2.1].", BlockedAddress, "R"},
	{office, "550 5.7.511 Access denied, banned sender[192.0.2.1].", BlockedAddress, "R"},
	{office, "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", BlockedAddress, "R"},
	{office, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", RecipientRefused, ""},
	{office, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", NoSuchMailbox, "S"},
	{office, "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", NoSuchMailbox, "S"},
	{office, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", MailboxFull, ""},
	{office, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", MailboxBusy, ""},
	{office, "451 4.3.2 Temporary server error. Please try again later ATTR5", ServerTrouble, ""},
	{office, "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized", MembersOnly, ""},
	{office, "550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification and has a DMARC policy of reject.", Unauthenticated, ""},
	{office, "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/lookup.lasso", BlockedAddress, "R"},
	{office, "554 5.4.14 Hop count exceeded - possible mail loop ATTR34", MailLoop, ""},

	// Yahoo
	{yahoo, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1", RateLimited, "T"},
	{yahoo, "421 4.7.0 [TSS05] Messages from 192.0.2.1 temporarily deferred.", RateLimited, "T"},
	{yahoo, "553 5.7.1 [TSS09] All messages from 192.0.2.1 will be permanently deferred", BlockedAddress, "R"},
	{yahoo, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list", BlockedAddress, "R"},
	{yahoo, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes [PH01]", SpamContent, ""},
	{yahoo, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes", PolicyRefused, ""},
	{yahoo, "554 delivery error: dd This user doesn't have a yahoo.com account (someone@yahoo.com) [0]", NoSuchMailbox, "S"},
	{yahoo, "554 delivery error: dd Sorry, your message to someone@yahoo.com cannot be delivered. This mailbox is disabled (554.30).", DisabledMailbox, "S"},
	{yahoo, "552 1 Requested mail action aborted, mailbox is full", MailboxFull, ""},

	// Apple
	{apple, "550 5.1.1 <someone@icloud.com>: user does not exist", NoSuchMailbox, "S"},
	{apple, "550 5.7.1 [CS01] Message rejected due to local policy.", SpamContent, ""},
	{apple, "554 5.7.1 [HM08] Message rejected due to local policy.", SpamContent, ""},
	{apple, "550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL", BadLink, ""},
	{apple, "421 4.7.1 Messages to someone@icloud.com deferred due to excessive volume. Try again later", RateLimited, "T"},
	{apple, "451 4.7.1 Service unavailable - try again later", RateLimited, "T"},
	{apple, "550 5.7.1 Your message was rejected due to example.com's DMARC policy.", Unauthenticated, ""},

	// GMX, T-Online
	{gmx, "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is block listed.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=r0201", BlockedAddress, "R"},
	{gmx, "550 Requested action not taken: mailbox unavailable", NoSuchMailbox, "S"},
	{gmx, "554-Transaction failed\n554-Reject due to policy restrictions.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=hi", PolicyRefused, ""},
	{gmx, "554-gmx.net (mxgmx010) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource record.\n554 For explanation visit https://postmaster.gmx.net/", NoReverseName, "R"},
	{gmx, "550 Reject due to SPF policy. The originating IP of the message is not permitted by the domain owner", Unauthenticated, ""},
	{gmx, "421 Rate limit reached. Please try again later", RateLimited, "T"},
	{gmx, "552 Requested mail action aborted: exceeded storage allocation", MailboxFull, ""},
	{telekom, "554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.)", BlockedAddress, "R"},
	{telekom, "550 5.1.1 unknown user", NoSuchMailbox, "S"},

	// French
	{orange, "421 opmta1mti02nd1 smtp.orange.fr 4.7.1 Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104", TooManyAtOnce, "T"},
	{orange, "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416", NoSuchMailbox, "S"},
	{orange, "550 5.7.1 Mail rejete. Mail rejected. OFR_999", SpamContent, ""},
	{orange, "550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]", BlockedAddress, "R"},
	{laposte, "421 4.3.0 Service refuse, veuillez essayer plus tard. LPN105_001", RateLimited, "T"},
	{free, "550 Too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/", BlockedAddress, "R"},

	// Russian
	{mailru, "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id", SpamContent, ""},
	{mailru, "550 Message was not accepted -- invalid mailbox. Local mailbox someone@mail.ru is unavailable: user not found", NoSuchMailbox, "S"},
	{mailru, "550 Message was not accepted -- invalid mailbox. Local mailbox someone@mail.ru is unavailable: account is disabled", DisabledMailbox, "S"},
	{mailru, "451 Ratelimit exceeded for your host, please slow down", RateLimited, "T"},
	{yandex, "554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc", SpamContent, ""},
	{yandex, "550 5.7.1 No such user!", NoSuchMailbox, ""}, // a code of policy: no proof
	{yandex, "451 4.5.1 The recipient has exceeded their message rate limit. Try again later.", RateLimited, "T"},

	// American
	{comcast, "421 4.1.0 192.0.2.1 Throttled - try again later. RL000001", RateLimited, "T"},
	{comcast, "554 resimta-po-01v.sys.comcast.net comcast 192.0.2.1 found on one or more DNSBLs, see http://postmaster.comcast.net/smtp-error-codes.php#BL000001", BlockedAddress, "R"},
	{comcast, "550 5.1.1 Not our Customer", NoSuchMailbox, "S"},
	{cox, "554 cox.net 192.0.2.1 blocked. Error Code: CXBL", BlockedAddress, "R"},
	{cox, "550 5.1.1 <someone@cox.net> recipient rejected. User unknown", NoSuchMailbox, "S"},
	{spectrum, "421 4.7.1 192.0.2.1 Too many messages. AUP#I-1000", RateLimited, "T"},
	{spectrum, "550 5.7.1 192.0.2.1 blocked. AUP#In-1310", BlockedAddress, "R"},
	{att, "553 5.3.0 flpd588 DNSBL:RBL 521< 192.0.2.1 >_is_blocked.For assistance forward this error to abuse_rbl@abuse-att.net", BlockedAddress, "R"},

	// Gateways
	{pp, "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1", BlockedAddress, "R"},
	{pp, "550 5.1.1 User Unknown", NoSuchMailbox, "S"},
	{mimecast, "550 Rejected by header based Anti-Spoofing policy: someone@example.com", Unauthenticated, ""},
	{mimecast, "550 Envelope blocked - User Entry", PolicyRefused, ""},
	{mimecast, "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451", Greylisted, "G"},
	{mimecast, "550 Invalid Recipient", NoSuchMailbox, "S"},
	{barracuda, "550 permanent failure for one or more recipients (someone@example.com:blocked)", SpamContent, ""},
	{small, "554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.1", BlockedAddress, "R"},
	{cisco, "550 #5.1.0 Address rejected.", NoSuchMailbox, "S"},
	{cisco, "554-mx1.example.com\n554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.", BlockedAddress, "R"},
	{qq, "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?id=20022", RateLimited, "T"},

	// Postfix, Exim, Sendmail, qmail and their like
	{small, "550 5.1.1 <someone@small.example>: Recipient address rejected: User unknown in virtual mailbox table", NoSuchMailbox, "S"},
	{small, "450 4.1.1 <someone@small.example>: Recipient address rejected: User unknown in local recipient table", NoSuchMailbox, ""},
	{small, "450 4.1.1 <someone@small.example>: Recipient address rejected: unverified address: Address verification in progress", RecipientRefused, ""},
	{small, "554 5.7.1 <someone@small.example>: Relay access denied", RelayDenied, ""},
	{small, "550 relay not permitted", RelayDenied, ""},
	{small, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", RelayDenied, ""},
	{small, "550 Unrouteable address", RecipientRefused, ""},
	{small, "550 No Such User Here", NoSuchMailbox, "S"},
	{small, "550 sorry, no mailbox here by that name (#5.1.1)", NoSuchMailbox, "S"},
	{small, "552 5.3.4 Message size exceeds fixed limit", TooLarge, ""},
	{small, "552 5.2.2 Over quota", MailboxFull, ""},
	{small, "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", NoReverseName, "R"},
	{small, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1", BlockedAddress, "R"},
	{small, "554 5.7.1 Service unavailable; Helo command [mx] blocked using dbl.spamhaus.org", BadLink, ""},
	{small, "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found", SenderRejected, ""},
	{small, "550 Sender verify failed", SenderRejected, ""},
	{small, "421 4.7.0 mx.small.example Error: too many connections from 192.0.2.1", TooManyAtOnce, "T"},
	{small, "452 4.5.3 Error: too many recipients", TooManyAtOnce, "T"},
	{small, "530 5.7.0 Must issue a STARTTLS command first", TLSRequired, ""},
	{small, "451 4.3.0 Temporary lookup failure", DNSFailure, ""},
	{small, "452 4.3.1 Insufficient system storage", ServerTrouble, ""},
	{small, "550 5.7.1 Message rejected as spam by Content Filtering.", SpamContent, ""},
	{small, "554 5.7.1 Virus found: Eicar-Test-Signature", Virus, ""},
	{small, "550 5.6.0 Missing Date: header", BadMessage, ""},
	{small, "550 5.6.7 SMTPUTF8 required", NeedsUTF8, ""},

	// Greylisting
	{small, "450 4.2.0 <someone@small.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/small.example.html", Greylisted, "G"},
	{small, "451 4.7.1 Greylisting in action, please come back later", Greylisted, "G"},
	{small, "450 4.7.1 Try again later", Greylisted, "G"},
	{small, "421 4.7.1 Greylisted, please try again in 300 seconds", Greylisted, "G"},

	// Only codes
	{small, "550 5.1.1 xyz", NoSuchMailbox, "S"},
	{small, "550 5.1.2 xyz", DomainGone, "S"},
	{small, "556 5.1.10 xyz", NullMX, "S"},
	{small, "550 5.2.1 xyz", RecipientRefused, ""},
	{small, "550 5.7.1 xyz", PolicyRefused, ""},
	{small, "550 xyz", Unknown, ""},
	{small, "421 xyz", ServerTrouble, "T"},
	{small, "450 xyz", RecipientRefused, ""},
	{small, "554 xyz", Unknown, ""},

	// Traps: what must never suppress (postal#60), or must not mislead
	{small, "550-5.7.1 [192.0.2.1] The user or domain that you are sending to (or from) has a policy that\n550 5.7.1 prohibited the mail that you sent.", PolicyRefused, ""},
	{small, "550 5.7.1 Your server has a bad reputation; user unknown", BlockedAddress, "R"},
	{small, "550 User unknown, or your IP is on a list of dynamic addresses", BlockedAddress, "R"},
	{small, "550 5.1.1 The recipient is blocked for now", NoSuchMailbox, ""},
	{small, "550 5.1.1 <spam.blacklist@small.example>: user unknown", NoSuchMailbox, "S"},
	{small, "550 5.1.8 <x@y.example> user unknown", SenderRejected, ""},
	{small, "550 Your account is suspended", DisabledMailbox, ""},
	{"", "550 5.1.1 no such user", NoSuchMailbox, "S"},
}
