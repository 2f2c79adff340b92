package contact

// OwnTable is what an account takes along of one table; see package departure, which
// reads it within the account.
type OwnTable struct {
	File    string
	From    string // FROM clause; the account's alias is t
	Key     string // unique within the account
	Columns []string
}

// OwnTables is the account's audience, for its own export. It stands here because no
// statement outside of these packages may name a contact.
func OwnTables() []OwnTable {
	return []OwnTable{
		{"contacts.csv", "contacts t", "t.contact_id", []string{"address", "given", "name", "kind", "company", "language", "time_zone", "attributes", "created_at", "updated_at"}},
		{"lists.csv", "lists t", "t.list_id", []string{"name", "description", "members", "created_at"}},
		{"list_members.csv", "list_members t JOIN lists l ON l.account_id = t.account_id AND l.list_id = t.list_id JOIN contacts c ON c.account_id = t.account_id AND c.contact_id = t.contact_id", "t.list_id || t.contact_id", []string{"l.name", "c.address", "t.joined_at"}},
		{"segments.csv", "segments t", "t.segment_id", []string{"name", "rules", "created_at"}},
		{"topic_choices.csv", "topic_choices t JOIN topics p ON p.account_id = t.account_id AND p.topic_id = t.topic_id", "t.topic_id || t.address", []string{"p.name", "t.address", "t.choice", "t.source", "t.at"}},
		{"consents.csv", "consents t", "t.consent_id", []string{"address", "kind", "source", "wording", "subject", "proof", "ip", "at"}},
	}
}
