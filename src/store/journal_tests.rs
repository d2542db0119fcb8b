use super::*;
use crate::store::disk::LocalDisk;
use proptest::prelude::*;

const SIZE: u64 = 8 << 10;

/// A journal file with these entries, numbered from 5.
fn file(entries: &[Vec<u8>]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal-1");
    let mut journal = Journal::create(&LocalDisk, &path, 5, 77, SIZE, 0).unwrap();
    for (number, body) in (5..).zip(entries) {
        assert!(journal.fits(body.len()));
        journal.append(number, body).unwrap();
    }
    std::fs::read(path).unwrap()
}

fn read(bytes: &[u8]) -> (Result<Scan, Unreadable>, Vec<Vec<u8>>) {
    let mut entries = Vec::new();
    let scan = scan(bytes, |_, body| entries.push(body.to_vec()));
    (scan, entries)
}

fn three() -> Vec<Vec<u8>> {
    vec![vec![1; 100], vec![2; 1000], vec![3; 1500]]
}

#[test]
fn entries_come_back_in_order_and_the_file_keeps_its_length() {
    let bytes = file(&three());
    assert_eq!(bytes.len() as u64, SIZE);
    let (scan, entries) = read(&bytes);
    let scan = scan.unwrap();
    assert_eq!((scan.first, scan.next, scan.tail, entries), (5, 8, Tail::Empty, three()));
}

#[test]
fn appending_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal-1");
    Journal::create(&LocalDisk, &path, 5, 77, SIZE, 0).unwrap().append(5, &[1]).unwrap();
    let found = read(&std::fs::read(&path).unwrap()).0.unwrap();
    Journal::resume(&LocalDisk, &path, &found).unwrap().append(6, &[2]).unwrap();
    assert_eq!(read(&std::fs::read(&path).unwrap()).1, [[1], [2]]);
}

#[test]
fn an_entry_larger_than_a_file_makes_the_file_larger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal-1");
    let body = vec![9; 100_000];
    let mut journal = Journal::create(&LocalDisk, &path, 1, 0, SIZE, body.len()).unwrap();
    assert!(journal.fits(body.len()));
    journal.append(1, &body).unwrap();
    assert!(!journal.fits(100_000));
    assert_eq!(read(&std::fs::read(&path).unwrap()).1, [body]);
}

/// Sectors of the last entry that were never written leave an entry that is cut, not damage. The last of three starts at 2560.
#[test]
fn an_entry_with_unwritten_sectors_is_torn() {
    let whole = file(&three());
    let last = SECTOR + 512 + 1024 + 512;
    for lost in 1_u32..7 {
        let mut bytes = whole.clone();
        for sector in (0..3).filter(|sector| lost & (1 << sector) != 0) {
            bytes[last - 512 + sector * SECTOR..][..SECTOR].fill(0);
        }
        let (scan, entries) = read(&bytes);
        assert_eq!((scan.unwrap().tail, entries.len()), (Tail::Torn, 2), "sectors {lost:03b}");
    }
}

#[test]
fn a_changed_byte_is_damage_wherever_it_is() {
    let whole = file(&three());
    let end = read(&whole).0.unwrap().end;
    for at in (0..usize::try_from(end).unwrap()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        match read(&bytes) {
            (Err(_), _) => assert!(at < SECTOR),
            (Ok(scan), entries) if scan.tail == Tail::Empty => assert_eq!(entries, three(), "byte {at} is padding"),
            (Ok(scan), _) => assert!(matches!(scan.tail, Tail::Damaged(_)), "byte {at}: {:?}", scan.tail),
        }
    }
}

#[test]
fn a_file_of_another_length_is_refused() {
    let whole = file(&three());
    for length in [0, 10, 512, 3000, whole.len() - 1] {
        assert!(read(&whole[..length]).0.is_err());
    }
    assert!(read(&[whole, vec![0]].concat()).0.is_err());
}

proptest! {
    #[test]
    fn garbage_never_panics_and_never_invents_an_entry(
        entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..700), 0..6),
        garbage in proptest::collection::vec((0..usize::try_from(SIZE).unwrap(), any::<u8>()), 0..40),
    ) {
        let mut bytes = file(&entries);
        for (at, byte) in garbage {
            bytes[at] = byte;
        }
        let (_, found) = read(&bytes);
        prop_assert_eq!(&found[..], &entries[..found.len()]);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in any::<Vec<u8>>()) {
        let _ = read(&bytes);
    }
}
