//! Post-images as bytes, in journal and snapshot: table, kind, lengths, key, value.

use super::{TableId, Write};

const HEAD: usize = 10;

/// Appends one post-image.
pub(super) fn push(out: &mut Vec<u8>, table: TableId, key: &[u8], value: Option<&[u8]>) {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    out.push(table.0);
    out.push(u8::from(value.is_some()));
    out.extend_from_slice(&length(key));
    out.extend_from_slice(&length(value.unwrap_or_default()));
    out.extend_from_slice(key);
    out.extend_from_slice(value.unwrap_or_default());
}

/// How many bytes [`push`] will append.
pub(super) fn size(key: &[u8], value: Option<&[u8]>) -> usize {
    HEAD + key.len() + value.map_or(0, <[u8]>::len)
}

/// All post-images of a group as bytes.
pub(super) fn encode(writes: &[Write]) -> Vec<u8> {
    let total = writes.iter().map(|write| size(&write.key, write.value.as_deref())).sum();
    let mut out = Vec::with_capacity(total);
    for write in writes {
        push(&mut out, write.table, &write.key, write.value.as_deref());
    }
    out
}

/// Reads what [`push`] wrote; `None` when the bytes are something else.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<Write>> {
    let mut writes = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        let [table, kind, lengths @ ..] = *head;
        let (key_length, value_length) = lengths.split_first_chunk::<4>()?;
        let (key, rest) = rest.split_at_checked(length(*key_length)?)?;
        let (value, rest) = rest.split_at_checked(length(*value_length.first_chunk()?)?)?;
        let value = match kind {
            0 if value.is_empty() => None,
            1 => Some(value.to_vec()),
            _ => return None,
        };
        writes.push(Write { table: TableId(table), key: key.to_vec(), value });
        bytes = rest;
    }
    Some(writes)
}

fn length(bytes: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn post_images_come_back(images in proptest::collection::vec((any::<u8>(), any::<Vec<u8>>(), any::<Option<Vec<u8>>>()), 0..20)) {
            let writes: Vec<Write> = images.into_iter().map(|(table, key, value)| Write { table: TableId(table), key, value }).collect();
            prop_assert_eq!(decode(&encode(&writes)), Some(writes));
        }

        #[test]
        fn garbage_is_refused_without_a_panic(bytes in any::<Vec<u8>>()) {
            if let Some(writes) = decode(&bytes) {
                prop_assert_eq!(encode(&writes), bytes);
            }
        }
    }
}
