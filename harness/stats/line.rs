//! A straight line through points.

/// Intercept and slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The height where x is 0.
    pub intercept: f64,
    /// How much it rises when x grows by 1.
    pub slope: f64,
}

/// The line of least squares, all points of one weight; `None` where fewer than two places on the x axis are
/// known.
pub fn line(points: &[(f64, f64)]) -> Option<Line> {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let across: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let along: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let slope = along / across;
    slope.is_finite().then_some(Line { intercept: y - slope * x, slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_lines() {
        let fit = line(&[(1.0, 3.0), (2.0, 5.0), (32.0, 65.0)]).expect("is a line");
        assert!((fit.slope - 2.0).abs() < 1e-12 && (fit.intercept - 1.0).abs() < 1e-12);
        // Anscombe's first quartet: 3 + 0.5 x.
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let fit = line(&x.into_iter().zip(y).collect::<Vec<_>>()).expect("is a line");
        assert!((fit.slope - 0.5).abs() < 1e-3 && (fit.intercept - 3.0).abs() < 1e-3);
        assert_eq!(line(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(line(&[]), None);
    }
}
