//go:build prometheus_receiver

package main

import "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver"

// The Prometheus receiver links all of Prometheus' service discovery: minutes more to build than everything else together.
func init() {
	optionalReceivers = append(optionalReceivers, prometheusreceiver.NewFactory())
}
