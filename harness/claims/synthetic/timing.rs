//! Estimates and blocks of made-up starts.

use super::{Base, Synthetic, id};
use crate::config::{Contrast, Contrasts, PROPOSAL};
use crate::results::{BlockRow, EstimateRow, Run};

/// One program in one metric and condition.
struct At<'a> {
    of: &'a Synthetic,
    program: &'a Base,
    metric: &'a str,
    condition: &'a str,
    scale: f64,
}

/// Adds what was timed of a program.
pub(super) fn add(of: &Synthetic, program: &Base, run: &mut Run) {
    for (metric, scale) in [("cpu-time", 1.0), ("wall-time", 1.1)] {
        for condition in ["pinned", "scheduled"] {
            let at = At { of, program, metric, condition, scale };
            // Wall times of blocks that were not quiet are no estimates.
            if (metric, condition) != ("wall-time", "scheduled") || of.unquiet.is_empty() {
                at.cases(run);
                at.contrasts(run);
                at.costs(run);
                at.parts(run);
            }
            at.block(run);
        }
    }
}

impl At<'_> {
    fn started(&self, name: &str) -> bool {
        let pairs = self.of.contrasts.iter();
        let mut pairs = pairs.filter(|contrast| contrast.primary || self.program.contrasts == Contrasts::All);
        self.of.start(name).is_some()
            && pairs.any(|contrast| contrast.base == name || contrast.changed == name)
    }

    fn row(&self, [kind, name, statistic, unit]: [&str; 4], centre: f64, half: f64) -> EstimateRow {
        let copies = self.of.copies;
        EstimateRow {
            kind: kind.to_owned(),
            name: name.to_owned(),
            program: self.program.name.to_owned(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            metric: self.metric.to_owned(),
            condition: self.condition.to_owned(),
            cache: "faulted".to_owned(),
            scope: "this-layout".to_owned(),
            statistic: statistic.to_owned(),
            unit: unit.to_owned(),
            estimate: centre,
            low: (copies > 1).then_some(centre - half),
            high: (copies > 1).then_some(centre + half),
            confidence: 0.95,
            units: copies,
            starts: u64::from(copies) * 60,
            samples_sha256: "cd".repeat(8),
            ..EstimateRow::default()
        }
    }

    fn cases(&self, run: &mut Run) {
        for (variant, _) in self.of.variants.iter().filter(|(variant, _)| self.started(&variant.name)) {
            let Some(start) = self.of.start(&variant.name) else { continue };
            let centre = self.program.start * start * self.scale;
            let id = id(self.program.name, &variant.name, self.of.strip);
            for copy in 0..self.of.copies {
                let off = (f64::from(copy) / f64::from(self.of.copies) - 0.5) * 0.06;
                let dot = self.row(["case", &id, "copy-centre", "seconds"], centre * (1.0 + off), 0.0);
                run.estimates.push(EstimateRow { low: None, high: None, units: 1, starts: 30, ..dot });
            }
            run.estimates.push(self.row(["case", &id, "centre", "seconds"], centre, centre * 0.02));
        }
    }

    fn contrasts(&self, run: &mut Run) {
        for contrast in &self.of.contrasts {
            if !self.started(&contrast.base) || !self.started(&contrast.changed) {
                continue;
            }
            let (Some(base), Some(changed)) =
                (self.of.start(&contrast.base), self.of.start(&contrast.changed))
            else {
                continue;
            };
            let half = if contrast.control { self.of.noise } else { self.of.width };
            let ratio = changed / base;
            let mut found = self.row(["contrast", &contrast.name, "ratio", "ratio"], ratio, ratio * half);
            let headline = (self.metric, self.condition) == ("cpu-time", "pinned");
            let primary = headline && contrast.primary && !contrast.control;
            if let Some(factor) = self.of.over_layouts.filter(|_| primary) {
                let mut over = found.clone();
                over.scope = "over-layouts".to_owned();
                over.units = 16;
                over.estimate *= factor;
                over.low = over.low.map(|low| low * factor);
                over.high = over.high.map(|high| high * factor);
                run.estimates.push(over);
            }
            if let Some(half) = self.of.simultaneous.filter(|_| primary) {
                found.low_simultaneous = Some(ratio * (1.0 - half));
                found.high_simultaneous = Some(ratio * (1.0 + half));
            }
            run.estimates.push(found);
            let unit = self.program.start * self.scale;
            let kind = ["contrast", &contrast.name, "difference", "seconds"];
            run.estimates.push(self.row(kind, (changed - base) * unit, unit * base * half));
        }
    }

    fn costs(&self, run: &mut Run) {
        let Some(base) = self.of.start(PROPOSAL) else { return };
        if (self.metric, self.condition) != ("cpu-time", "pinned") || !self.started(PROPOSAL) {
            return;
        }
        for (variant, _) in self.of.variants.iter().filter(|(variant, _)| variant.name != PROPOSAL) {
            let Some(changed) = self.of.start(&variant.name).filter(|_| self.started(&variant.name)) else {
                continue;
            };
            let ratio = changed / base;
            let mut row = self.row(["cost", &variant.name, "ratio", "ratio"], ratio, ratio * self.of.width);
            (row.low_simultaneous, row.high_simultaneous) = (row.low, row.high);
            run.estimates.push(row);
        }
    }

    fn parts(&self, run: &mut Run) {
        let contrasts = &self.of.contrasts;
        for total in contrasts.iter().filter(|contrast| contrast.total && self.started(&contrast.base)) {
            let change = |contrast: &Contrast| {
                let all = self.program.contrasts == Contrasts::All;
                let more = self.of.start(&contrast.changed)? - self.of.start(&contrast.base)?;
                all.then_some(more * self.program.start * self.scale)
            };
            let find = |name: &String| contrasts.iter().find(|contrast| contrast.name == *name);
            let parts = total.parts.iter().map(|name| Some((name.as_str(), change(find(name)?)?)));
            let (Some(whole), Some(parts)) = (change(total), parts.collect::<Option<Vec<_>>>()) else {
                continue;
            };
            let rest = whole - parts.iter().map(|(_, more)| more).sum::<f64>();
            for (name, more) in [("total", whole)].into_iter().chain(parts).chain([("rest", rest)]) {
                let name = format!("{}/{name}", total.name);
                let half = self.program.start * self.scale * self.of.width;
                run.estimates.push(self.row(["part", &name, "difference", "seconds"], more, half));
            }
        }
    }

    fn block(&self, run: &mut Run) {
        run.blocks.push(BlockRow {
            block: u32::try_from(run.blocks.len()).unwrap_or_default(),
            program: self.program.name.to_owned(),
            affinity: self.condition.to_owned(),
            condition: self.condition.to_owned(),
            cache: "faulted".to_owned(),
            layout: "default".to_owned(),
            cpu: Some(1),
            rounds: 30,
            seconds: 1.5,
            length_by: "pilot".to_owned(),
            steal_seconds: Some(0.0),
            cpu_pressure_seconds: Some(0.1),
            clock_source: "tsc".to_owned(),
            pages: 1000,
            resident_before: 1000,
            resident_after: 1000,
            folios_before: Some(500),
            folios_after: Some(500),
            held: true,
            libraries_replicated: true,
            huge_pages: "madvise".to_owned(),
            address_randomisation: "2".to_owned(),
            file_system: "ext4".to_owned(),
            unquiet: if self.condition == "scheduled" { self.of.unquiet.to_owned() } else { String::new() },
            ..BlockRow::default()
        });
    }
}
