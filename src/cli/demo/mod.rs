//! `mommycare demo`: a small clinic to look around in. Everybody in it is invented.

mod people;
mod visits;

use super::Failure;
use crate::{
    accounts::{Actor, NewPerson},
    app::App,
    audit::Whence,
    chat::{Device, Door},
    clock::{Clock, Timestamp},
    config::Config,
    contract::{
        Word as _,
        account::Change,
        request::{CallEvent, CallRequest, InboxQuery, MessagesQuery, OpenBody, ReadBody, SendBody},
        review::{ReplyBody, ReviewBody, ReviewsQuery},
    },
    ids::{SessionId, UserId},
    store::records::{CallKind, Verification},
};
use people::{PEOPLE, Person};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const CONVERSATIONS: &str = include_str!("conversations.txt");
const DAY: u64 = 86_400_000;
const SECOND: u64 = 1_000;
/// Weeks of pregnancy that the long conversation goes back over.
const WEEKS: std::ops::Range<u64> = 12..32;

/// Fills the data folder, which must be empty of people.
pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let address = format!("http://{}:{}", config.server.address, config.server.port);
    let folder = config.data.display().to_string();
    let moment = Arc::new(AtomicU64::new(Clock::system().now().0));
    let read = moment.clone();
    let has_calls = config.calls.enabled;
    let app = App::open(config, Clock::new(move || Timestamp(read.load(Ordering::Relaxed))))?;
    let filled = fill(&app, &moment, has_calls).await;
    app.close().await;
    let password = filled?;
    println!("A clinic of {} invented people is ready in {folder}.\n", PEOPLE.len());
    println!("Start it with   mommycare --data {folder}   and open {address}");
    println!("With a name and an emergency line, as a clinic would have them, put before it");
    println!("  MOMMYCARE_CLINIC__NAME=\"Lotus Pond Clinic\" MOMMYCARE_CLINIC__EMERGENCY_PHONE=\"011 000 0142\"\n");
    for person in PEOPLE {
        println!("  {:28} {:16} {} {}", email(person), person.role.word(), person.first_name, person.last_name);
    }
    println!("\nEverybody's password is   {password}");
    Ok(())
}

fn email(person: &Person) -> String {
    format!("{}@lotuspond.example", person.key)
}

async fn fill(app: &App, moment: &AtomicU64, has_calls: bool) -> Result<String, Failure> {
    if !app.accounts().everybody()?.is_empty() {
        return Err("this data folder is in use already; name an empty one with --data".into());
    }
    let today = moment.load(Ordering::Relaxed) / DAY * DAY;
    let password = super::user::fresh_password();
    moment.store(today - 200 * DAY, Ordering::Relaxed);
    let mut clinic = Clinic { app, moment, today, has_calls, people: HashMap::new() };
    for person in PEOPLE {
        clinic.settle(person, &password).await?;
    }
    clinic.long_conversation().await?;
    let mut places = Vec::new();
    let mut said = Vec::new();
    for line in CONVERSATIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("= ") {
            Some(heading) => places.push(Place::read(heading).ok_or_else(|| wrong(line))?),
            None => said.push((places.len() - 1, Said::read(today, line)?)),
        }
    }
    // As it happened: everybody's calls stand in one list, whomever they were with.
    said.sort_by_key(|(_, said)| said.at);
    let (before, lately) = said.split_at(said.partition_point(|(_, said)| said.at < today - DAY));
    for (place, said) in before {
        clinic.happens(&mut places[*place], said).await?;
    }
    clinic.see_missed_calls().await?;
    for (place, said) in lately {
        clinic.happens(&mut places[*place], said).await?;
    }
    clinic.pass(Clock::system().now().0).await?;
    clinic.read_all_but_the_newest().await?;
    moment.store(Clock::system().now().0, Ordering::Relaxed);
    Ok(password)
}

fn wrong(line: &str) -> Failure {
    format!("conversations.txt: {line}").into()
}

