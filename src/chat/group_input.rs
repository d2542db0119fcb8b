//! What somebody wants of a group, once its form is right.

use super::draft;
use crate::{
    accounts::validate::{Check, SHORT, picture},
    contract::{
        account::Change,
        request::{OpenBody, PeopleBody, UpdateBody},
    },
    error::{Code, Error, Result},
    ids::UserId,
};
use serde_json::Value;

/// A group to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGroup {
    /// What it is called.
    pub name: String,
    /// Its picture.
    pub avatar: Option<String>,
    /// Who is in it from the start, without the one who makes it. Each once, in the order in which they were named.
    pub people: Vec<UserId>,
    /// The appointment it is about.
    pub appointment: Option<String>,
}

impl NewGroup {
    /// Reads a body of `me`. A person whom nobody can be is answered like one whom nobody knows.
    pub fn new(body: OpenBody, me: UserId) -> Result<Self> {
        let mut check = Check::default();
        let name = check.required("name", body.name, SHORT);
        let avatar = body.avatar.filter(|text| !text.trim().is_empty()).and_then(|text| check.take("avatar", picture(&text)));
        let appointment = check.take("appointmentId", draft::appointment(&body.appointment_id)).flatten();
        let named = body.participant_ids.unwrap_or_default();
        if named.iter().all(|id| id.is_empty() || *id == me.to_string()) {
            check.wrong("participantIds", "must name at least one other person");
        }
        check.finish()?;
        let mut people = people(&named)?;
        people.retain(|person| *person != me);
        Ok(Self { name, avatar, people, appointment })
    }
}

/// A change of a group.
#[derive(Debug, Clone)]
pub struct Update {
    /// Another name.
    pub name: Option<String>,
    /// Another picture, or none.
    pub avatar: Change<String>,
    /// Who looks after it from now on. [`Change::Clear`] names nobody who could.
    pub admin: Change<UserId>,
    /// Another appointment, or none.
    pub appointment: Change<String>,
}

impl TryFrom<UpdateBody> for Update {
    type Error = Error;

    fn try_from(body: UpdateBody) -> Result<Self> {
        let mut check = Check::default();
        let name = body.name.map(|name| check.required("name", Some(name), SHORT));
        let avatar = match body.avatar {
            Change::Set(text) if text.trim().is_empty() => Change::Clear,
            Change::Set(text) => check.take("avatar", picture(&text)).map_or(Change::Keep, Change::Set),
            other => other,
        };
        let appointment = match body.appointment_id {
            Change::Set(id) => match check.take("appointmentId", draft::appointment(&Value::String(id))) {
                Some(Some(id)) => Change::Set(id),
                Some(None) => Change::Clear,
                None => Change::Keep,
            },
            other => other,
        };
        check.finish()?;
        let admin = body.group_admin.map_or(Change::Keep, |id| id.parse().map_or(Change::Clear, Change::Set));
        Ok(Self { name, avatar, admin, appointment })
    }
}

/// The people whom a body names in one of its ways.
pub fn named(body: PeopleBody) -> Result<Vec<UserId>> {
    let named: Vec<String> =
        body.user_id.into_iter().chain(body.user_ids).chain(body.participant_ids).filter(|id| !id.is_empty()).collect();
    if named.is_empty() {
        return Err(Error::field("userIds", "must name at least one person"));
    }
    people(&named)
}

/// Ids of people, each once.
fn people(named: &[String]) -> Result<Vec<UserId>> {
    let mut people: Vec<UserId> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for id in named.iter().filter(|id| !id.is_empty()) {
        let person = id.parse().map_err(|_| Error::new(Code::UserNotFound))?;
        if known.insert(person) {
            people.push(person);
        }
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId(1);

    fn group(name: &str, people: &[&str]) -> Result<NewGroup> {
        let participant_ids = Some(people.iter().map(|id| (*id).to_owned()).collect());
        NewGroup::new(OpenBody { name: Some(name.into()), participant_ids, ..OpenBody::default() }, ME)
    }

    #[test]
    fn a_group_has_a_name_and_somebody_else() {
        let (me, ama, bea) = (ME.to_string(), UserId(2).to_string(), UserId(3).to_string());
        let made = group("  Care team ", &[&bea, &me, &ama, &bea, ""]).unwrap();
        assert_eq!((made.name.as_str(), made.people), ("Care team", vec![UserId(3), UserId(2)]));
        assert!(group(&"අ".repeat(100), &[&ama]).is_ok());
        for (name, people, field) in [
            (" ", vec![ama.as_str()], "name"),
            (&"a".repeat(101), vec![&ama], "name"),
            ("two\nlines", vec![&ama], "name"),
            ("Care", vec![], "participantIds"),
            ("Care", vec![&me, ""], "participantIds"),
        ] {
            let error = group(name, &people).unwrap_err();
            assert_eq!((error.code, error.details["errors"][0]["field"].as_str()), (Code::Validation, Some(field)), "{name:?} {people:?}");
        }
        assert_eq!(group("Care", &["nobody"]).unwrap_err().code, Code::UserNotFound);
    }
}
