package jobs

// TypeTellTerms is the task that gives notice of changed terms, reminds and settles. It
// carries nothing: what is owed stands in SQL. It comes round by itself (Periodic), so a
// lost one costs a minute.
const TypeTellTerms = "tell_terms"

// TellTerms asks for a round at once: something was announced or withdrawn.
func (k *Client) TellTerms() {
	k.round(TypeTellTerms)
}
