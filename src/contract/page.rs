//! Pages of lists.

use super::{ConversationView, MessageView};
use serde::Serialize;

/// Where a page stands in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct Page {
    pub page: u64,
    pub limit: u64,
    pub total: u64,
    pub pages: u64,
    pub total_pages: u64,
    pub has_next: bool,
    pub has_prev: bool,
}

impl Page {
    /// Page `page` (from 1) of `total` things, `limit` on each.
    #[must_use]
    pub fn new(page: u64, limit: u64, total: u64) -> Self {
        let pages = total.div_ceil(limit.max(1));
        Self { page, limit, total, pages, total_pages: pages, has_next: page < pages, has_prev: page > 1 && pages > 0 }
    }
}

/// A list of which this is one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// What stands on the page.
    pub items: Vec<T>,
    /// Which page.
    pub page: Page,
}

impl<T> Listing<T> {
    /// Cuts one page out of the whole list.
    #[must_use]
    pub fn cut(all: Vec<T>, page: u64, limit: u64) -> Self {
        let total = all.len() as u64;
        let skip = usize::try_from(page.saturating_sub(1).saturating_mul(limit)).unwrap_or(usize::MAX);
        let items = all.into_iter().skip(skip).take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        Self { items, page: Page::new(page, limit, total) }
    }
}

/// A page of the list of conversations.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationPage {
    /// The conversations.
    #[serde(skip)]
    pub items: Vec<ConversationView>,
    /// Which page.
    #[serde(flatten)]
    pub page: Page,
    /// With this the next page misses nothing, however the order changes meanwhile. Nothing at the end.
    pub next_cursor: Option<String>,
}

/// Messages, oldest first, and how to get those around them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// The messages.
    #[serde(skip)]
    pub items: Vec<MessageView>,
    /// At most so many.
    pub limit: u64,
    /// How many newer ones were passed over.
    pub skip: u64,
    /// How many messages there are, without deleted ones.
    pub total: u64,
    /// Whether more follow in the direction of this request: newer ones after `after`, else older ones.
    pub has_more: bool,
    /// Where this request goes on: the next `after`, or the next `before`. Nothing when there is no more.
    pub next_cursor: Option<u64>,
    /// The way back: the `before` or `after` of the other direction.
    pub prev_cursor: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_know_their_place() {
        let page = Listing::cut((1..=5).collect(), 2, 2);
        assert_eq!(page.items, [3, 4]);
        assert_eq!(page.page, Page { page: 2, limit: 2, total: 5, pages: 3, total_pages: 3, has_next: true, has_prev: true });
        assert_eq!(Listing::cut(vec![1], u64::MAX, 100).items, Vec::<i32>::new());
        assert!(!Page::new(1, 20, 0).has_next);
    }
}
