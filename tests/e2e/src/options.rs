//! The circumstances in which a test opens the page.

/// The browser's circumstances.
#[derive(Clone, Debug)]
pub struct Options {
    /// The window's width and height, in CSS pixels.
    pub size: (u32, u32),
    /// A phone: 390 x 844 at two device pixels each, with touch; goes before `size`.
    pub phone: bool,
    /// `prefers-color-scheme: dark`.
    pub dark: bool,
    /// `prefers-reduced-motion: reduce`.
    pub still: bool,
    /// Whether WebGPU gives an adapter (a software one).
    pub webgpu: bool,
    /// The path under which the site is served.
    pub prefix: String,
    /// Whether the browser notes every task of every thread, for [`crate::Page::trace`].
    pub trace: bool,
    /// Further arguments to the browser.
    pub arguments: Vec<String>,
    /// Parts of console messages that this test expects.
    pub expected: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: (1280, 900),
            phone: false,
            dark: false,
            still: false,
            webgpu: false,
            prefix: "/some/sub/".into(),
            trace: false,
            arguments: Vec::new(),
            expected: Vec::new(),
        }
    }
}
