package jobs

import (
	"errors"
	"time"

	"github.com/hibiken/asynq"
)

// TypeTellTerms is the task that gives notice of changed terms, reminds and settles. It
// carries nothing: what is owed stands in SQL. It comes round by itself (Periodic), so a
// lost one costs a minute.
const TypeTellTerms = "tell_terms"

// TellTerms asks for a round at once: something was announced or withdrawn.
func (k *Client) TellTerms() {
	_, err := k.asynq.Enqueue(asynq.NewTask(TypeTellTerms, nil),
		asynq.TaskID(TypeTellTerms+":now"), asynq.Queue(queueMaintenance), asynq.MaxRetry(0), asynq.Timeout(10*time.Minute))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		k.log.Warn("a round of notices was not queued; the next minute brings one", "error", err)
	}
}
