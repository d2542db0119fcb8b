//! Ten wrong passwords in a row lock an account for a while: the account, not the address, behind which others sit too.
//!
//! The count belongs to the e-mail address that was tried, whether an account has it or not, so that a lock tells nothing about it.

use super::{email::fingerprint, minutes, seconds_until};
use crate::{
    audit::{By, Deed, note},
    clock::Timestamp,
    contract::Emission,
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read, Tx,
        records::{Failures, audit::Action},
        tables::FAILURES,
    },
};
use std::time::Duration;

/// How many wrong passwords lock.
pub(super) const ALLOWED: u32 = 10;
/// For how long, and after how much quiet earlier mistakes are forgotten.
pub(super) const PERIOD: Duration = minutes(15);

/// Refuses while the account is locked. Asked again after a password was compared: of many attempts at once, those that come
/// after the tenth mistake learn nothing, not even whether they were right.
pub(super) fn refuse_locked(read: &impl Read, folded: &str, now: Timestamp) -> Result<()> {
    let failures = read.get(FAILURES, &fingerprint(folded))?.unwrap_or_default();
    if failures.locked_until > now {
        return Err(Error::new(Code::AccountLocked).retry_after(seconds_until(failures.locked_until, now)));
    }
    Ok(())
}

/// Counts a wrong password. True when it was the one that locks.
pub(super) fn note_failure(tx: &mut Tx<'_, Emission>, folded: &str) -> Result<bool> {
    let (key, now) = (fingerprint(folded), tx.now());
    let before = tx.get(FAILURES, &key)?.unwrap_or_default();
    let count = if is_stale(&before, now) { 1 } else { before.count + 1 };
    let after = if count >= ALLOWED {
        Failures { count: 0, last_at: now, locked_until: now.plus(PERIOD) }
    } else {
        Failures { count, last_at: now, locked_until: Timestamp::default() }
    };
    tx.put(FAILURES, &key, &after)?;
    Ok(count >= ALLOWED)
}

/// Tells the audit log of a wrong password of somebody who has an account, and of the lock that it brings.
pub(super) fn note_wrong(tx: &mut Tx<'_, Emission>, by: &By, person: UserId, locked: bool) -> Result<()> {
    note(tx, by, &Deed::new(Action::SignInFailed).person(person))?;
    if locked {
        note(tx, by, &Deed::new(Action::LockedOut).person(person))?;
    }
    Ok(())
}

/// Forgets mistakes after a right password.
pub(super) fn forget(tx: &mut Tx<'_, Emission>, folded: &str) -> Result<()> {
    let key = fingerprint(folded);
    if tx.get(FAILURES, &key)?.is_some() {
        tx.delete(FAILURES, &key);
    }
    Ok(())
}

/// Whether mistakes no longer matter.
pub(super) fn is_stale(failures: &Failures, now: Timestamp) -> bool {
    failures.locked_until <= now && failures.last_at.plus(PERIOD) <= now
}
