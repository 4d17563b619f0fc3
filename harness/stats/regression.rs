//! Ordinary least squares with a few predictors, and how sure a prediction is.
//!
//! The predictors are centred and scaled before a Householder QR decomposition, so that columns of 10^2 to 10^6
//! do no harm and the squares of the normal equations never arise. A linear algebra crate would bring more code
//! than the thirty lines it saves.
//!
//! Sources: Golub and Van Loan, "Matrix computations", on Householder QR; Draper and Smith, "Applied regression
//! analysis", on the intervals.

use super::quantile;

/// One observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The value of each predictor; the constant term needs none.
    pub predictors: Vec<f64>,
    /// What was observed.
    pub response: f64,
    /// How much it weighs: the reciprocal of its variance, up to a common factor; 1 of equals.
    pub weight: f64,
}

impl Point {
    /// A point of weight 1.
    pub fn new(predictors: impl Into<Vec<f64>>, response: f64) -> Self {
        Self { predictors: predictors.into(), response, weight: 1.0 }
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No degree of freedom would be left for the scatter.
    #[error("{points} points are too few to fit {coefficients} coefficients")]
    TooFew {
        /// How many points there are.
        points: usize,
        /// How many coefficients, the constant term included.
        coefficients: usize,
    },
    /// A predictor is constant, or a linear combination of those before it.
    #[error("predictor {predictor} says nothing that the constant term and those before it do not")]
    Collinear {
        /// Which one, counted from 0.
        predictor: usize,
    },
    /// The points do not have the same number of predictors.
    #[error("the points have different numbers of predictors")]
    Ragged,
    /// A value is not a finite number, or a weight not above 0.
    #[error("a value is not finite or a weight is not above 0")]
    NotFinite,
}

/// A coefficient and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// A fitted line, plane and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The constant term, then one for each predictor.
    pub coefficients: Vec<Coefficient>,
    /// Observed less fitted, in the order of the points; not multiplied by weights.
    pub residuals: Vec<f64>,
    /// The standard deviation about the fit of a point of weight 1.
    pub residual_deviation: f64,
    /// The share of the (weighted) variance about the mean that the fit explains; `None` where there is none.
    pub r_squared: Option<f64>,
    /// Points less coefficients.
    pub degrees: usize,
    frame: Frame,
    /// The coefficients in the frame.
    inner: Vec<f64>,
}

impl Fit {
    /// The t interval of a coefficient; `None` of an index beyond the last.
    pub fn interval(&self, index: usize, confidence: f64) -> Option<(f64, f64)> {
        let coefficient = self.coefficients.get(index)?;
        self.around(coefficient.value, coefficient.standard_error, confidence)
    }

    /// What the fit says of new predictors; `None` unless there are as many as were fitted.
    pub fn predict(&self, predictors: &[f64]) -> Option<f64> {
        let row = self.frame.row(predictors)?;
        Some(row.iter().zip(&self.inner).map(|(value, coefficient)| value * coefficient).sum())
    }

    /// The t interval of the mean response at new predictors.
    pub fn mean_interval(&self, predictors: &[f64], confidence: f64) -> Option<(f64, f64)> {
        self.interval_at(predictors, 0.0, confidence)
    }

    /// The t interval that holds one new observation of weight 1.
    pub fn prediction_interval(&self, predictors: &[f64], confidence: f64) -> Option<(f64, f64)> {
        self.interval_at(predictors, 1.0, confidence)
    }

    fn interval_at(&self, predictors: &[f64], own: f64, confidence: f64) -> Option<(f64, f64)> {
        let leverage = self.frame.leverage(&self.frame.row(predictors)?);
        let error = self.residual_deviation * (own + leverage).sqrt();
        self.around(self.predict(predictors)?, error, confidence)
    }

    fn around(&self, middle: f64, error: f64, confidence: f64) -> Option<(f64, f64)> {
        let half = quantile::two_sided(confidence, self.degrees as f64)? * error;
        Some((middle - half, middle + half))
    }
}

