package verdict

// statuses gives RFC 3463 codes (registry of RFC 5248) a key when no text is known.
// The most exact rows stand first.
var statuses = []row{
	{status: "x.1.1", key: NoSuchMailbox},
	{status: "x.1.2", key: DomainGone},
	{status: "x.1.3", key: BadAddress},
	{status: "x.1.4", key: BadAddress},
	{status: "x.1.6", key: MailboxMoved},
	{status: "x.1.7", key: SenderRejected},
	{status: "x.1.8", key: SenderRejected},
	{status: "x.1.9", key: RelayDenied},
	{status: "x.1.10", key: NullMX}, // RFC 7505
	{status: "x.1", key: RecipientRefused},

	// 5.2.1 alone can be a pause or a rule as well: it is no proof that the mailbox
	// is gone, so it does not become DisabledMailbox.
	{status: "x.2.1", key: RecipientRefused},
	{status: "x.2.2", key: MailboxFull},
	{status: "x.2.3", key: TooLarge},
	{status: "x.2", key: RecipientRefused},

	{status: "x.3.4", key: TooLarge},
	{status: "x.3.3", key: ProtocolError},
	{status: "x.3", key: ServerTrouble},

	{status: "x.4.3", key: DNSFailure},
	{status: "x.4.4", key: Unreachable},
	{status: "x.4.5", key: ServerTrouble},
	{status: "x.4.6", key: MailLoop},
	{status: "x.4.7", key: Expired},
	{status: "x.4", key: Unreachable},

	{status: "x.5.3", key: TooManyAtOnce},
	{status: "x.5", key: ProtocolError},

	{status: "x.6.7", key: NeedsUTF8}, // RFC 6531
	{status: "x.6.9", key: NeedsUTF8},
	{status: "x.6", key: BadMessage},

	{status: "x.7.2", key: MembersOnly},
	{status: "x.7.8", key: AuthRequired},
	{status: "x.7.9", key: AuthRequired},
	{status: "x.7.10", key: TLSRequired},
	{status: "x.7.11", key: TLSRequired},
	{status: "x.7.20-24", key: Unauthenticated}, // RFC 7372: DKIM, SPF
	{status: "x.7.25", key: NoReverseName},
	{status: "x.7.26", key: Unauthenticated},
	{status: "x.7.27", key: SenderRejected}, // RFC 7505: the sender's domain takes no mail
	{status: "x.7.28", key: RateLimited},
	{status: "x.7.29", key: Unauthenticated}, // RFC 8617
	{status: "4.7.0", key: RateLimited},
	{status: "x.7", key: PolicyRefused},
}

// codes gives basic codes (RFC 5321 §4.2.3) a key when there is nothing else.
var codes = []row{
	{code: "421", key: ServerTrouble},
	{code: "450", key: RecipientRefused},
	{code: "451", key: ServerTrouble},
	{code: "452", key: ServerTrouble},
	{code: "454", key: TLSRequired},
	{code: "530", key: AuthRequired},
	{code: "534", key: AuthRequired},
	{code: "535", key: AuthRequired},
	{code: "538", key: TLSRequired},
	{code: "523", key: TooLarge},
	{code: "551", key: RecipientRefused},
	{code: "552", key: TooLarge},
	{code: "553", key: BadAddress},
	{code: "556", key: NullMX}, // RFC 7504
	{code: "500", key: ProtocolError},
	{code: "501", key: ProtocolError},
	{code: "502", key: ProtocolError},
	{code: "503", key: ProtocolError},
	{code: "504", key: ProtocolError},
	{code: "555", key: ProtocolError},
	// 550 without a code or a text that we know is as often a block as an unknown
	// user: no claim about the recipient.
	{code: "550", key: Unknown},
}

func byStatus(o observed) Key {
	for _, rows := range [][]row{statuses, codes} {
		for i := range rows {
			if rows[i].fits(o) {
				return rows[i].key
			}
		}
	}
	return Unknown
}
