//! `--data FILE`: the points of a file as the target of a query.

use super::{Failure, refuse};
use scorescope::labs::csv::{CsvReader, CsvTable, MAX_BYTES};
use scorescope::labs::{LabState, open, open_with};
use scorescope::permalink::Notice;
use scorescope::permalink::points::PointSet;
use std::io::Read;
use std::path::Path;

/// Opens a link, with the points of a file as its target if there is one; what could not be read goes
/// into the output, but a query with nothing usable in it is an error.
pub(super) fn open_query(query: &str, data: Option<&Path>) -> Result<(LabState, Vec<Notice>), Failure> {
    let Some(path) = data else {
        return refuse(open(query));
    };
    let named = query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("target="));
    if named.is_some_and(|name| name != "points") {
        return Err("--data goes with target=points".into());
    }
    let table = read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let columns: Vec<usize> = (0..table.columns).collect();
    let rounded = table.points(&columns)?;
    // A lattice where it loses nothing, so that the link in the output is short.
    let points =
        if table.same_as(&rounded) { rounded } else { PointSet::exact(table.columns, table.values.clone())? };
    let (state, mut notices) = refuse(open_with(query, &points))?;
    if (table.kept() as u64) < table.rows {
        notices.push(Notice::Conflict(table.summary(&points)));
    }
    Ok((state, notices))
}

fn read(path: &Path) -> Result<CsvTable, Failure> {
    let mut file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Err(scorescope::labs::csv::CsvError::TooLarge(size >> 20).into());
    }
    let (mut reader, mut slice) = (CsvReader::default(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut slice)? {
            0 => return Ok(reader.finish()?),
            count => reader.push(&slice[..count])?,
        }
    }
}
