//! Welch's t-test on two sets of measurements, with the outliers of a busy machine cut off.
//!
//! The method is that of Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?"
//! (2017): two classes of input are measured in random order; if the code takes the same time for
//! both, t stays small, even with many measurements.

/// Above this a difference is likely.
pub const LIKELY: f64 = 4.5;
/// Above this a difference is certain.
pub const CERTAIN: f64 = 10.0;

/// The largest |t| over several cuts, with its sign: positive if the first class takes longer.
#[must_use]
pub fn t(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<f64> = first.iter().chain(second).copied().collect();
    all.sort_by(f64::total_cmp);
    // Interrupts make a tail of long times, which hides a small difference. Each cut removes more
    // of it.
    let cuts = [100, 99, 95, 90, 75, 50].map(|percent| at_percent(&all, percent));
    cuts.into_iter()
        .map(|cut| uncut(&below(first, cut), &below(second, cut)))
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
        .unwrap_or(0.0)
}

fn at_percent(sorted: &[f64], percent: usize) -> f64 {
    let at = sorted.len().saturating_mul(percent).div_euclid(100);
    let last = sorted.last().copied().unwrap_or(0.0);
    sorted.get(at).copied().unwrap_or(last)
}

fn below(measured: &[f64], cut: f64) -> Vec<f64> {
    measured.iter().copied().filter(|it| *it <= cut).collect()
}

fn uncut(first: &[f64], second: &[f64]) -> f64 {
    let (a, b) = (Moments::of(first), Moments::of(second));
    let spread = (a.variance / a.count + b.variance / b.count).sqrt();
    if spread > 0.0 {
        (a.mean - b.mean) / spread
    } else {
        0.0
    }
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(measured: &[f64]) -> Self {
        let count = measured.iter().fold(0.0, |count, _| count + 1.0);
        let mean = measured.iter().sum::<f64>() / count;
        let squares: f64 = measured.iter().map(|it| (it - mean).powi(2)).sum();
        Self {
            count,
            mean,
            variance: squares / (count - 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::t;

    #[test]
    fn equal_sets_do_not_differ() {
        let set: Vec<f64> = (0..1000).map(f64::from).collect();
        assert!(t(&set, &set).abs() < 1e-9);
    }

    #[test]
    fn a_textbook_example() {
        // Means 2 and 4, variances 1 and 1, three values each. The result was computed by hand.
        let t = super::uncut(&[1.0, 2.0, 3.0], &[3.0, 4.0, 5.0]);
        assert!((t + 2.0 / (2.0_f64 / 3.0).sqrt()).abs() < 1e-9, "{t}");
    }

    #[test]
    fn a_small_shift_under_a_heavy_tail_is_seen() {
        let noisy = |shift: f64| -> Vec<f64> {
            (0..10_000_u32)
                .map(|at| {
                    let tail = if at % 50 == 0 {
                        f64::from(at) * 100.0
                    } else {
                        0.0
                    };
                    100.0 + f64::from(at % 7) + shift + tail
                })
                .collect()
        };
        assert!(t(&noisy(1.0), &noisy(0.0)) > 10.0);
    }
}
