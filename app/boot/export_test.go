package boot

// ShowAll has every message inspected, where a sample would make a test wait for chance.
func (v *Services) ShowAll() { v.Submission.Show(inspector{v}, 1) }
