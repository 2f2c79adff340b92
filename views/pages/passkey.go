package pages

// passkeyAsk is one button that asks for a passkey.
type passkeyAsk struct {
	Kind    string // "get" or "create"
	Options string // where the challenge comes from
	Field   string // that carries the answer
	Label   string
	Class   string
	Instead string // what one does without a script
}
