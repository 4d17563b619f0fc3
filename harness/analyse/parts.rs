//! What a total is made of: the differences of its parts, and what is left of it, over the same copies.
//!
//! The remainder is formed block by block, total less parts, so that its interval is its own and what the
//! blocks have in common does not widen it. It holds how the parts act on one another, whatever no contrast
//! isolates, and the little by which medians do not add up.

use super::values::{BlockValues, METRICS, pairs};
use super::{Said, TAKEN_APART, Units};
use crate::config::Contrast;
use crate::results::EstimateRow;
use crate::stats::median;

/// The name of what is left.
pub const REST: &str = "rest";

/// Rows of a total and of its parts, where every one of them was started in the same blocks.
pub(super) fn of_total(
    units: &Units<'_>,
    total: &Contrast,
    contrasts: &[Contrast],
    rows: &mut Vec<EstimateRow>,
) {
    let started = |contrast: &&Contrast| {
        [&contrast.base, &contrast.changed].into_iter().all(|side| units.one.variants.contains(side))
    };
    let find = |name: &String| contrasts.iter().find(|contrast| contrast.name == *name).filter(started);
    let parts: Option<Vec<&Contrast>> = total.parts.iter().map(find).collect();
    let Some(parts) = parts.filter(|parts| !parts.is_empty()) else { return };
    let case = |variant: &String| units.one.case(variant).to_string();
    let sides = |contrast: &Contrast| [case(&contrast.base), case(&contrast.changed)];
    let (whole, sides): ([String; 2], Vec<[String; 2]>) =
        (sides(total), parts.iter().map(|contrast| sides(contrast)).collect());
    for (index, (metric, unit, _)) in METRICS.into_iter().enumerate() {
        if !TAKEN_APART.contains(&(metric, units.group.condition)) {
            continue;
        }
        let difference = |values: &BlockValues<'_>, [base, changed]: &[String; 2]| {
            let both = pairs(values, [base, changed], index).into_iter();
            median(&both.map(|(base, changed)| changed - base).collect::<Vec<_>>())
        };
        // The total, the parts, and what is left.
        let all = |values: &BlockValues<'_>| -> Option<Vec<f64>> {
            let whole = difference(values, &whole)?;
            let mut all = vec![whole];
            for side in &sides {
                all.push(difference(values, side)?);
            }
            let rest = whole - all[1..].iter().sum::<f64>();
            all.push(rest);
            Some(all)
        };
        let starts = units.starts(metric, |values| {
            let of = |[base, changed]: &[String; 2]| 2 * pairs(values, [base, changed], index).len();
            if all(values).is_some() { of(&whole) } else { 0 }
        });
        let names = parts.iter().map(|contrast| contrast.name.as_str());
        let names = std::iter::once("total").chain(names).chain(std::iter::once(REST));
        for (place, name) in names.enumerate() {
            let name = format!("{}/{name}", total.name);
            let said = Said { kind: "part", name: &name, metric, statistic: "difference", unit, starts };
            let centres = units.centres(metric, |values| all(values).map(|all| all[place]));
            units.push(&said, &centres, f64::from, rows);
        }
    }
}
