package feedback

// form is how one program writes bounces in prose. All texts are lower case.
type form struct {
	name    string
	proof   []string // all must be in the text
	from    string   // must be in the From field; "a|b" either
	subject string   // must be in the subject; "a|b" either
	after   string   // recipients follow this phrase; "" for the whole text; "a|b" either
	action  Action
}

// forms are asked in order; the first whose proof is met wins. The general ones
// stand last. Warnings stand before the failures of their program.
var forms = []form{
	{name: "qmail", proof: []string{"hi. this is the qmail-send program"}, after: "i'm sorry it didn't work out|i've given up", action: Failed},
	{name: "qmail", proof: []string{"this is the qmail-send program"}, action: Failed},
	{name: "exim-warning", proof: []string{"has not been delivered to one or more of its recipients after more than"}, after: "to which the message has not yet been delivered|not yet been delivered", action: Delayed},
	{name: "exim-warning", proof: []string{"created automatically by mail delivery software", "no action is required on your part"}, after: "not yet been delivered", action: Delayed},
	{name: "exim", proof: []string{"created automatically by mail delivery software", "could not be delivered"}, after: "failed:", action: Failed},
	{name: "postfix-warning", proof: []string{"this is the mail system at host", "your message has not been delivered yet|your message could not be delivered for more than"}, after: "postmaster", action: Delayed},
	{name: "postfix", proof: []string{"this is the mail system at host"}, after: "the mail system\n|delete your own text", action: Failed},
	{name: "postfix", proof: []string{"this is the postfix program at host"}, after: "the postfix program", action: Failed},
	{name: "sendmail-warning", proof: []string{"this is a warning message only", "you do not need to resend your message"}, after: "transient non-fatal errors", action: Delayed},
	{name: "sendmail", proof: []string{"the following addresses had permanent fatal errors"}, after: "had permanent fatal errors", action: Failed},
	{name: "exchange-warning", proof: []string{"delivery to the following recipients has been delayed|delivery is delayed to these recipients"}, after: "has been delayed|is delayed to these recipients", action: Delayed},
	{name: "exchange-365", proof: []string{"delivery has failed to these recipients or groups"}, after: "these recipients or groups", action: Failed},
	{name: "exchange-365", proof: []string{"your message to", "couldn't be delivered"}, after: "your message to", action: Failed},
	{name: "exchange-2003", proof: []string{"did not reach some or all of the intended recipients|your message did not reach"}, after: "the following recipient(s) could not be reached|the following recipient(s) cannot be reached", action: Failed},
	{name: "iis", proof: []string{"this is an automatically generated delivery status notification", "delayed"}, after: "delivery status notification", action: Delayed},
	{name: "iis", proof: []string{"this is an automatically generated delivery status notification"}, after: "following recipients failed|delivery to the following recipients|delivery status notification", action: Failed},
	{name: "domino", proof: []string{"your document|your message", "could not be delivered to:|was not delivered to:|wasn't delivered to:"}, after: "not be delivered to:|not delivered to:|n't delivered to:", action: Failed},
	{name: "gmail-warning", proof: []string{"there was a temporary problem delivering your message to|delivery incomplete"}, from: "googlemail.com|gmail.com|google.com", after: "delivering your message to|delivery incomplete", action: Delayed},
	{name: "gmail-warning", proof: []string{"this is a notification that your message to", "gmail will retry"}, action: Delayed},
	{name: "gmail", proof: []string{"address not found|message not delivered|message blocked|recipient inbox full|your message wasn't delivered to"}, from: "googlemail.com|gmail.com|google.com", after: "wasn't delivered to|problem delivering your message to|address not found|message blocked", action: Failed},
	{name: "gmail", proof: []string{"delivery to the following recipient failed permanently|delivery to the following recipients failed permanently"}, after: "failed permanently", action: Failed},
	{name: "yahoo", proof: []string{"sorry, we were unable to deliver your message to the following address"}, after: "to the following address", action: Failed},
	{name: "gmx", proof: []string{"this message was created automatically by mail delivery software", "could not be delivered to one or more recipients|following reason|following address"}, after: "recipients|address failed:|addresses failed:|address(es)", action: Failed},
	{name: "gmx", proof: []string{"diese nachricht wurde automatisch|dies ist eine automatisch", "nicht zugestellt|nicht zustellen"}, after: "nicht zugestellt|nicht zustellen", action: Failed},
	{name: "t-online", proof: []string{"konnte nicht zugestellt werden|konnten nicht zugestellt werden|unzustellbar"}, after: "zugestellt werden|unzustellbar", action: Failed, from: "daemon|postmaster|mailer|noreply"},
	{name: "mailru", proof: []string{"сообщение не может быть доставлено|не было доставлено|could not be delivered to one or more recipients"}, from: "mail.ru|list.ru|bk.ru|inbox.ru", action: Failed},
	{name: "yandex", proof: []string{"this is the mail system at host", "yandex"}, action: Failed},
	{name: "yandex", proof: []string{"не удалось доставить|невозможно доставить|письмо не доставлено"}, action: Failed, from: "yandex|daemon|postmaster"},
	{name: "barracuda", proof: []string{"your message to:", "was blocked by our spam firewall|was considered spam|barracuda"}, after: "your message to:", action: Failed},
	{name: "mimecast", proof: []string{"mimecast", "could not be delivered|was not delivered|was rejected|have been held"}, action: Failed, from: "daemon|postmaster|mimecast"},
	{name: "groupwise", proof: []string{"the message that you sent was undeliverable to the following"}, after: "undeliverable to the following", action: Failed},
	{name: "imail", proof: []string{"undeliverable to", "original message follows|unknown user:|user mailbox exceeds"}, after: "undeliverable to|unknown user:|user mailbox exceeds allowed size:", action: Failed},
	{name: "surgemail", proof: []string{"your message cannot be delivered to the following recipients"}, after: "to the following recipients", action: Failed},
	{name: "messagelabs", proof: []string{"this is a delivery failure notification|messagelabs"}, subject: "fail|undeliver|notdelivered", action: Failed},
	{name: "courier", proof: []string{"this is a delivery status notification from", "courier"}, action: Failed},
	{name: "zoho", proof: []string{"this message was created automatically by mail delivery software", "zoho"}, action: Failed},
	{name: "french", proof: []string{"n'a pas pu être remis|n'a pas pu etre remis|n'a pas été remis|impossible de remettre"}, from: "daemon|postmaster|mailer|noreply", action: Failed},
	{name: "spanish", proof: []string{"no se pudo entregar|no ha podido ser entregado|no se ha podido entregar"}, from: "daemon|postmaster|mailer|noreply", action: Failed},

	// Any other program: its name and its subject must both say that it is a bounce.
	{name: "daemon-warning", from: "daemon|postmaster|mail delivery", subject: "delayed|warning|still being retried|delay)", action: Delayed},
	{name: "daemon", from: "daemon|postmaster|mail delivery|mail-delivery|postoffice", subject: "undeliver|fail|returned mail|return to sender|returned to sender|not delivered|rejected|nondeliver|non-deliver|bounce|unzustellbar|unknown user|user unknown|no such user|delivery status|delivery notification|delivery problem|delivery error|mail system error", action: Failed},
	{name: "daemon", from: "daemon|postmaster|mail delivery", proof: []string{"could not be delivered|couldn't be delivered|not delivered|undeliverable|delivery failed|failed to deliver|user unknown|no such user|mailbox full|over quota|unable to deliver|does not exist"}, action: Failed},
}

// stops begin the copy of the message below the prose.
var stops = []string{
	"--- below this line is a copy of the message", "------ this is a copy of the message", "------ this is a copy of your message",
	"----- original message -----", "----- original message", "--- original message", "-----original message-----", "---- original message",
	"--- below the next line is a copy", "----- message header follows", "received message follows", "original message follows", "the header of the original message",
	"message header follows", "--- forwarded message", "------ forwarded message", "original message headers:", "--- your message below ---",
	"--- the header of the original message is following", "----- unsent message follows", "returned message follows", "the original message was:", "--- enclosed is a copy",
	"оригинальное сообщение", "--- ursprüngliche nachricht", "--- message d'origine", "original message headers",
}
