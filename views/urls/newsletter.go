package urls

// Newsletter is the operator's sign-up form.
const Newsletter = "/newsletter"

// NewsletterConfirm is where the link of its confirmation mail leads.
func NewsletterConfirm(token string) string { return join(Newsletter, "confirm", token) }

// SettingsNews turns the operator's news to an owner on or off (POST).
func (a Account) SettingsNews() string { return a.page("settings", "profile", "news") }

// Lists of the back office about the operator's own mail.
const (
	StaffSubscribers = Staff + "/subscribers"
	StaffMailings    = Staff + "/mailings"
	StaffSegments    = StaffMailings + "/segments"
)

// StaffSubscriber is one subscriber with the evidence; an action below it is a POST.
func StaffSubscriber(id, action string) string { return join(StaffSubscribers, id, action) }

// StaffSegment is one segment of customers; an action below it is a POST.
func StaffSegment(id, action string) string { return join(StaffSegments, id, action) }

// StaffMailing is one mailing, wherever it stands; part is "", a page or an action (POST).
func StaffMailing(id, part string) string { return join(StaffMailings, id, part) }
