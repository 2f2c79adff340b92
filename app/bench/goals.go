package main

import "smtpserver/app/bench/report"

// goals judges what was measured by what the project wants to be. Our program signs
// always, so its unsigned goal is judged by signed deliveries.
func goals(all []report.Summary) (judged []report.Goal) {
	find := func(workload, system string) *report.Summary {
		for i := range all {
			if all[i].Workload == workload && all[i].System == system {
				return &all[i]
			}
		}
		return nil
	}
	for _, system := range []string{"smtpserver on sqlite", "smtpserver on postgresql+redis"} {
		compare := func(name, ours, theirs, peer string, want float64, atMost bool, figure func(*report.Summary) float64) {
			a, b := find(ours, system), find(theirs, peer)
			if a != nil && b != nil && figure(b) > 0 {
				judged = append(judged, report.Goal{Name: name, System: system, Measured: figure(a) / figure(b), Want: want, AtMost: atMost})
			}
		}
		accepted := func(s *report.Summary) float64 { return s.Accepted }
		delivered := func(s *report.Summary) float64 { return s.Delivered }
		cpu := func(s *report.Summary) float64 { return s.CPU }
		compare("accepted durably ÷ Postfix", "accept", "accept", "postfix", 5, false, accepted)
		compare("delivered, signed, ÷ Postfix unsigned", "deliver", "deliver", "postfix", 4, false, delivered)
		compare("delivered, signed, ÷ Postfix + OpenDKIM", "deliver", "deliver", "postfix+opendkim", 3, false, delivered)
		compare("CPU per message, signed, ÷ Postfix + OpenDKIM", "deliver", "deliver", "postfix+opendkim", 0.35, true, cpu)
		compare("a connection for each ÷ Postfix", "reconnect", "reconnect", "postfix", 3.5, false, accepted)
		compare("100 destinations, two of them bad, ÷ all good", "trouble", "spread", system, 0.9, false, delivered)
		compare("CPU per message, 1,000,000 waiting ÷ 1,000 waiting", manyWaiting, fewWaiting, system, 1.2, true, cpu)
		if s := find("latency", system); s != nil {
			judged = append(judged, report.Goal{Name: "p99 of the answer to DATA, ms", System: system, Measured: s.P99, Want: 40, AtMost: true})
		}
	}
	return judged
}
