package boot

import "smtpserver/app/id"

// ShowAll has every message inspected, where a sample would make a test wait for chance.
func (v *Services) ShowAll() { v.Submission.Show(inspector{v}, 1) }

// Unseen says that a message could not be shown to the filter.
func (v *Services) Unseen(messageID id.ID, why error) { inspector{v}.Unseen(messageID, why) }
