//! What a virus scanner has caught: a list for administrators, with as much of it as anybody can look through, and a count of all.

use crate::{
    clock::Timestamp,
    error::Result,
    ids::FileId,
    store::{
        Direction, Read, StoreError, Tx,
        records::Caught,
        tables::{CAUGHT, META},
    },
};

/// Uploads in the list; of more the newest stay. Whoever sends viruses all day fills no disk with notes about them.
pub const MOST: usize = 1_000;
/// The row of `META` that counts all there ever were.
const COUNT: &str = "caught";

/// Writes down an upload that was refused.
pub(super) fn note<E>(tx: &mut Tx<'_, E>, caught: &Caught) -> Result<()> {
    let key = (tx.now(), FileId(tx.fresh()));
    let count = count(tx)?;
    if count >= MOST as u64
        && let Some((oldest, _)) = tx.scan(CAUGHT, .., Direction::Ascending, 1)?.first()
    {
        tx.delete(CAUGHT, oldest);
    }
    tx.put(META, &COUNT.to_owned(), &(count + 1))?;
    Ok(tx.put(CAUGHT, &key, caught)?)
}

/// How many there ever were.
pub fn count(read: &impl Read) -> Result<u64, StoreError> {
    Ok(read.get(META, &COUNT.to_owned())?.unwrap_or(0))
}

/// When each was caught, and what it was, the newest first; at most `limit` of them.
pub fn list(read: &impl Read, limit: usize) -> Result<Vec<(Timestamp, FileId, Caught)>, StoreError> {
    let rows = read.scan(CAUGHT, .., Direction::Descending, limit)?;
    Ok(rows.into_iter().map(|((at, id), caught)| (at, id, caught)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, error::Error, ids::UserId, store::Store};
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    #[tokio::test]
    async fn the_newest_stay_and_all_are_counted() {
        let time = Arc::new(AtomicU64::new(1_795_000_000_000));
        let clock = time.clone();
        let store: Store<()> = Store::in_memory(Clock::new(move || Timestamp(clock.load(Ordering::Relaxed))), Box::new(|_| ()));
        for number in 0..MOST as u64 + 3 {
            time.fetch_add(1, Ordering::Relaxed);
            let caught = Caught {
                owner: UserId(1),
                name: number.to_string(),
                size: 68,
                digest: [0; 32],
                virus: "Test".into(),
                place: String::new(),
            };
            store.write(move |tx| note(tx, &caught)).await.unwrap();
        }
        let (all, count) = store.read(|read| Ok::<_, Error>((list(read, usize::MAX)?, count(read)?))).unwrap();
        assert_eq!((all.len(), count), (MOST, MOST as u64 + 3));
        assert_eq!((&*all[0].2.name, &*all[MOST - 1].2.name), ("1002", "3"));
    }
}
