//! What people do, drawn at random. Everything is named by small numbers that are resolved against the model when the step is
//! taken, so that a list of steps still means something when some of them are left out.

use rand::{Rng, RngExt as _, SeedableRng as _, rngs::StdRng};

/// A conversation, somebody who is mostly one of its members, and a place counted back from its newest message.
#[derive(Debug, Clone, Copy)]
pub struct At {
    pub chat: usize,
    pub by: usize,
    pub back: usize,
}

#[derive(Debug, Clone)]
pub enum Step {
    /// Who joins a group sees what was written before; the clinic's setting, for the whole list of steps.
    WholeHistory,
    /// The clock goes on, or back.
    Wait(i64),
    /// The process ends and starts again; hard: as after a kill.
    Restart {
        hard: bool,
    },
    /// The hourly sweep.
    Sweep,
    /// The clinic decides about a person, who is drawn from all.
    Judge {
        who: usize,
        approved: bool,
        active: bool,
    },
    Open {
        by: usize,
        with: usize,
    },
    /// Makes a group of those whose bits are set.
    Group {
        by: usize,
        people: usize,
        name: usize,
    },
    Update {
        at: At,
        name: Option<usize>,
        admin: Option<usize>,
    },
    Add {
        at: At,
        people: usize,
    },
    /// Takes somebody out, drawn from all, or leaves.
    Remove {
        at: At,
        who: Option<usize>,
    },
    Send {
        at: At,
        /// To the person instead of the conversation, drawn from all.
        to: Option<usize>,
        words: usize,
        id: Option<usize>,
        replies: bool,
        /// Passes on what stands there.
        forwards: Option<At>,
        socket: bool,
        urgent: bool,
        /// In so many milliseconds; not later than now is refused.
        later: Option<i64>,
    },
    /// Puts other words into a message that waits, or sets another time; drawn from all that wait.
    Reschedule {
        which: usize,
        by: usize,
        words: Option<usize>,
        later: Option<i64>,
    },
    Unschedule {
        which: usize,
        by: usize,
    },
    Edit {
        at: At,
        words: usize,
    },
    Delete(At),
    Versions(At),
    React {
        at: At,
        emoji: usize,
        adds: bool,
    },
    Mark {
        at: At,
        read: bool,
    },
    Acknowledge(At),
    Read {
        at: At,
        whole: bool,
    },
    Mute(At, Option<bool>),
    Pin(At, Option<bool>),
    Archive(At, Option<bool>),
    Receipts(At),
    Get(At),
    Page {
        at: At,
        kind: PageKind,
        limit: u64,
        deleted: bool,
    },
    List {
        by: usize,
        filter: &'static str,
        search: &'static str,
        page: u64,
        limit: u64,
    },
    /// The next page of a list that is gone through while its order changes.
    Stroll {
        by: usize,
        limit: u64,
    },
    Unread(usize),
    /// Asks for what has changed since this person asked last.
    Feed {
        at: At,
        limit: u64,
    },
    Search {
        by: usize,
        query: &'static str,
        role: &'static str,
    },
    /// Looks for words in messages, everywhere or in one conversation, of everybody or of one.
    Find {
        at: At,
        query: &'static str,
        here: bool,
        from: Option<usize>,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum PageKind {
    Skip,
    Before,
    After,
}

/// Words that come again often, so that copies and repetitions meet; nothing, spaces and too much are refused.
pub const WORDS: &[&str] = &["yes", "no", "Good morning <b>", "ආයුබෝවන්", "  ", ""];
/// The last is none.
pub const EMOJI: &[&str] = &["👍", "❤️", "😂", "🙏", "👩🏽‍⚕️", "🇱🇰", "x"];
/// What groups are called.
pub const NAMES: &[&str] = &["Care team", "Night shift", "Perera"];
const QUERIES: &[&str] = &[".", "*", "ama", "PER", "dora f", "jaya", "sam", "nobody", "zoe", "care", "shift"];
/// Words of messages, whole ones and beginnings.
const PHRASES: &[&str] = &["yes", "YE", "no ", "n", "good mor", "morning good", "b ", "ආයු", "good yes", "nothing"];
const ROLES: &[&str] = &["", "mom", "doctor,midwife", "service_provider", "admin"];
const MINUTE: i64 = 60_000;

/// A list of steps. The same seed gives the same list.
pub fn steps(seed: u64) -> Vec<Step> {
    let mut rng = StdRng::seed_from_u64(seed);
    let count = rng.random_range(10..90);
    // Some sequences are about few people and conversations, and go deep; others go wide.
    let wide = rng.random_range(1..8);
    let whole = rng.random_bool(0.25).then_some(Step::WholeHistory);
    whole.into_iter().chain((0..count).map(|_| step(&mut rng, wide))).collect()
}

fn pick<T: Copy>(rng: &mut impl Rng, all: &[T]) -> T {
    all[rng.random_range(0..all.len())]
}

fn maybe<T>(rng: &mut impl Rng, chance: f64, some: impl FnOnce(&mut dyn Rng) -> T) -> Option<T> {
    rng.random_bool(chance).then(|| some(rng))
}

/// Soon, mostly; now and then too early or too late.
fn later(rng: &mut (impl Rng + ?Sized)) -> i64 {
    const DAY: i64 = 24 * 60 * MINUTE;
    const CHOICE: &[i64] = &[1, 400, 8_000, 4 * MINUTE, 14 * MINUTE, 40 * 60 * MINUTE, 0, -5, 366 * DAY, 366 * DAY + 1];
    CHOICE[rng.random_range(0..CHOICE.len())]
}

fn at(rng: &mut (impl Rng + ?Sized), wide: usize) -> At {
    let back = if rng.random_bool(0.7) { rng.random_range(0..3) } else { rng.random_range(0..40) };
    At { chat: rng.random_range(0..wide), by: rng.random_range(0..16), back }
}

fn step(rng: &mut impl Rng, wide: usize) -> Step {
    let place = at(rng, wide);
    let anybody = rng.random_range(0..16);
    match rng.random_range(0..122) {
        0..8 => Step::Wait(pick(rng, &[1, 1, 500, 9_000, 10_001, 5 * MINUTE, 15 * MINUTE, 16 * MINUTE, 49 * 60 * MINUTE, -20_000])),
        8..10 => Step::Restart { hard: rng.random_bool(0.5) },
        10 => Step::Sweep,
        11 | 112 => Step::Judge { who: anybody, approved: rng.random_bool(0.6), active: rng.random_bool(0.8) },
        12..16 => Step::Open { by: anybody, with: rng.random_range(0..16) },
        16..18 => Step::Group { by: anybody, people: rng.random_range(0..128), name: rng.random_range(0..NAMES.len()) },
        18 => Step::Update {
            at: place,
            name: maybe(rng, 0.6, |rng| rng.random_range(0..NAMES.len())),
            admin: maybe(rng, 0.5, |rng| rng.random_range(0..16)),
        },
        19..21 => Step::Add { at: place, people: 1 << rng.random_range(0..7) | 1 << rng.random_range(0..7) },
        21..23 => Step::Remove { at: place, who: maybe(rng, 0.6, |rng| rng.random_range(0..16)) },
        23..46 => Step::Send {
            at: place,
            to: maybe(rng, 0.15, |rng| rng.random_range(0..16)),
            words: if rng.random_bool(0.95) { rng.random_range(0..4) } else { rng.random_range(4..WORDS.len()) },
            id: maybe(rng, 0.3, |rng| rng.random_range(0..4)),
            replies: rng.random_bool(0.2),
            forwards: maybe(rng, 0.1, |rng| self::at(rng, wide)),
            socket: rng.random_bool(0.4),
            urgent: rng.random_bool(0.15),
            later: maybe(rng, 0.12, |rng| later(rng)),
        },
        46..50 => Step::Edit { at: place, words: rng.random_range(0..WORDS.len()) },
        50..54 => Step::Delete(place),
        54 => Step::Versions(place),
        55..61 => Step::React { at: place, emoji: rng.random_range(0..EMOJI.len()), adds: rng.random_bool(0.65) },
        61..68 => Step::Mark { at: place, read: rng.random_bool(0.5) },
        68..73 => Step::Read { at: place, whole: rng.random_bool(0.6) },
        73..75 => Step::Mute(place, maybe(rng, 0.5, |rng| rng.random_bool(0.5))),
        75..77 => Step::Pin(place, maybe(rng, 0.5, |rng| rng.random_bool(0.5))),
        77..79 => Step::Get(place),
        79 | 113..117 => Step::Acknowledge(At { back: place.back % 3, ..place }),
        80..86 => Step::Page {
            at: place,
            kind: pick(rng, &[PageKind::Skip, PageKind::Before, PageKind::After]),
            limit: pick(rng, &[1, 2, 5, 200]),
            deleted: rng.random_bool(0.4),
        },
        86..89 => Step::List {
            by: anybody,
            filter: pick(rng, &["all", "all", "unread", "pinned", "archived", "groups"]),
            search: if rng.random_bool(0.3) { pick(rng, &QUERIES[2..]) } else { "" },
            page: rng.random_range(1..4),
            limit: pick(rng, &[1, 2, 20]),
        },
        89..91 => Step::Unread(anybody),
        91..98 => Step::Feed { at: place, limit: pick(rng, &[1, 2, 3, 7, 200]) },
        98..100 => Step::Search { by: anybody, query: pick(rng, QUERIES), role: pick(rng, ROLES) },
        100..102 => Step::Archive(place, maybe(rng, 0.7, |rng| rng.random_bool(0.8))),
        102..104 => Step::Receipts(place),
        104..106 => Step::Reschedule {
            which: rng.random_range(0..4),
            by: anybody,
            words: maybe(rng, 0.5, |rng| rng.random_range(0..WORDS.len())),
            later: maybe(rng, 0.6, |rng| later(rng)),
        },
        106 => Step::Unschedule { which: rng.random_range(0..4), by: anybody },
        107..112 => Step::Stroll { by: anybody, limit: pick(rng, &[1, 1, 2]) },
        _ => Step::Find {
            at: place,
            query: pick(rng, PHRASES),
            here: rng.random_bool(0.4),
            from: maybe(rng, 0.2, |rng| rng.random_range(0..16)),
        },
    }
}
