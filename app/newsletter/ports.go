package newsletter

import (
	"context"
	"time"
)

// Limits count what strangers send in.
type Limits interface {
	Allow(ctx context.Context, bucket string, limit int, window time.Duration) (bool, error)
}

// Mailer writes the confirmation mail, in the transaction of ctx. The mail carries nothing
// that whoever sent the form in has typed.
type Mailer interface {
	ConfirmNewsletter(ctx context.Context, to, language, token string) error
}
