// Package telemetry is what the operator sees from outside: metrics and the log.
package telemetry

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// NewLog returns a structured log. format is text or json; level as slog spells it.
func NewLog(w io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Metrics holds the Prometheus collectors. No label carries an account or an
// address: their number has no bound.
type Metrics struct {
	registry    *prometheus.Registry
	connections *prometheus.CounterVec
	authFailed  prometheus.Counter
	accepted    prometheus.Counter
	octets      prometheus.Counter
	refused     *prometheus.CounterVec
	outcomes    *prometheus.CounterVec
	verdicts    *prometheus.CounterVec
	ambiguous   prometheus.Counter
	lostLeases  prometheus.Counter
	attempts    prometheus.Histogram
	reports     *prometheus.CounterVec
	steps       *prometheus.CounterVec
	scansFailed prometheus.Counter
}

// NewMetrics registers everything.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "smtpserver", Name: name, Help: help})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "smtpserver", Name: name, Help: help}, labels)
	}
	m.connections = vec("smtp_connections_total", "SMTP connections by what became of them.", "refused")
	m.authFailed = counter("smtp_auth_failures_total", "Wrong SMTP passwords.")
	m.accepted = counter("messages_accepted_total", "Messages answered with 250.")
	m.octets = counter("messages_accepted_octets_total", "Octets of messages answered with 250.")
	m.refused = vec("smtp_refusals_total", "SMTP commands and messages refused, by reply code.", "code")
	m.outcomes = vec("deliveries_total", "What became of deliveries, by kind of destination, who runs it, state and class.", "destination", "provider", "state", "class")
	m.verdicts = vec("delivery_verdicts_total", "Why deliveries did not arrive at once, by who said so.", "verdict", "provider")
	m.ambiguous = counter("ambiguous_delivery_total", "Attempts after which nobody knows whether the server took the message.")
	m.lostLeases = counter("lost_leases_total", "Outcomes not written because the lease had gone to another worker.")
	m.reports = vec("reports_total", "Bounces, complaints and other reports that came back.", "kind", "outcome")
	m.scansFailed = counter("scans_failed_total", "Mail that the spam filter should have judged and did not: it gave no answer, or there was nothing to show it.")
	m.steps = vec("standing_steps_total", "Steps taken about accounts because of what became of their mail, or by staff.", "kind")
	m.attempts = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "smtpserver", Name: "attempt_seconds", Help: "Time of one delivery attempt.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 10),
	})
	m.registry.MustRegister(m.connections, m.authFailed, m.accepted, m.octets, m.refused, m.outcomes, m.verdicts, m.ambiguous, m.lostLeases, m.attempts, m.reports, m.steps, m.scansFailed,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Connection implements smtpd.Metrics.
func (m *Metrics) Connection(refused string) {
	if refused == "" {
		refused = "no"
	}
	m.connections.WithLabelValues(refused).Inc()
}

// AuthFailed implements smtpd.Metrics.
func (m *Metrics) AuthFailed() { m.authFailed.Inc() }

// Accepted implements smtpd.Metrics.
func (m *Metrics) Accepted(octets int) {
	m.accepted.Inc()
	m.octets.Add(float64(octets))
}

// Refused implements smtpd.Metrics.
func (m *Metrics) Refused(code int) { m.refused.WithLabelValues(strconv.Itoa(code)).Inc() }

// Outcome implements delivery.Metrics.
func (m *Metrics) Outcome(kind, provider, state, class, verdict string) {
	m.outcomes.WithLabelValues(kind, provider, state, class).Inc()
	if class != "" {
		m.verdicts.WithLabelValues(verdict, provider).Inc()
	}
}

// Ambiguous implements delivery.Metrics.
func (m *Metrics) Ambiguous(n int) { m.ambiguous.Add(float64(n)) }

// LostLease implements delivery.Metrics.
func (m *Metrics) LostLease(n int) { m.lostLeases.Add(float64(n)) }

// AttemptTook implements delivery.Metrics.
func (m *Metrics) AttemptTook(d time.Duration) { m.attempts.Observe(d.Seconds()) }

// Report counts what came back, by kind and what became of it.
func (m *Metrics) Report(kind, outcome string) { m.reports.WithLabelValues(kind, outcome).Inc() }

// Step implements reputation.Metrics.
func (m *Metrics) Step(kind string) { m.steps.WithLabelValues(kind).Inc() }

// ScanFailed counts mail that the spam filter should have judged and did not.
func (m *Metrics) ScanFailed() { m.scansFailed.Inc() }
