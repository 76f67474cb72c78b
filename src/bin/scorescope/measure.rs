//! `scorescope bench`: how fast this machine is, natively.

use super::Failure;
use lexopt::{Arg, Parser, ValueExt};
use scorescope::compute::{Reply, bench, run_on};
use scorescope::kernels::{Level, level_name, limit::multiply_adds};
use scorescope::math::{Quality, fit_line};
use serde_json::json;

/// Times one of the two jobs of the benchmarks; one line of JSON.
pub(super) fn measure(mut parser: Parser) -> Result<String, Failure> {
    let (mut job, mut quality) = (None, Quality::Coarse);
    let (mut threads, mut repeats) = (std::thread::available_parallelism().map_or(1, usize::from), 5);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("threads") => threads = parser.value()?.parse::<usize>()?.clamp(1, 256),
            Arg::Long("repeats") => repeats = parser.value()?.parse::<usize>()?.clamp(1, 1000),
            Arg::Long("quality") => {
                quality = match parser.value()?.string()?.as_str() {
                    "coarse" => Quality::Coarse,
                    "good" => Quality::Good,
                    "fine" => Quality::Fine,
                    other => return Err(format!("--quality takes coarse, good or fine, not {other}").into()),
                }
            }
            Arg::Value(value) if job.is_none() => job = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let (request, evaluations, floor) = match job.as_deref() {
        Some("w1") => (bench::w1(), Some(bench::W1_EVALUATIONS), 1e-3),
        Some("w2") => (bench::w2(quality), None, 1e-6),
        Some("scaling") => return scaling(threads, repeats),
        Some("limit") => return Ok(limit(threads, repeats)),
        _ => return Err("bench needs w1, w2, scaling or limit".into()),
    };
    let mut seconds = Vec::new();
    let mut max_error = f64::NAN;
    // Once more than counted: the first run finds cold caches and a slow clock.
    for _ in 0..=repeats {
        let start = std::time::Instant::now();
        let reply = run_on(request.clone(), threads)?;
        seconds.push(start.elapsed().as_secs_f64());
        if let Reply::Points(reply) = &reply {
            max_error = bench::largest_error(reply, floor);
        }
    }
    seconds.remove(0);
    seconds.sort_by(f64::total_cmp);
    let best = seconds[0];
    let mut line = json!({
        "bench": job,
        "backend": format!("cpu {}", level_name()),
        "threads": threads,
        "seconds": best,
        "median_seconds": seconds[seconds.len() / 2],
        "max_error": max_error,
    });
    if let Some(evaluations) = evaluations {
        line["component_evaluations_per_second"] = json!(evaluations as f64 / best);
    }
    Ok(format!("{line}\n"))
}

/// How the time of the plain estimator grows with components, points and draws: exponents of fits
/// to `log seconds`; one line of JSON.
fn scaling(threads: usize, repeats: usize) -> Result<String, Failure> {
    let time = |components, side, draws| -> Result<f64, Failure> {
        let mut best = f64::INFINITY;
        for _ in 0..=repeats {
            let request = bench::plain(components, side, draws);
            let start = std::time::Instant::now();
            run_on(request, threads)?;
            best = best.min(start.elapsed().as_secs_f64());
        }
        Ok(best)
    };
    let mut document = json!({ "bench": "scaling", "threads": threads });
    let sizes: [(&str, &[usize]); 3] = [
        ("components", &[8, 16, 32, 64, 128, 256]),
        ("points", &[64, 90, 128, 181, 256]),
        ("draws", &[16, 32, 64, 128, 256]),
    ];
    for (name, sizes) in sizes {
        let mut points = Vec::new();
        for size in sizes {
            let (x, seconds) = match name {
                "components" => (*size, time(*size, 64, 32)?),
                "points" => (size * size, time(8, *size, 32)?),
                _ => (*size, time(8, 64, *size)?),
            };
            points.push(((x as f64).ln(), seconds.ln()));
        }
        let fit = fit_line(&points).ok_or("no line fits")?;
        document[name] = json!({ "exponent": fit.slope, "from": sizes[0], "to": sizes[sizes.len() - 1] });
    }
    Ok(format!("{document}\n"))
}

/// Multiplications with addition that the lanes of this machine do a second, the best of some runs, and what the plain
/// estimator takes of them for a component; one line of JSON.
fn limit(threads: usize, repeats: usize) -> String {
    const COUNT: usize = 4_000_000_000;
    let run = || {
        let start = std::time::Instant::now();
        let counts: Vec<(usize, f32)> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..threads).map(|_| scope.spawn(|| multiply_adds(Level::new(), COUNT))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        let done: usize = counts.iter().map(|(count, _)| count).sum();
        done as f64 / start.elapsed().as_secs_f64()
    };
    let best = (0..=repeats).map(|_| run()).fold(0.0, f64::max);
    let document = json!({
        "bench": "limit",
        "backend": format!("cpu {}", level_name()),
        "threads": threads,
        "lane_operations_per_second": best,
        "lane_operations_per_component_evaluation": scorescope::kernels::limit::LANE_OPERATIONS,
        "flops_per_component_evaluation": scorescope::kernels::limit::FLOPS,
    });
    format!("{document}\n")
}
