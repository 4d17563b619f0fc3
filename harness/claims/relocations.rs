//! The rule over the relocation ladder: whether the cost of PIE grows with the number of relocations.

use super::effect::CPU_PINNED;
use super::subject::unique;
use super::words::{self, TimeUnit};
use super::{Finding, Verdict};
use crate::results::{EstimateRow, Index, LadderRole, LadderRow};

/// Seconds a relocation that are none: less than a cycle of any CPU.
const NEGLIGIBLE: f64 = 0.1e-9;

/// The fit of one contrast in one place.
#[derive(Clone, Copy, Debug)]
pub struct Climbed<'a> {
    /// What a start costs that has no relocations, changed less base.
    pub constant: &'a EstimateRow,
    /// What a relocation costs.
    pub per_relocation: &'a EstimateRow,
    /// What a page costs that relocations write to.
    pub per_page: &'a EstimateRow,
}

impl<'a> Climbed<'a> {
    /// Every fit of a metric, in the order of the rows.
    pub fn all(index: &Index<'a>, metric: &str) -> Vec<Self> {
        let rows: Vec<&EstimateRow> = index.run().estimates.iter().collect();
        let own = rows.iter().filter(|row| row.kind == "ladder" && row.metric == metric);
        own.filter(|row| row.statistic == "constant").filter_map(|row| Self::at(&rows, row)).collect()
    }

    fn at(rows: &[&'a EstimateRow], constant: &'a EstimateRow) -> Option<Self> {
        let find = |statistic: &str| {
            let same = |row: &&&EstimateRow| {
                row.kind == constant.kind
                    && row.name == constant.name
                    && row.metric == constant.metric
                    && (&row.toolchain, &row.target) == (&constant.toolchain, &constant.target)
                    && row.statistic == statistic
            };
            rows.iter().find(same).copied()
        };
        Some(Self { constant, per_relocation: find("per-relocation")?, per_page: find("per-page")? })
    }

    /// Rows of `ladder.csv` that belong to it.
    pub fn rows(&self, index: &Index<'a>, role: LadderRole) -> impl Iterator<Item = &'a LadderRow> {
        let of = self.constant;
        index.run().ladder.iter().filter(move |row| {
            row.role == role
                && (&row.contrast, &row.metric) == (&of.name, &of.metric)
                && (&row.toolchain, &row.target) == (&of.toolchain, &of.target)
        })
    }

    /// As many relocations as cost what a page costs; `None` where a relocation is not seen to cost anything.
    pub fn page_in_relocations(&self) -> Option<f64> {
        let shown = self.per_relocation.low.is_some_and(|low| low > 0.0);
        shown.then(|| self.per_page.estimate / self.per_relocation.estimate)
    }

    fn grows(&self) -> bool {
        self.per_relocation.low.is_some_and(|low| low > 0.0)
    }

    fn stays(&self) -> bool {
        self.per_relocation.high.is_some_and(|high| high < NEGLIGIBLE)
    }

    fn pages_matter(&self) -> bool {
        self.per_page.low.is_some_and(|low| low > 0.0)
    }
}

/// `6.39 ns [4.94, 7.84]`.
fn cost(row: &EstimateRow, unit: TimeUnit) -> String {
    let text = words::time_interval(row, unit);
    match text.split_once(' ') {
        Some((number, interval)) => format!("{number} {} {interval}", unit.name),
        None => text,
    }
}

/// Cost of a relocation, and of a page.
pub fn costs(climbed: &Climbed<'_>) -> String {
    format!(
        "{} a relocation, {} a page that they write to",
        cost(climbed.per_relocation, TimeUnit::NS),
        cost(climbed.per_page, TimeUnit::US)
    )
}

/// The two rungs of one number of relocations whose costs are furthest apart, the cheaper first.
pub fn twins<'a>(index: &Index<'a>, climbed: &Climbed<'a>) -> Option<[&'a LadderRow; 2]> {
    let rungs: Vec<&LadderRow> = climbed.rows(index, LadderRole::Rung).collect();
    let pairs = rungs.iter().flat_map(|one| {
        let same = rungs.iter().filter(|other| other.relocations == one.relocations);
        same.filter(|other| other.pages > one.pages).map(|other| [*one, *other])
    });
    pairs.max_by(|a, b| {
        let apart = |[few, many]: &[&LadderRow; 2]| many.difference - few.difference;
        apart(a).total_cmp(&apart(b))
    })
}

pub(super) fn cost_grows(index: &Index<'_>) -> Finding {
    let fits = Climbed::all(index, CPU_PINNED.metric);
    if fits.is_empty() {
        return Finding::undecided("no relocation ladder was climbed");
    }
    let grows = fits.iter().filter(|fit| fit.grows()).count();
    let stays = fits.iter().filter(|fit| fit.stays()).count();
    let pages = fits.iter().filter(|fit| fit.pages_matter()).count();
    let verdict = match (grows, pages) {
        (0, _) if stays == fits.len() => Verdict::Refuted,
        (0, _) => Verdict::Undecided,
        (n, 0) if n == fits.len() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let mut because = vec![format!(
        "CPU time of a start, pinned, on generated programs and their static twins: a relocation is seen to cost \
         something in {} contrasts, a page that relocations write to in {}.",
        words::of(grows, fits.len()),
        words::of(pages, fits.len()),
    )];
    for fit in &fits {
        because.push(format!("`{}`: {}.", fit.constant.name, costs(fit)));
    }
    if let Some([few, many]) = fits.first().filter(|fit| fit.pages_matter()).and_then(|fit| twins(index, fit))
    {
        because.push(format!(
            "{} relocations more cost {} on {} pages, and {} on {} (`{}`).",
            few.relocations,
            words::time_more(few.difference),
            few.pages,
            words::time_more(many.difference),
            many.pages,
            few.contrast,
        ));
    }
    let others: Vec<&LadderRow> = fits.iter().flat_map(|fit| fit.rows(index, LadderRole::Program)).collect();
    if !others.is_empty() {
        let held = others.iter().filter(|row| row.as_predicted()).count();
        because.push(format!(
            "Of the programs that are not in the fits, {} differences lie within their prediction interval.",
            words::of(held, others.len()),
        ));
    }
    let evidence = vec!["estimates.csv: kind ladder".to_owned(), "ladder.csv".to_owned()];
    let programs = unique(others.iter().map(|row| row.program.as_str()));
    Finding { verdict, because: because.join(" "), evidence, programs }
}
