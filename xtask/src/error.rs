//! What can go wrong in a build command, told so that a newcomer knows what to do next.
//!
//! Written by hand instead of with `thiserror`, whose macro crates would double the time until the
//! first command runs.

use std::{fmt, io, process::ExitStatus};

/// The result of a build command.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a build command stopped.
#[derive(Debug)]
pub enum Error {
    /// Reading, writing or starting something failed.
    Io {
        /// What was being done, as in "reading Cargo.lock".
        doing: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A program ran and reported failure.
    Failed {
        /// The command line.
        command: String,
        /// How it ended, as in "exit status: 101".
        status: String,
    },
    /// A program or a part of the toolchain is absent and could not be installed.
    Missing {
        /// What is missing.
        what: String,
        /// What the reader can do about it.
        how: String,
    },
    /// A check found something; the text is ready to print.
    Check(String),
    /// The command line was not understood.
    Usage(String),
}

impl Error {
    /// An input/output failure while `doing` something.
    pub fn io(doing: impl Into<String>, source: io::Error) -> Self {
        Self::Io { doing: doing.into(), source }
    }

    /// A program that ended with a failure.
    pub fn failed(command: impl Into<String>, status: ExitStatus) -> Self {
        Self::Failed { command: command.into(), status: status.to_string() }
    }

    /// Something absent, and what to do about it.
    pub fn missing(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), how: how.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
            Self::Failed { command, status } => write!(f, "`{command}` failed ({status})"),
            Self::Missing { what, how } => write!(f, "{what} is missing. {how}"),
            Self::Check(text) | Self::Usage(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
