package urls

// The back office: how accounts stand.
const (
	StaffReputation  = Staff + "/reputation"
	StaffCases       = Staff + "/cases" // leads there
	StaffEverything  = StaffReputation + "/everything"
	standingPage     = "standing"
	standingAppealed = "appeal"
)

// StaffCase is an account's case, with actions below it (POST).
func StaffCase(accountID string, part ...string) string {
	return join(StaffReputation+"/"+join("", accountID)[1:], part...)
}

// Standing is how the account stands with what it sends.
func (a Account) Standing() string { return a.page(standingPage) }

// StandingAppeal takes an appeal (POST).
func (a Account) StandingAppeal() string { return a.page(standingPage, standingAppealed) }
