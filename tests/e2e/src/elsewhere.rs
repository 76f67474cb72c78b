//! Another origin, with pages of the test's own.

use std::{fs, path::PathBuf};

use crate::{Outcome, Server};

/// A second site with files of the test's own, as for a page that embeds a figure.
#[derive(Debug)]
pub struct Elsewhere {
    /// Its server.
    pub site: Server,
    folder: PathBuf,
}

impl Elsewhere {
    /// Serves these files, `(name, text)`, at the root of another origin.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(name: &str, files: &[(&str, &str)]) -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("scorescope-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        for (file, text) in files {
            fs::write(folder.join(file), text)?;
        }
        Ok(Self { site: Server::start(&folder, "/", 0)?, folder })
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
