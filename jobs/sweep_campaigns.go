package jobs

// TypeSweepCampaigns is the task that does what is due of campaigns. It carries nothing:
// what is due stands in SQL. It comes round by itself (Periodic), so a lost one costs
// seconds.
const TypeSweepCampaigns = "sweep_campaigns"

// SweepCampaigns asks for a round at once: somebody started, paused or cancelled one.
func (k *Client) SweepCampaigns() {
	k.round(TypeSweepCampaigns)
}
