//! What a job runs on, in the browser.

#[cfg(labs)]
use crate::words::tr;

/// Where a job runs, and if not on the best tier, why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The page's own worker is starting; jobs wait for it.
    Starting,
    /// In a worker of the page's own module; if faster ones were wanted, why they are not there.
    Worker(Option<String>),
    /// In so many fast workers, and why not on a GPU.
    Fast(usize, String),
    /// On a GPU of this name.
    Gpu(String),
    /// On the page, in slices, for this reason.
    Inline(String),
    /// In the worker that trains networks.
    #[cfg(labs)]
    Lessons,
}

/// Why there is no GPU, in the language of the page: it was said in a worker, which knows one.
#[cfg(labs)]
pub(super) fn told(reason: String) -> String {
    match reason.as_str() {
        "no graphics adapter is available" => tr!("no graphics adapter is available").to_owned(),
        "the graphics adapter was lost" => tr!("the graphics adapter was lost").to_owned(),
        _ => reason,
    }
}

#[cfg(not(labs))]
pub(super) fn told(reason: String) -> String {
    reason
}

/// What the visitor asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// The best there is.
    #[default]
    Auto,
    /// A GPU, even one in software.
    Gpu,
    /// No GPU.
    Cpu,
}