/// Fits the constant term and one coefficient for each predictor.
pub fn least_squares(points: &[Point]) -> Result<Fit, Unfit> {
    let predictors = points.first().map_or(0, |point| point.predictors.len());
    if points.iter().any(|point| point.predictors.len() != predictors) {
        return Err(Unfit::Ragged);
    }
    let finite = |point: &Point| {
        let values = point.predictors.iter().chain([&point.response, &point.weight]);
        values.into_iter().all(|value| value.is_finite()) && point.weight > 0.0
    };
    if !points.iter().all(finite) {
        return Err(Unfit::NotFinite);
    }
    if points.len() < predictors + 2 {
        return Err(Unfit::TooFew { points: points.len(), coefficients: predictors + 1 });
    }
    let weight: f64 = points.iter().map(|point| point.weight).sum();
    let average = |value: &dyn Fn(&Point) -> f64| {
        points.iter().map(|point| point.weight * value(point)).sum::<f64>() / weight
    };
    let mut frame = Frame { centres: Vec::new(), scales: Vec::new(), upper: Vec::new() };
    for predictor in 0..predictors {
        let centre = average(&|point| point.predictors[predictor]);
        let scale = average(&|point| (point.predictors[predictor] - centre).powi(2)).sqrt();
        // Rounding makes a constant column look alive.
        if scale <= 1e-13 * centre.abs() {
            return Err(Unfit::Collinear { predictor });
        }
        frame.centres.push(centre);
        frame.scales.push(scale);
    }
    let rows: Vec<Vec<f64>> = points.iter().filter_map(|point| frame.row(&point.predictors)).collect();
    let responses: Vec<f64> = points.iter().map(|point| point.weight.sqrt() * point.response).collect();
    let columns = (0..=predictors)
        .map(|column| rows.iter().zip(points).map(|(row, point)| row[column] * point.weight.sqrt()).collect())
        .collect();
    let inner = frame.solve(columns, responses)?;

    let fitted = |row: &Vec<f64>| row.iter().zip(&inner).map(|(value, inner)| value * inner).sum::<f64>();
    let residuals: Vec<f64> =
        rows.iter().zip(points).map(|(row, point)| point.response - fitted(row)).collect();
    let unexplained: f64 =
        residuals.iter().zip(points).map(|(rest, point)| point.weight * rest.powi(2)).sum();
    let centre = average(&|point| point.response);
    let total = average(&|point| (point.response - centre).powi(2)) * weight;
    let degrees = points.len() - predictors - 1;
    let mut fit = Fit {
        coefficients: Vec::new(),
        residuals,
        residual_deviation: (unexplained / degrees as f64).sqrt(),
        r_squared: (total > 0.0).then(|| 1.0 - unexplained / total),
        degrees,
        frame,
        inner,
    };
    fit.coefficients = fit.of_the_caller(predictors);
    Ok(fit)
}

impl Fit {
    /// The coefficients of the predictors as they were given.
    fn of_the_caller(&self, predictors: usize) -> Vec<Coefficient> {
        // The constant term is the prediction where all predictors are 0.
        let origin = self.frame.row(&vec![0.0; predictors]).unwrap_or_default();
        let constant = origin.iter().zip(&self.inner).map(|(value, inner)| value * inner).sum();
        let mut found = vec![Coefficient {
            value: constant,
            standard_error: self.residual_deviation * self.frame.leverage(&origin).sqrt(),
        }];
        for (predictor, scale) in self.frame.scales.iter().enumerate() {
            let mut unit = vec![0.0; predictors + 1];
            unit[predictor + 1] = 1.0;
            found.push(Coefficient {
                value: self.inner[predictor + 1] / scale,
                standard_error: self.residual_deviation * self.frame.leverage(&unit).sqrt() / scale,
            });
        }
        found
    }
}

/// Predictors centred and scaled, and the upper triangle R of their QR decomposition.
#[derive(Clone, Debug, PartialEq)]
struct Frame {
    centres: Vec<f64>,
    scales: Vec<f64>,
    /// By columns; each holds the entries down to the diagonal.
    upper: Vec<Vec<f64>>,
}

impl Frame {
    /// A row of the design: 1, then the predictors centred and scaled.
    fn row(&self, predictors: &[f64]) -> Option<Vec<f64>> {
        let scaled = predictors.iter().zip(self.centres.iter().zip(&self.scales));
        let row = [1.0].into_iter().chain(scaled.map(|(value, (centre, scale))| (value - centre) / scale));
        (predictors.len() == self.centres.len()).then(|| row.collect())
    }

    /// Decomposes the columns of the design, keeps R, and solves for the coefficients.
    fn solve(&mut self, mut columns: Vec<Vec<f64>>, mut responses: Vec<f64>) -> Result<Vec<f64>, Unfit> {
        for pivot in 0..columns.len() {
            let whole = norm(&columns[pivot]);
            let mut mirror = columns[pivot][pivot..].to_vec();
            let length = norm(&mirror);
            // The length that is left is the sine of the angle to the columns before.
            if length <= 1e-10 * whole {
                return Err(Unfit::Collinear { predictor: pivot.saturating_sub(1) });
            }
            // Away from the entry's own sign, so that nothing cancels.
            mirror[0] += length.copysign(mirror[0]);
            let square = mirror.iter().map(|value| value * value).sum::<f64>();
            for column in columns[pivot..].iter_mut().chain([&mut responses]) {
                let tail = &mut column[pivot..];
                let along = 2.0 * mirror.iter().zip(&*tail).map(|(m, value)| m * value).sum::<f64>() / square;
                for (value, m) in tail.iter_mut().zip(&mirror) {
                    *value -= along * m;
                }
            }
            self.upper.push(columns[pivot][..=pivot].to_vec());
        }
        let mut solution = responses;
        solution.truncate(columns.len());
        for row in (0..solution.len()).rev() {
            let known: f64 =
                (row + 1..solution.len()).map(|column| self.upper[column][row] * solution[column]).sum();
            solution[row] = (solution[row] - known) / self.upper[row][row];
        }
        Ok(solution)
    }