/// Where something is said.
enum Place {
    /// Between two people.
    Pair(&'static str, &'static str),
    /// In a care team that is formed with the first line: its people, its name.
    Planned(&'static str, &'static str),
    /// In a care team.
    Team(String),
}

impl Place {
    fn read(heading: &'static str) -> Option<Self> {
        match heading.strip_prefix("team ") {
            Some(team) => team.split_once(": ").map(|(people, name)| Self::Planned(people, name)),
            None => heading.split_once(' ').map(|(one, other)| Self::Pair(one, other)),
        }
    }
}

/// One line: `2d 08:20 nimali Very good.`
struct Said {
    at: u64,
    who: &'static str,
    words: &'static str,
}

impl Said {
    fn read(today: u64, line: &'static str) -> Result<Self, Failure> {
        let mut words = line.splitn(4, ' ');
        let (Some(days), Some(time), Some(who), Some(said)) = (words.next(), words.next(), words.next(), words.next()) else {
            return Err(wrong(line));
        };
        let days: u64 = days.trim_end_matches('d').parse()?;
        // A line of today that has not come yet is said now, so that nothing comes from the future.
        let at = (today - days * DAY + seconds(time).ok_or_else(|| wrong(line))? * 60 * SECOND).min(Clock::system().now().0);
        Ok(Self { at, who, words: said })
    }
}

/// Two numbers, the first of which counts sixty times as much: `4:12` is 252.
fn seconds(text: &str) -> Option<u64> {
    let (more, less) = text.split_once(':')?;
    Some(more.parse::<u64>().ok()? * 60 + less.parse::<u64>().ok()?)
}

/// The clinic while it fills.
struct Clinic<'a> {
    app: &'a App,
    /// What the clock shows, in milliseconds.
    moment: &'a AtomicU64,
    /// Midnight.
    today: u64,
    has_calls: bool,
    people: HashMap<&'static str, (UserId, Actor)>,
}

