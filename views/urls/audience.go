package urls

// Contacts is the list of contacts; POST adds one.
func (a Account) Contacts() string { return a.page("contacts") }

// ContactsWith is the list with a filter, given as name and value in turn.
func (a Account) ContactsWith(pairs ...string) string { return WithQuery(a.Contacts(), pairs...) }

// ContactNew is the form.
func (a Account) ContactNew() string { return a.page("contacts", "new") }

// ContactFields is where custom fields are defined; POST adds one.
func (a Account) ContactFields() string { return a.page("contacts", "fields") }

// ContactExport downloads contacts; the query names which and how.
func (a Account) ContactExport(pairs ...string) string {
	return WithQuery(a.page("contacts", "export"), pairs...)
}

// Contact is one contact; POST changes it.
func (a Account) Contact(id string) string { return a.page("contacts", id) }

// ContactRemove removes it (POST).
func (a Account) ContactRemove(id string) string { return a.page("contacts", id, "remove") }

// ContactJoin puts it on a list (POST).
func (a Account) ContactJoin(id string) string { return a.page("contacts", id, "join") }

// ContactLeave takes it off a list (POST).
func (a Account) ContactLeave(id string) string { return a.page("contacts", id, "leave") }

// Lists is the lists and topics; POST makes a list.
func (a Account) Lists() string { return a.page("lists") }

// List is one list with its members; POST renames it.
func (a Account) List(id string) string { return a.page("lists", id) }

// Topics makes a topic (POST).
func (a Account) Topics() string { return a.page("topics") }

// Segments is the list of segments; POST makes one.
func (a Account) Segments() string { return a.page("segments") }

// SegmentNew is the form.
func (a Account) SegmentNew() string { return a.page("segments", "new") }

// Segment is one segment; POST changes it.
func (a Account) Segment(id string) string { return a.page("segments", id) }

// SegmentCount counts it now, for the page to put in.
func (a Account) SegmentCount(id string) string { return a.page("segments", id, "count") }

// SegmentRemove removes it (POST).
func (a Account) SegmentRemove(id string) string { return a.page("segments", id, "remove") }

// Imports is the list of imports; POST takes a file.
func (a Account) Imports() string { return a.page("imports") }

// Import is one import, wherever it stands.
func (a Account) Import(id string) string { return a.page("imports", id) }

// ImportStep is one of its actions (POST): read, check, start, cancel, undo, discard.
func (a Account) ImportStep(id, step string) string { return a.page("imports", id, step) }

// ImportProgress is the part of the page that moves while it works.
func (a Account) ImportProgress(id string) string { return a.page("imports", id, "progress") }

// ImportFollow is that part as a stream of events.
func (a Account) ImportFollow(id string) string { return a.page("imports", id, "follow") }

// ImportRows downloads the rows of one class.
func (a Account) ImportRows(id, class string) string {
	return WithQuery(a.page("imports", id, "rows"), "class", class)
}

// ListForm opens or closes a list's subscription form (POST).
func (a Account) ListForm(id string) string { return a.page("lists", id, "form") }

// Form is a list's subscription form for the public.
func Form(id string) string { return join("/f", id) }

// Subscribe is where the link of a confirmation mail leads.
func Subscribe(token string) string { return join("/subscribe", token) }

// Leave is what the person behind the link of a mail gets, and where they end it.
func Leave(token string) string { return join("/u", token) }

// Preferences is what a person may choose, behind a signed link.
func Preferences(token string) string { return join("/p", token) }