    /// The variance of what the fit says at a row, in units of the residual variance: |R^-T row|^2.
    fn leverage(&self, row: &[f64]) -> f64 {
        let mut solved: Vec<f64> = Vec::with_capacity(row.len());
        for (column, value) in self.upper.iter().zip(row) {
            let known: f64 = column.iter().zip(&solved).map(|(upper, solved)| upper * solved).sum();
            solved.push((value - known) / column[solved.len()]);
        }
        solved.iter().map(|value| value * value).sum()
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{Normal, share, tolerance};

    /// Employment by prices, product, unemployed, soldiers, population and year: Longley, Journal of the
    /// American Statistical Association 62 (1967); nearly collinear, and known for what it does to programs.
    const LONGLEY: [[f64; 7]; 16] = [
        [60323.0, 83.0, 234_289.0, 2356.0, 1590.0, 107_608.0, 1947.0],
        [61122.0, 88.5, 259_426.0, 2325.0, 1456.0, 108_632.0, 1948.0],
        [60171.0, 88.2, 258_054.0, 3682.0, 1616.0, 109_773.0, 1949.0],
        [61187.0, 89.5, 284_599.0, 3351.0, 1650.0, 110_929.0, 1950.0],
        [63221.0, 96.2, 328_975.0, 2099.0, 3099.0, 112_075.0, 1951.0],
        [63639.0, 98.1, 346_999.0, 1932.0, 3594.0, 113_270.0, 1952.0],
        [64989.0, 99.0, 365_385.0, 1870.0, 3547.0, 115_094.0, 1953.0],
        [63761.0, 100.0, 363_112.0, 3578.0, 3350.0, 116_219.0, 1954.0],
        [66019.0, 101.2, 397_469.0, 2904.0, 3048.0, 117_388.0, 1955.0],
        [67857.0, 104.6, 419_180.0, 2822.0, 2857.0, 118_734.0, 1956.0],
        [68169.0, 108.4, 442_769.0, 2936.0, 2798.0, 120_445.0, 1957.0],
        [66513.0, 110.8, 444_546.0, 4681.0, 2637.0, 121_950.0, 1958.0],
        [68655.0, 112.6, 482_704.0, 3813.0, 2552.0, 123_366.0, 1959.0],
        [69564.0, 114.2, 502_601.0, 3931.0, 2514.0, 125_368.0, 1960.0],
        [69331.0, 115.7, 518_173.0, 4806.0, 2572.0, 127_852.0, 1961.0],
        [70551.0, 116.9, 554_894.0, 4007.0, 2827.0, 130_081.0, 1962.0],
    ];

    #[test]
    fn the_certified_values_of_longley() {
        // NIST Statistical Reference Datasets, Longley: coefficients and their standard deviations.
        let certified = [
            (-3_482_258.634_595_82, 890_420.383_607_373),
            (15.061_872_271_373_3, 84.914_925_774_766_9),
            (-0.035_819_179_292_591, 0.033_491_007_772_243_2),
            (-2.020_229_803_816_83, 0.488_399_681_651_699),
            (-1.033_226_867_173_59, 0.214_274_163_161_675),
            (-0.051_104_105_653_580_7, 0.226_073_200_069_37),
            (1_829.151_464_613_55, 455.478_499_142_212),
        ];
        let points: Vec<Point> = LONGLEY.iter().map(|row| Point::new(&row[1..], row[0])).collect();
        let fit = least_squares(&points).expect("fits");
        for (coefficient, (value, error)) in fit.coefficients.iter().zip(certified) {
            assert!((coefficient.value / value - 1.0).abs() < 1e-8, "{coefficient:?}, {value}");
            assert!((coefficient.standard_error / error - 1.0).abs() < 1e-8, "{coefficient:?}, {error}");
        }
        assert!((fit.residual_deviation - 304.854_073_561_965).abs() < 1e-6);
        assert!((fit.r_squared.expect("varies") - 0.995_479_004_577_296).abs() < 1e-10);
        assert_eq!(fit.degrees, 9);
        for (point, residual) in points.iter().zip(&fit.residuals) {
            let said = fit.predict(&point.predictors).expect("as many predictors");
            assert!((point.response - said - residual).abs() < 1e-6);
        }
    }

    #[test]
    fn a_line_by_hand() {
        // x 0, 1, 2, 3 and y 1, 2, 2, 4: slope 0.9, constant 0.9, rest 0.7 over 2 degrees of freedom.
        let points: Vec<Point> =
            [1.0, 2.0, 2.0, 4.0].iter().zip(0..).map(|(y, x)| Point::new([f64::from(x)], *y)).collect();
        let fit = least_squares(&points).expect("fits");
        assert!((fit.coefficients[0].value - 0.9).abs() < 1e-12);
        assert!((fit.coefficients[1].value - 0.9).abs() < 1e-12);
        assert!((fit.residual_deviation.powi(2) - 0.35).abs() < 1e-12);
        // t(0.975, 2) = 4.302653; the sum of squares about the mean of x is 5.
        let (low, high) = fit.interval(1, 0.95).expect("has the slope");
        assert!(((high - low) / 2.0 - 4.302_653 * (0.35_f64 / 5.0).sqrt()).abs() < 1e-5);
        let (low, high) = fit.prediction_interval(&[5.0], 0.95).expect("one predictor");
        let error = (0.35_f64 * (1.0 + 0.25 + 3.5_f64.powi(2) / 5.0)).sqrt();
        assert!(((high - low) / 2.0 - 4.302_653 * error).abs() < 1e-5);
        assert!((f64::midpoint(low, high) - 5.4).abs() < 1e-9);
        assert_eq!(fit.predict(&[1.0, 2.0]), None);
    }

    #[test]
    fn a_weight_of_two_is_the_point_twice() {
        let points: Vec<Point> = [(0.0, 1.0), (1.0, 2.0), (2.0, 2.0), (3.0, 4.0), (7.0, 5.0)]
            .map(|(x, y)| Point::new([x], y))
            .to_vec();
        let mut weighted = points.clone();
        weighted[3].weight = 2.0;
        let twice: Vec<Point> = points.iter().chain([&points[3]]).cloned().collect();
        let (weighted, twice) =
            (least_squares(&weighted).expect("fits"), least_squares(&twice).expect("fits"));
        for (one, other) in weighted.coefficients.iter().zip(&twice.coefficients) {
            assert!((one.value - other.value).abs() < 1e-12);
        }
        assert!((weighted.r_squared.expect("varies") - twice.r_squared.expect("varies")).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        let line = |x: f64| Point::new([x, 2.0 * x + 1.0], x);
        let points: Vec<Point> = [1e2, 1e3, 1e4, 1e5, 1e6].map(line).to_vec();
        assert_eq!(least_squares(&points), Err(Unfit::Collinear { predictor: 1 }));
        let constant: Vec<Point> = (0..9).map(|i| Point::new([0.1], f64::from(i))).collect();
        assert_eq!(least_squares(&constant), Err(Unfit::Collinear { predictor: 0 }));
        assert_eq!(least_squares(&points[..3]), Err(Unfit::TooFew { points: 3, coefficients: 3 }));
        assert_eq!(least_squares(&[]), Err(Unfit::TooFew { points: 0, coefficients: 1 }));
        let ragged = [Point::new([1.0], 1.0), Point::new([], 1.0)];
        assert_eq!(least_squares(&ragged), Err(Unfit::Ragged));
        assert_eq!(least_squares(&[Point::new([f64::NAN], 1.0)]), Err(Unfit::NotFinite));
    }

    #[test]
    fn intervals_of_a_ladder_hold_as_often_as_they_say() {
        // Relocations from 10^2 to 10^6 beside pages, and a cost far smaller than the constant.
        let ladder: Vec<[f64; 2]> = (0..18)
            .map(|i| [10_f64.powf(2.0 + f64::from(i / 2) / 2.0), f64::from(i % 2 * 900 + 10 * i)])
            .collect();
        let truth = |x: &[f64; 2]| 350.0 + 4e-3 * x[0] + 0.25 * x[1];
        let mut normal = Normal::seeded(8);
        let new = [3e5, 700.0];
        let trials = 2000;
        let mut slopes = 0;
        let predicted = share(trials, || {
            let points: Vec<Point> =
                ladder.iter().map(|x| Point::new(*x, truth(x) + 5.0 * normal.draw())).collect();
            let fit = least_squares(&points).expect("fits");
            let (low, high) = fit.interval(1, 0.95).expect("has the slope");
            slopes += u32::from(low <= 4e-3 && 4e-3 <= high);
            let (low, high) = fit.prediction_interval(&new, 0.95).expect("two predictors");
            (low..=high).contains(&(truth(&new) + 5.0 * normal.draw()))
        });
        let slopes = f64::from(slopes) / f64::from(trials);
        assert!((predicted - 0.95).abs() < tolerance(0.95, trials), "{predicted}");
        assert!((slopes - 0.95).abs() < tolerance(0.95, trials), "{slopes}");
    }
}
