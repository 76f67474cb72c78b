//! The page opens under a sub-path, says that it is ready, and does nothing it should not.

use scorescope_e2e::{Options, Outcome, Page};

#[tokio::test]
async fn the_page_opens_under_a_sub_path() -> Outcome {
    let page = Page::open("").await?;
    assert!(page.site.url().ends_with("/some/sub/"));
    assert!(!page.text("#app").await?.is_empty());
    let missing: Vec<_> = page.site.requests().into_iter().filter(|r| r.status >= 400).collect();
    assert!(missing.is_empty(), "{missing:?}");
    page.close().await
}

#[tokio::test]
async fn its_module_is_fetched_once() -> Outcome {
    let page = Page::open_with(Options { prefix: "/".into(), ..Options::default() }, "").await?;
    let modules = page.site.requests().iter().filter(|r| r.path.ends_with(".wasm")).count();
    assert_eq!(modules, 1);
    page.close().await
}
