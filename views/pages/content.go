package pages

// Header is one header field of a mail.
type Header struct {
	Name, Value string
}

// Content is the parts of a mail that its tabs show.
type Content struct {
	HTML       string // source of the HTML part; "" for none
	Text       string // plain part; "" for none
	Headers    []Header
	Raw        string
	Truncated  bool   // Raw is only the beginning
	Gone       string // a sentence when the content is no longer kept
	PreviewURL string // the HTML part as a page of its own, sandboxed
	RawURL     string // download; "" for none
}
