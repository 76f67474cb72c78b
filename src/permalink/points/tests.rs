//! Points in links: what comes back, and what is refused.

use super::*;

fn set(dim: usize, count: usize, place: impl Fn(usize) -> f64) -> PointSet {
    PointSet::rounded(dim, (0..dim * count).map(place).collect()).expect("a set")
}

#[test]
fn points_written_out_read_back() {
    let set = parse_points("0.1:-2_3e-7:4").expect("points");
    assert_eq!((set.len(), set.dim(), set.rounding()), (2, 2, 0.0));
    assert_eq!(set.values(), [0.1, -2.0, 3e-7, 4.0]);
    assert_eq!(set.write(), "0.1:-2_3e-7:4");
}

#[test]
fn few_decimals_lose_nothing_and_are_sorted() {
    let set = PointSet::rounded(1, vec![0.3, -1.7, 2.05, 0.3]).expect("a set");
    assert_eq!(set.values(), [-1.7, 0.3, 0.3, 2.05]);
    assert_eq!(parse_points(&set.write()), Ok(set));
}

#[test]
fn as_many_as_there_may_be_fit_and_are_rounded_by_what_is_said() {
    let golden = |i: usize| (i as f64 * 0.618_033_988_749_894_9).fract() * 7.0 - 3.0;
    for dim in [1, 2] {
        let points = set(dim, MAX_POINTS, golden);
        assert!(points.fits(), "{dim}: {}", points.write_packed().len());
        assert!(points.rounding() < 0.03, "{}", points.rounding());
        assert_eq!(parse_points(&points.write()), Ok(points.clone()));
        if dim == 1 {
            let mut before: Vec<f64> = (0..MAX_POINTS).map(golden).collect();
            before.sort_by(f64::total_cmp);
            for (old, new) in before.iter().zip(points.values()) {
                assert!((old - new).abs() <= points.rounding() * (1.0 + 1e-9));
            }
        }
    }
}

#[test]
fn many_columns_keep_their_order_or_are_left_to_the_file() {
    let few = set(5, 40, |i| (i as f64).sin());
    assert_eq!(parse_points(&few.write()), Ok(few.clone()));
    assert!((few.values()[7] - 7f64.sin()).abs() <= few.rounding());
    let many = set(10, 4000, |i| (i as f64).sin());
    assert!(!many.fits());
    let error = parse_points(&many.write()).expect_err("no points");
    assert_eq!(error, PointsError::NotInLink { points: 4000, columns: 10 });
}

#[test]
fn one_point_and_equal_points() {
    for values in [vec![0.25], vec![1e6], vec![-1e6, -1e6, -1e6], vec![0.0; 4096]] {
        let set = PointSet::rounded(1, values.clone()).expect("a set");
        assert_eq!(set.values(), values);
        assert_eq!(parse_points(&set.write()), Ok(set));
    }
}

#[test]
fn nonsense_is_refused() {
    for (text, message) in [
        ("", "the list is empty"),
        ("1:2_3", "point 2 has 1 coordinates instead of 2"),
        ("1_x", "row 2, entry 1: “x” is not a number"),
        ("2e6", "point 1: 2000000 lies outside -1e6 … 1e6"),
        ("~", "the packed points are damaged: a part is missing"),
        ("~0;0:1:0:1;0;AA", "there are no points"),
        ("~9999;0:1:0:1;0;AA", "there are 9999 points; at most 4096 are taken"),
        ("~1;0:3:0:1;0;AA", "the packed points are damaged: the lattice is none"),
        ("~1;0:1:0:99;0;AA", "the packed points are damaged: the lattice is none"),
        ("~9;0:1:0:8;4;AA", "the packed points are damaged: it is too short"),
        ("~1;0:1:0:8;4;%%", "the packed points are damaged: it is not base64"),
        ("~1;0:1:0:1;0;w", "the packed points are damaged: a point lies outside its lattice"),
        ("~1;1e15:5:6:8;4;AA", "point 1: 5000000000000000000000 lies outside -1e6 … 1e6"),
    ] {
        assert_eq!(parse_points(text).map_err(|e| e.to_string()), Err(message.to_owned()), "{text}");
    }
}
