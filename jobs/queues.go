package jobs

// The Asynq queues. Transactional mail has its own, served by workers of its own, so
// that it never waits for a slot behind broadcasts to thousands of destinations.
const (
	queueUrgent      = "urgent"
	queueDelivery    = "delivery"
	queueMaintenance = "maintenance"
)

var queueWeights = map[string]int{queueDelivery: 9, queueMaintenance: 1}
