package reputation

import "time"

// keptOrigins is how long it is known where an account was made.
const keptOrigins = 30 * 24 * time.Hour
