package urls

// What staff see of mail on its way.
const (
	StaffDestinations = Staff + "/destinations"
	StaffDestination  = StaffDestinations + "/one"
	StaffAddresses    = Staff + "/addresses"
	StaffSystem       = Staff + "/system"
)

// StaffDestinationOf is one destination; its name stands in the query, since it may hold
// any character a host name of a stranger has.
func StaffDestinationOf(name string) string { return WithQuery(StaffDestination, "name", name) }
