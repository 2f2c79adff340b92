package verdict

// meaning is what a key says to people and does to an address.
type meaning struct {
	class  Class
	reason string // {host} is the server
	soon   string // the reason of a temporary refusal, when it differs
	next   string // after a permanent refusal
	wait   string // after a temporary one; "" is nextWait

	suppress   bool
	throttle   bool
	greylist   bool
	reputation bool
}

const nextWait = "Nothing to do: we try again until the message expires."

const (
	nextAsk     = "Ask the recipient, by another way, whether the address is right and can take mail."
	nextRemove  = "Remove the address from your lists, or ask the person for the right one."
	nextWeCare  = "Nothing to do on your side: our staff see this and put it right; send the message again later."
	nextWeMend  = "Nothing to do: our staff see this and put it right; we try again meanwhile."
	nextWeSlow  = "Nothing to do: we send more slowly to this provider and try again."
	nextContent = "Check the subject, links and wording, send only to people who asked for it, and try again."
)

// meanings has a row for every key but Accepted.
var meanings = map[Key]meaning{
	NoSuchMailbox: {
		class: Recipient, suppress: true,
		reason: "There is no such mailbox at {host}.",
		soon:   "{host} cannot find the mailbox at the moment.",
		next:   nextRemove,
	},
	DisabledMailbox: {
		class: Recipient, suppress: true,
		reason: "The mailbox is closed or disabled.",
		soon:   "The mailbox is disabled at the moment.",
		next:   nextRemove,
	},
	MailboxMoved: {
		class: Recipient, suppress: true,
		reason: "The mailbox has moved, and its server does not forward mail.",
		next:   nextRemove,
	},
	DomainGone: {
		class: Recipient, suppress: true,
		reason: "The recipient's domain does not exist or has no mail server.",
		soon:   "The recipient's domain cannot be found at the moment.",
		next:   nextRemove,
	},
	NullMX: {
		class: Recipient, suppress: true,
		reason: "The recipient's domain says that it takes no mail.",
		next:   nextRemove,
	},
	MailboxFull: {
		class:  Recipient,
		reason: "The mailbox is full.",
		soon:   "The mailbox is full at the moment.",
		next:   "Try again in some days, or reach the person another way.",
	},
	MailboxBusy: {
		class:  Recipient,
		reason: "The mailbox gets more mail at the moment than {host} lets it have.",
		next:   "Send again later.",
	},
	RecipientRefused: {
		class:  Recipient,
		reason: "{host} refused this recipient.",
		soon:   "{host} does not take mail for this recipient at the moment.",
		next:   nextAsk,
	},
	BadAddress: {
		class:  Recipient,
		reason: "{host} says that this is no valid address.",
		next:   "Check how the address is written and send again.",
	},
	RelayDenied: {
		class:  Recipient,
		reason: "{host} does not take mail for the recipient's domain, although the domain names it as its server.",
		next:   "Tell the recipient: whoever runs that domain's e-mail must correct it.",
	},
	MailLoop: {
		class:  Recipient,
		reason: "The recipient's mail is forwarded in a circle.",
		next:   "Tell the recipient, by another way, that a forwarding rule is wrong.",
	},
	RecipientBlocks: {
		class:  Recipient,
		reason: "The recipient has blocked mail from this sender.",
		next:   "Do not write to this person again unless he or she asks for it.",
	},
	NeedsUTF8: {
		class:  Recipient,
		reason: "{host} cannot take addresses with letters outside ASCII.",
		next:   "Ask the person for an address in plain letters.",
	},
	SpamContent: {
		class:  Policy,
		reason: "{host} takes the message for spam.",
		soon:   "{host} takes the message for spam and refuses it for now.",
		next:   nextContent,
	},
	BadLink: {
		class:  Policy,
		reason: "The message has a link or a domain that {host} finds on a blocklist.",
		next:   "Remove the link, link shorteners first, and look your domain up at the blocklist.",
	},
	Virus: {
		class:  Policy,
		reason: "{host} found a virus or a forbidden kind of attachment.",
		next:   "Check the attachment, or share the file by a link.",
	},
	TooLarge: {
		class:  Policy,
		reason: "The message is larger than {host} takes.",
		next:   "Make attachments smaller or share them by a link.",
	},
	Unauthenticated: {
		class:  Policy,
		reason: "{host} could not verify that the message comes from your domain (SPF, DKIM, DMARC).",
		next:   "Open your domain's page here and publish the DNS records that it shows as missing.",
		wait:   "Check the DNS records on your domain's page here; we try again meanwhile.",
	},
	DomainReputation: {
		class: Policy, reputation: true,
		reason: "{host} refuses mail from your domain because of its reputation.",
		next:   "Write only to people who expect it and pause other mail for some days; a good name comes back slowly.",
	},
	SenderRejected: {
		class:  Policy,
		reason: "{host} refused the sender's address.",
		next:   "Check that the From address exists, and that its domain has a mail server and takes replies.",
	},
	MembersOnly: {
		class:  Policy,
		reason: "The recipient takes mail from chosen senders only, such as colleagues or list members.",
		next:   "Ask the recipient, by another way, to allow your address.",
	},
	BadMessage: {
		class:  Policy,
		reason: "{host} says that the message is not built correctly.",
		next:   "Have the program that writes your messages checked: a header or an encoding is wrong.",
	},
	Greylisted: {
		class: Policy, greylist: true,
		reason: "{host} asks us to come again later, as servers do with senders they do not know yet (greylisting), and did not take the message in the end.",
		soon:   "{host} asks us to come again later, as servers do with senders they do not know yet (greylisting).",
		next:   "Send the message again.",
	},
	PolicyRefused: {
		class:  Policy,
		reason: "{host} refused the message by its own rules and does not say more.",
		soon:   "{host} does not take the message for now, by its own rules.",
		next:   nextContent,
	},
	BlockedAddress: {
		class: Ours, reputation: true,
		reason: "{host} blocks one of our sending addresses; the recipient and your message are not the cause.",
		next:   nextWeCare,
		wait:   nextWeMend,
	},
	RateLimited: {
		class: Ours, throttle: true,
		reason: "{host} limits how much mail we may send, and the message did not get through in time.",
		soon:   "{host} limits how fast we may send.",
		next:   "Send the message again later.",
		wait:   nextWeSlow,
	},
	TooManyAtOnce: {
		class: Ours, throttle: true,
		reason: "{host} wants fewer connections or recipients at a time from us.",
		next:   "Send the message again later.",
		wait:   nextWeSlow,
	},
	NoReverseName: {
		class: Ours, reputation: true,
		reason: "{host} does not accept the DNS name of our sending address.",
		next:   nextWeCare,
		wait:   nextWeMend,
	},
	DNSFailure: {
		class:  Ours,
		reason: "{host} could not look up a name in DNS that it needs.",
		next:   "Check that your domain's DNS answers, and send again.",
	},
	TLSRequired: {
		class:  Ours,
		reason: "{host} and we could not agree on an encrypted connection.",
		next:   nextWeCare,
	},
	AuthRequired: {
		class:  Ours,
		reason: "{host} wants a sign-in that we do not have.",
		next:   nextWeCare,
	},
	ServerTrouble: {
		class:  Ours,
		reason: "{host} has trouble of its own and gave up on the message.",
		soon:   "{host} is busy or has trouble of its own.",
		next:   "Send the message again later.",
	},
	Unreachable: {
		class:  Ours,
		reason: "The recipient's server cannot be reached.",
		soon:   "The recipient's server cannot be reached at the moment.",
		next:   "Check the domain after the @; if it is right, send again later.",
	},
	Expired: {
		class:  Ours,
		reason: "The message could not be delivered in time.",
		next:   "Check the domain after the @; if it is right, send again later.",
	},
	ProtocolError: {
		class:  Ours,
		reason: "{host} did not understand what we said to it.",
		next:   nextWeCare,
	},
	Unknown: {
		class:  Policy,
		reason: "{host} refused the message without a reason that we know.",
		soon:   "{host} could not take the message right now.",
		next:   "Read the server's answer below; if it does not help, ask the recipient or our support.",
	},
}
