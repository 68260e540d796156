//! What the plugins' meters show. Only plugins of the plan have one, so there are no
//! more labels than that.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::assemble::Assembler;
use crate::meter::Meter;

/// The meters of the plugins that serve, and that of nobody's requests.
#[derive(Debug)]
pub(super) struct Plugins(Vec<Arc<Meter>>);

impl Plugins {
    pub(super) fn of(assembler: &Assembler, nobodys: Arc<Meter>) -> Self {
        let snapshot = assembler.current();
        let meters = snapshot.iter().map(|(_, served)| served.meter.clone());
        Self(std::iter::once(nobodys).chain(meters).collect())
    }

    /// One metric of all of them; `write` writes one plugin's series.
    fn metric(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        (name, help): (&str, &str),
        unit: Option<&Unit>,
        kind: MetricType,
        write: impl Fn(&Meter, &mut MetricEncoder<'_>) -> fmt::Result,
    ) -> fmt::Result {
        let mut encoder = encoder.encode_descriptor(name, help, unit, kind)?;
        self.0.iter().try_for_each(|meter| write(meter, &mut encoder))
    }
}

impl Collector for Plugins {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let requests = ("requests", "Answered requests; plugin is empty for Davit's own paths.");
        self.metric(&mut encoder, requests, None, MetricType::Counter, |meter, encoder| {
            meter.statuses().try_for_each(|(status, count)| {
                let labels = [("plugin", meter.label()), ("status", &status.to_string())];
                ConstCounter::new(count).encode(encoder.encode_family(&labels)?)
            })
        })?;
        let errors =
            ("errors", "Requests answered with a 5xx, by code; RESPONSE is what the plugin's code answered.");
        self.metric(&mut encoder, errors, None, MetricType::Counter, |meter, encoder| {
            meter.errors().into_iter().try_for_each(|(code, count)| {
                let labels = [("plugin", meter.label()), ("code", code)];
                ConstCounter::new(count).encode(encoder.encode_family(&labels)?)
            })
        })?;
        let durations = ("request_duration", "Time until the head of the response was there.");
        self.metric(
            &mut encoder,
            durations,
            Some(&Unit::Seconds),
            MetricType::Histogram,
            |meter, encoder| meter.durations.encode(encoder.encode_family(&[("plugin", meter.label())])?),
        )?;
        let in_flight =
            ("in_flight", "Requests, streams and WebSockets that the plugin's code is answering.");
        self.metric(&mut encoder, in_flight, None, MetricType::Gauge, |meter, encoder| {
            let Some(plugin) = meter.plugin() else { return Ok(()) };
            let count = i64::try_from(meter.in_flight()).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(encoder.encode_family(&[("plugin", plugin.as_str())])?)
        })
    }
}
