package jobs

// The Asynq queues and their weights.
const (
	queueDelivery    = "delivery"
	queueMaintenance = "maintenance"
)

var queueWeights = map[string]int{queueDelivery: 9, queueMaintenance: 1}