impl Clinic<'_> {
    /// Gives a person an account and a profile.
    async fn settle(&mut self, person: &Person, password: &str) -> Result<(), Failure> {
        let new = NewPerson {
            first_name: person.first_name.into(),
            last_name: person.last_name.into(),
            email: email(person),
            password: password.into(),
            role: person.role,
            specialty: person.specialty.map(Into::into),
        };
        let id = self.app.accounts().create_person(new).await?.id;
        // Nobody signs in here: what they did is written in their name.
        let actor =
            Actor { user: id, session: SessionId(0), role: person.role, verification: Verification::Approved, whence: Whence::default() };
        self.people.insert(person.key, (id, actor));
        let profile =
            json!({ "experience": person.experience, "location": person.location, "bio": person.bio, "languages": person.languages });
        self.app.accounts().update_me(actor, serde_json::from_value(profile)?).await?;
        Ok(())
    }

    /// Somebody says or does something somewhere.
    async fn happens(&self, place: &mut Place, &Said { at, who, words }: &Said) -> Result<(), Failure> {
        self.pass(at).await?;
        if let Place::Planned(people, name) = *place {
            *place = Place::Team(self.form_team(at - 60 * SECOND, people, name).await?);
        }
        match place {
            Place::Team(id) => self.say_in(at, who, id, words).await,
            Place::Pair(one, other) => {
                let to = if who == *one { other } else { one };
                match words.split_once(' ') {
                    Some(("calls", how)) => self.call(at, who, to, how).await,
                    Some(("visit", what)) => self.visit(who, to, what).await,
                    Some(("reviews", said)) => self.review(at, who, to, said).await,
                    Some(("replies", said)) => self.reply(at, who, to, said).await,
                    _ => self.say(at, who, to, words).await,
                }
            }
            Place::Planned(..) => Err(wrong(words)),
        }
    }

    /// A call: `video 6:40` that long, or what became of it instead.
    async fn call(&self, at: u64, who: &str, to: &str, how: &str) -> Result<(), Failure> {
        const RINGS: u64 = 6 * SECOND;
        // One for each end; nobody is connected here.
        const DEVICES: [Device; 2] = [Device(1), Device(2)];
        if !self.has_calls {
            return Ok(());
        }
        let ((_, one), (id, other)) = (self.known(who)?, self.known(to)?);
        let (kind, end) = how.split_once(' ').ok_or_else(|| wrong(how))?;
        let kind = if kind == "video" { CallKind::Video } else { CallKind::Voice };
        let calls = self.app.calls();
        self.moment.store(at, Ordering::Relaxed);
        let request = CallRequest { recipient_id: Some(id.to_string()), ..CallRequest::default() };
        let placed = calls.place(one, DEVICES[0], kind, &request).await?;
        let event = CallEvent { call_id: Some(placed.call_id.to_string()), ..CallEvent::default() };
        match end {
            "missed" => {
                self.moment.store(placed.expires_at.0, Ordering::Relaxed);
                calls.do_overdue().await?;
                return Ok(());
            }
            "rejected" => {
                self.moment.store(at + RINGS, Ordering::Relaxed);
                calls.reject(other, &event).await?;
                return Ok(());
            }
            length => {
                let length = seconds(length).ok_or_else(|| wrong(how))? * SECOND;
                self.moment.store(at + RINGS, Ordering::Relaxed);
                calls.accept(other, DEVICES[1], &event).await?;
                self.moment.store(at + RINGS + length, Ordering::Relaxed);
            }
        }
        calls.hang_up(one, &event).await?;
        Ok(())
    }

    /// What a mother thinks of somebody: `5 Very kind.`
    async fn review(&self, at: u64, who: &str, about: &str, said: &str) -> Result<(), Failure> {
        let ((_, mother), (id, _)) = (self.known(who)?, self.known(about)?);
        let (stars, comment) = said.split_once(' ').unwrap_or((said, ""));
        self.moment.store(at, Ordering::Relaxed);
        let body = ReviewBody { rating: stars.parse::<u8>()?.into(), comment: Some(comment.into()) };
        self.app.reviews().write(mother, &id.to_string(), body).await?;
        Ok(())
    }

    /// What somebody answers to a mother's review.
    async fn reply(&self, at: u64, who: &str, to: &str, said: &str) -> Result<(), Failure> {
        let ((id, actor), (mother, _)) = (self.known(who)?, self.known(to)?);
        let about = self.app.reviews().list(actor, &id.to_string(), &ReviewsQuery::default())?.items;
        let review = about.iter().find(|review| review.author_id == Some(mother)).ok_or_else(|| wrong(said))?;
        self.moment.store(at, Ordering::Relaxed);
        let body = ReplyBody { comment: Change::Set(said.into()) };
        self.app.reviews().reply(actor, &review.id.to_string(), body).await?;
        Ok(())
    }

    /// Everybody has looked at the calls that they have missed so far.
    async fn see_missed_calls(&self) -> Result<(), Failure> {
        for (_, actor) in self.people.values() {
            self.app.calls().see(*actor).await?;
        }
        Ok(())
    }

    /// Brings people together; the first of them forms the team. Its id.
    async fn form_team(&self, at: u64, people: &str, name: &str) -> Result<String, Failure> {
        let people: Vec<_> = people.split(' ').map(|key| self.known(key)).collect::<Result<_, _>>()?;
        let ((_, first), others) = people.split_first().ok_or_else(|| wrong(name))?;
        self.moment.store(at, Ordering::Relaxed);
        let body = OpenBody {
            kind: Some("group".into()),
            name: Some(name.into()),
            participant_ids: Some(others.iter().map(|(id, _)| id.to_string()).collect()),
            ..OpenBody::default()
        };
        Ok(self.app.chats().open(*first, body).await?.0.id.to_string())
    }

    /// Says something in a team, or acknowledges its newest urgent message.
    async fn say_in(&self, at: u64, who: &str, id: &str, said: &str) -> Result<(), Failure> {
        if said == "ok" {
            let (_, actor) = self.known(who)?;
            self.moment.store(at, Ordering::Relaxed);
            let newest = self.app.chats().messages(actor, id, &MessagesQuery::default())?.items;
            let urgent = newest.iter().rfind(|message| message.requires_ack).ok_or_else(|| wrong(said))?;
            self.app.chats().acknowledge(actor, &urgent.id.to_string()).await?;
            return Ok(());
        }
        let body = SendBody {
            conversation_id: Some(id.into()),
            content: Some(said.trim_start_matches('!').into()),
            priority: said.starts_with('!').then(|| "urgent".into()),
            ..SendBody::default()
        };
        self.send(at, who, body).await
    }

    /// Sends as somebody at a moment.
    async fn send(&self, at: u64, who: &str, body: SendBody) -> Result<(), Failure> {
        let (_, actor) = self.known(who)?;
        self.moment.store(at, Ordering::Relaxed);
        self.app.chats().send(actor, body, Door::Rest).await?;
        Ok(())
    }

    fn known(&self, key: &str) -> Result<(UserId, Actor), Failure> {
        self.people.get(key).copied().ok_or_else(|| wrong(key))
    }

    /// Everybody has read what is older than yesterday.
    async fn read_all_but_the_newest(&self) -> Result<(), Failure> {
        let yesterday = self.today - DAY;
        for (_, actor) in self.people.values() {
            let mine = InboxQuery { limit: Some(100), ..InboxQuery::default() };
            for chat in self.app.chats().list(*actor, &mine)?.items {
                if chat.last_activity.0 < yesterday {
                    self.moment.store(chat.last_activity.0 + 600_000, Ordering::Relaxed);
                    self.app.chats().read(*actor, &chat.id.to_string(), ReadBody::default()).await?;
                }
            }
        }
        Ok(())
    }

    async fn say(&self, at: u64, who: &str, to: &str, said: &str) -> Result<(), Failure> {
        let (to, _) = self.known(to)?;
        self.send(at, who, SendBody { recipient_id: Some(to.to_string()), content: Some(said.into()), ..SendBody::default() }).await
    }

    /// Months of a pregnancy, so that there is something to scroll through.
    async fn long_conversation(&self) -> Result<(), Failure> {
        for week in WEEKS {
            let monday = self.today - (WEEKS.end - week) * 7 * DAY - 3 * DAY;
            let (upper, lower) = (112 + week * 7 % 11, 70 + week * 5 % 9);
            let size = match week {
                ..16 => "a lime",
                16..20 => "an orange",
                20..24 => "a mango",
                24..28 => "a papaya",
                _ => "a king coconut",
            };
            let exchange = [
                (0, 481, "nimali", format!("Week {week}. How are you today?")),
                (0, 494, "tharushi", format!("Good morning doctor. {upper} over {lower} before breakfast.")),
                (0, 507, "nimali", "Thank you, that is a healthy reading.".into()),
                (0, 509, "tharushi", format!("Is it true that the baby is as big as {size} now?")),
                (0, 520, "nimali", format!("About as big as {size}, yes. Everything grows as it should.")),
                (2, 1_145, "tharushi", "A little tired in the evenings.".into()),
                (2, 1_161, "nimali", "Rest when you can, drink enough, and put your feet up after work.".into()),
                (4, 470, "tharushi", format!("{} over {} today.", upper + 2, lower + 1)),
                (4, 483, "nimali", "Good. See you at the next visit.".into()),
                (4, 484, "tharushi", "ස්තූතියි ඩොක්ටර්.".into()),
            ];
            for (day, minute, who, said) in exchange {
                let to = if who == "nimali" { "tharushi" } else { "nimali" };
                self.say(monday + day * DAY + minute * 60_000, who, to, &said).await?;
            }
        }
        Ok(())
    }
}
