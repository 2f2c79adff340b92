package smtpclient

// Spoke lets tests wait until a server's close has arrived.
func Spoke(c *Conn) bool { return c.spoke() }
