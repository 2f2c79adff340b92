package pages

// Connection is what a mail program has to be told.
type Connection struct {
	Host         string
	STARTTLSPort int // 0: not offered
	TLSPort      int // 0: not offered
	Username     string
	From         string // an address the credential may send as, for the snippets
	To           string // the reader's own address
	SelfSigned   bool   // the certificate is our own: programs must be told to trust it
}

// TestSend is the form that sends a test message (POST credentials/{id}/test). Fields: from, to.
type TestSend struct {
	From   string
	To     string
	Errors Errors
	Denied string
}
