//! What a job runs on, in the browser.

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
