package verdict

// Key names what happened. Keys are stored and counted: they stay.
type Key string

// Keys of class recipient.
const (
	NoSuchMailbox    Key = "no_such_mailbox"
	DisabledMailbox  Key = "disabled_mailbox"
	MailboxMoved     Key = "mailbox_moved"
	DomainGone       Key = "domain_gone"
	NullMX           Key = "null_mx"
	MailboxFull      Key = "mailbox_full"
	MailboxBusy      Key = "mailbox_busy"
	RecipientRefused Key = "recipient_refused"
	BadAddress       Key = "bad_address"
	RelayDenied      Key = "relay_denied"
	MailLoop         Key = "mail_loop"
	RecipientBlocks  Key = "recipient_blocks_sender"
	NeedsUTF8        Key = "utf8_unsupported"
)

// Keys of class policy.
const (
	SpamContent      Key = "spam_content"
	BadLink          Key = "bad_link"
	Virus            Key = "virus"
	TooLarge         Key = "too_large"
	Unauthenticated  Key = "unauthenticated"
	DomainReputation Key = "domain_reputation"
	SenderRejected   Key = "sender_rejected"
	MembersOnly      Key = "members_only"
	BadMessage       Key = "bad_message"
	Greylisted       Key = "greylisted"
	PolicyRefused    Key = "policy"
)

// Keys of class ours.
const (
	BlockedAddress Key = "blocked_address"
	RateLimited    Key = "rate_limited"
	TooManyAtOnce  Key = "too_many_connections"
	NoReverseName  Key = "no_reverse_name"
	DNSFailure     Key = "dns_failure"
	TLSRequired    Key = "tls_required"
	AuthRequired   Key = "auth_required"
	ServerTrouble  Key = "server_trouble"
	Unreachable    Key = "unreachable"
	Expired        Key = "expired"
	ProtocolError  Key = "protocol_error"
)

// Keys beside the classes.
const (
	Accepted Key = "accepted"
	Unknown  Key = "unknown" // of class policy: nothing tells more
)
