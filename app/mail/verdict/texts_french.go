package verdict

// Orange and Wanadoo (OFR codes, bilingual), La Poste (LPN codes), Free, SFR.
var textsFrench = []row{
	{at: "orange", text: "trop de connexions|too many connections|ofr004_104|ofr_104|ofr_108|ofr_109", key: TooManyAtOnce},
	{at: "orange", text: "ofr_402|ofr_403|ofr004_402|blocked*spamhaus|ofr_506|ofr_501|ofr_502|bloqu*blacklist|abuse*blocked", key: BlockedAddress},
	{at: "orange", text: "ofr_105|ofr_201|ofr004_105|ofr004_201|service refuse", key: RateLimited},
	{at: "orange", text: "ofr_416|ofr_415|adresse d au moins un destinataire invalide|invalid recipient", key: NoSuchMailbox},
	{at: "orange", text: "ofr_417|quota|boite*pleine|mailbox full", key: MailboxFull},
	{at: "orange", text: "ofr_999|ofr_521|ofr_515|mail rejete|mail rejected", key: SpamContent},
	{at: "orange", text: "ofr_102|ofr_103|reverse", key: NoReverseName},
	{at: "orange", text: "dmarc|spf", key: Unauthenticated},

	{at: "laposte", text: "lpn105|lpn007|lpnaa", key: RateLimited},
	{at: "laposte", text: "lpn008|lpn001|lpn002|blacklist|block list|bloqu", key: BlockedAddress},
	{at: "laposte", text: "lpn006|spam", key: SpamContent},
	{at: "laposte", text: "mailbox*unavailable|lpn114|user unknown|adresse*inconnue", key: NoSuchMailbox},
	{at: "laposte", text: "quota|pleine", key: MailboxFull},

	{at: "free", text: "too many spams from your ip|spam detected|too much spam", key: BlockedAddress},
	{at: "free", text: "too many errors from your ip|too many messages|trop de messages", key: RateLimited},
}
