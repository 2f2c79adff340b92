package urls

// The back office's own door, its people, and what takes two of them.
const (
	StaffLogin        = Staff + "/login"
	StaffLoginPasskey = StaffLogin + "/passkey"
	StaffPeople       = Staff + "/people"
	StaffApprovals    = Staff + "/approvals"
	StaffMessages     = Staff + "/messages"
)

// StaffPerson is a person of the operator; part is an action (POST) or "".
func StaffPerson(id, part string) string { return join(StaffPeople, id, part) }

// StaffApproval is an answer to what takes two people (POST).
func StaffApproval(id, answer string) string { return join(StaffApprovals, id, answer) }

// StaffMove is where accounts on older versions of a plan are moved (GET, POST).
func StaffMove(planID string, more ...string) string { return join(StaffPlan(planID)+"/move", more...) }
