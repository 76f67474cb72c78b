//! What is read, what is refused and where, and that no bytes are too odd.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Vec<f64> {
    parse_csv(text.as_bytes()).unwrap_or_else(|e| panic!("{text:?}: {e}")).values
}

fn refused(text: &str) -> String {
    parse_csv(text.as_bytes()).expect_err(text).to_string()
}

#[test]
fn separators_are_found() {
    for text in [
        "1.5,2\n-3,4e1\n",
        "1.5;2\n-3;4e1",
        "1,5;2\r\n-3;4e1\r\n",
        "1.5\t2\r-3\t4e1\r",
        "  1.5   2\n-3 \t 4e1",
        "1,5 2,0\n−3 40",
        "\u{feff}x,y\n1.5,2\n-3,40",
        "\"x\";\"y\"\n\"1,5\";\"2\"\n-3;40",
        "\"1,5\",\"2\"\n\"-3\",\"40\"",
        "# made by hand\n\n1.5, 2\n\n# more\n -3 , 40 \n\n",
        "first value, second value\n1.5,2\n-3,40",
    ] {
        assert_eq!(read(text), [1.5, 2.0, -3.0, 40.0], "{text:?}");
    }
    assert_eq!(read("1\n2\n3"), [1.0, 2.0, 3.0]);
    let table = parse_csv(b"the value\n1\n2\n").expect("a column");
    assert_eq!((table.columns, table.rows, table.skipped), (1, 2, true));
    let table = parse_csv(b"a,b\n1,2\n").expect("two columns");
    assert_eq!(table.header, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(table.name(1), "2: b");
}

#[test]
fn errors_name_line_and_column() {
    for (text, words) in [
        ("", "there are no numbers in it"),
        ("# nothing\n\n", "there are no numbers in it"),
        ("hello", "line 1, column 1: “hello” is not a number"),
        ("x,y\n1,2\n3,four\n", "line 3, column 2: “four” is not a number"),
        ("x,y\na,b\n", "line 2, column 1: “a” is not a number"),
        ("1,2\n3\n", "line 2, column 2: the row has 1 number, those above have 2"),
        ("1,2\n3,4,5\n", "line 2, column 3: the row has 3 numbers, those above have 2"),
        ("1,2\n3,\n", "line 2, column 2: a number is missing"),
        ("1,2\n\n# x\n3,NaN\n", "line 4, column 2: NaN lies outside -1e6 … 1e6"),
        ("nan\n", "line 1, column 1: nan lies outside -1e6 … 1e6"),
        ("1\n-inf\n", "line 2, column 1: -inf lies outside -1e6 … 1e6"),
        ("1\n1e400\n", "line 2, column 1: 1e400 lies outside -1e6 … 1e6"),
        ("1\n1000001\n", "line 2, column 1: 1000001 lies outside -1e6 … 1e6"),
        ("1,x\n", "line 1, column 2: “x” is not a number"),
        ("1\n0x10\n", "line 2, column 1: “0x10” is not a number"),
        ("1\n\u{0}\n", "line 2: this is no text file; save the table as CSV in UTF-8"),
        ("1;2,5\n3;4,5,6\n", "line 2, column 2: “4,5,6” is not a number"),
    ] {
        assert_eq!(refused(text), words, "{text:?}");
    }
    let wide = vec!["1"; 65].join(",");
    assert_eq!(refused(&wide), "line 1, column 65: the row has 65 numbers; at most 64 are read");
    let long = format!("1\n{}", " ".repeat(70_000));
    assert_eq!(refused(&long), "line 2 is longer than 65536 bytes");
    let text = format!("1\n{}", "x".repeat(100));
    assert_eq!(refused(&text), format!("line 2, column 1: “{}…” is not a number", "x".repeat(23)));
    // Latin-1.
    assert!(parse_csv(b"1\n\xe9\n").is_err());
}

/// Of 50,000 rows each is kept with probability 4096/50000: the mean of their numbers is that of a sample
/// without replacement, and so is the count in each tenth.
#[test]
fn too_many_rows_are_chosen_from_evenly() {
    let rows = 50_000u64;
    let text: String = (0..rows).map(|i| format!("{i},{}\n", -(i as f64))).collect();
    let table = parse_csv(text.as_bytes()).expect("a table");
    assert_eq!((table.rows, table.kept()), (rows, MAX_POINTS));
    let first: Vec<f64> = table.values.iter().step_by(2).copied().collect();
    assert!(first.is_sorted() && first.windows(2).all(|w| w[0] < w[1]));
    assert!(table.values.chunks_exact(2).all(|row| row[1] == -row[0]));
    let (n, all) = (MAX_POINTS as f64, rows as f64);
    let share = 1.0 - n / all;
    let mean = first.iter().sum::<f64>() / n;
    let error = (all * all / 12.0 / n * share).sqrt();
    assert!((mean - 0.5 * (all - 1.0)).abs() < 4.0 * error, "{mean} ± {error}");
    for tenth in 0..10 {
        let count = first.iter().filter(|v| (**v / all * 10.0) as usize == tenth).count() as f64;
        assert!((count - n / 10.0).abs() < 4.0 * (n * 0.09 * share).sqrt(), "tenth {tenth}: {count}");
    }
    let points = table.points(&[0, 1]).expect("points");
    let words = table.summary(&points);
    assert!(words.starts_with("50,000 rows, 2 columns; 4,096 of them kept, chosen evenly"), "{words}");
}

#[test]
fn columns_are_chosen() {
    let table = parse_csv(b"a,b,c\n1,2,3\n4,5,6\n").expect("a table");
    assert_eq!(table.points(&[2, 0]).expect("points").values(), [3.0, 1.0, 6.0, 4.0]);
    assert_eq!(table.points(&[1]).expect("points").values(), [2.0, 5.0]);
    assert_eq!(table.points(&[0, 1, 2]).expect("points").values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert!(table.points(&[7]).is_err());
    let points = table.points(&[0, 1, 2]).expect("points");
    assert_eq!(table.summary(&points), "2 rows, 3 columns, header skipped");
    assert_eq!(grouped(1_234_567), "1,234,567");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_csv(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.,;\t \"#eE\r\nnaif−x]{0,200}") {
        if let Ok(table) = parse_csv(text.as_bytes()) {
            prop_assert!(table.values.iter().all(|v| v.abs() <= MAX_COORDINATE));
            prop_assert_eq!(table.values.len(), table.rows as usize * table.columns);
            prop_assert!(table.points(&(0..table.columns).collect::<Vec<_>>()).is_ok());
        }
    }

    /// Where the slices end makes no difference.
    #[test]
    fn slices_are_one_file(text in "[0-9.,;\r\n #x]{0,120}", cuts in proptest::collection::vec(0usize..120, 0..6)) {
        let bytes = text.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).collect();
        cuts.sort_unstable();
        let mut reader = CsvReader::default();
        let (mut from, mut failed) = (0, None);
        for cut in cuts.into_iter().chain([bytes.len()]) {
            if let Err(error) = reader.push(&bytes[from..cut]) {
                failed = Some(error);
                break;
            }
            from = cut;
        }
        let sliced = match failed { Some(error) => Err(error), None => reader.finish() };
        prop_assert_eq!(sliced, parse_csv(bytes));
    }

    #[test]
    fn what_is_written_is_read(values in proptest::collection::vec(-1e6f64..1e6, 1..60), dim in 1usize..4) {
        let count = values.len() / dim * dim;
        prop_assume!(count > 0);
        let points = PointSet::exact(dim, values[..count].to_vec()).expect("points");
        let table = parse_csv(write_csv(&points).as_bytes()).expect("a table");
        prop_assert_eq!(table.columns, dim);
        prop_assert_eq!(table.values, points.values());
    }
}
