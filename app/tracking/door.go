package tracking

// Where returns where a link leads; ok is false for whatever is no link of ours, however
// much it looks like one. The honeypot leads to "".
func (t *Tracker) Where(token string) (target Target, ok bool) { return t.tokens.open(Click, token) }

// Opened returns whose picture of one pixel a token names.
func (t *Tracker) Opened(token string) (target Target, ok bool) { return t.tokens.open(Open, token) }

// Pixel is a transparent picture of one pixel.
var Pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
