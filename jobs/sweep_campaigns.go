package jobs

import (
	"errors"
	"time"

	"github.com/hibiken/asynq"
)

// TypeSweepCampaigns is the task that does what is due of campaigns. It carries nothing:
// what is due stands in SQL. It comes round by itself (Periodic), so a lost one costs
// seconds.
const TypeSweepCampaigns = "sweep_campaigns"

// SweepCampaigns asks for a round at once: somebody started, paused or cancelled one.
func (k *Client) SweepCampaigns() {
	_, err := k.asynq.Enqueue(asynq.NewTask(TypeSweepCampaigns, nil),
		asynq.TaskID(TypeSweepCampaigns+":now"), asynq.Queue(queueMaintenance), asynq.MaxRetry(0), asynq.Timeout(10*time.Minute))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		k.log.Warn("a round of campaigns was not queued; the next seconds bring one", "error", err)
	}
}
