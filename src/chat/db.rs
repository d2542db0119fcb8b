//! The store as the rules of conversations see it.

use crate::{
    contract::Emission,
    store::{Store, Tx},
};

/// The store whose events go to clients.
pub type Db = Store<Emission>;

/// One operation on it.
pub type TxOf<'a> = Tx<'a, Emission>;
