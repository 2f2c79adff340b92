package layout

import "smtpserver/views/urls"

// officeEntry is a line of the back office's sidebar.
type officeEntry struct {
	nav              Nav
	url, icon, label string
}

// officeGroups is the sidebar of the back office. Each part of it adds its line.
var officeGroups = []struct {
	title   string
	entries []officeEntry
}{
	{"", []officeEntry{
		{NavStaff, urls.Staff, "house", "Overview"},
		{NavStaffApprovals, urls.StaffApprovals, "check", "Approvals"},
	}},
	{"Business", []officeEntry{
		{NavStaffAccounts, urls.StaffAccounts, "users", "Accounts"},
		{NavStaffMessages, urls.StaffMessages, "mail", "Messages"},
		{NavStaffReputation, urls.StaffReputation, "shield-check", "Cases"},
		{NavStaffPlans, urls.StaffPlans, "receipt", "Plans"},
		{NavStaffInvoices, urls.StaffInvoices, "file-text", "Invoices"},
		{NavStaffTerms, urls.StaffTerms, "file-text", "Terms"},
	}},
	{"Our own mail", []officeEntry{
		{NavStaffMailings, urls.StaffMailings, "send", "Mailings"},
		{NavStaffSubscribers, urls.StaffSubscribers, "mail", "Subscribers"},
	}},
	{"Delivery", []officeEntry{
		{NavStaffDestinations, urls.StaffDestinations, "send", "Destinations"},
		{NavStaffAddresses, urls.StaffAddresses, "server", "Sending addresses"},
		{NavStaffLinks, urls.StaffLinks, "ban", "Stopped links"},
	}},
	{"Instance", []officeEntry{
		{NavStaffSystem, urls.StaffSystem, "activity", "System"},
		{NavStaffPeople, urls.StaffPeople, "key-round", "People"},
		{NavStaffAudit, urls.StaffAudit, "scroll-text", "Audit"},
	}},
}

func (p Page) opensAny(entries []officeEntry) bool {
	for _, e := range entries {
		if p.opens(e.nav) {
			return true
		}
	}
	return false
}
