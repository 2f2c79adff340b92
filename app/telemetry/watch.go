package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// watchTime bounds one question; what has no answer by then is left out of the scrape.
const watchTime = 3 * time.Second

// watched asks for a value when it is scraped, so that every process tells the same.
type watched struct {
	desc *prometheus.Desc
	ask  func(context.Context) (float64, error)
}

// Watch adds a gauge that is asked for at each scrape.
func (m *Metrics) Watch(name, help string, ask func(context.Context) (float64, error)) {
	m.registry.MustRegister(watched{prometheus.NewDesc("smtpserver_"+name, help, nil, nil), ask})
}

// Describe implements prometheus.Collector.
func (w watched) Describe(out chan<- *prometheus.Desc) { out <- w.desc }

// Collect implements prometheus.Collector. A value that cannot be had is missing, which
// alert rules can tell from 0.
func (w watched) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), watchTime)
	defer cancel()
	if value, err := w.ask(ctx); err == nil {
		out <- prometheus.MustNewConstMetric(w.desc, prometheus.GaugeValue, value)
	}
}
