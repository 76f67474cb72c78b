//! Widgets and hooks that several labs use: figures on canvas, fields, tables, notices, links.
//!
//! Components take plain data and callbacks and know no lab. [`words`] holds the strings of the
//! interface and [`table`]'s data model is native, for the tests.

pub mod order;
pub mod table;
pub mod words;

#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod export;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod fields;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod frame;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod job;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod link;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod notices;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod paint;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod panel;
#[cfg(all(labs, feature = "web", target_arch = "wasm32"))]
pub mod player;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod reactive;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod rows;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod table_view;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod theme;
#[cfg(all(labs, feature = "web", target_arch = "wasm32"))]
pub mod training;
