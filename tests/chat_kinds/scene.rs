//! Three people in a clinic in memory that keeps its agenda.

use crate::chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::Policy,
    contract::request::SendBody,
    ids::{ChatId, Cursor, Seq},
    store::{
        Read as _, StoreError,
        records::{Chat, ChatKind, Member, Role},
        tables,
    },
};
use std::time::Duration;

pub struct Scene {
    pub clinic: Clinic,
    pub ama: Actor,
    pub dora: Actor,
    pub mia: Actor,
}

impl Scene {
    pub async fn kept() -> Self {
        Self::with(Policy::default()).await
    }

    pub async fn with(policy: Policy) -> Self {
        let clinic = Clinic::with(policy);
        keep(&clinic);
        let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
        let mia = clinic.person("Mia Midwife", Role::Midwife).await;
        Self { clinic, ama, dora, mia }
    }

    /// Puts people into a group.
    pub async fn group(clinic: &Clinic, people: &[Actor]) -> ChatId {
        let (id, now) = (ChatId(7), clinic.chats.now());
        let members: Vec<_> = people.iter().map(|person| person.user).collect();
        let chat = Chat {
            kind: ChatKind::Group,
            name: Some("Care team".into()),
            avatar: None,
            admin: Some(members[0]),
            appointment: None,
            members: members.clone(),
            last_seq: Seq::ZERO,
            deleted: 0,
            cursor: Cursor::ZERO,
            preview: None,
            last_activity: now,
            created_at: now,
            created_by: members[0],
        };
        let write = clinic.store.write(move |tx| {
            tx.put(tables::CHATS, &id, &chat)?;
            for member in &members {
                tx.put(tables::MEMBERS, &(id, *member), &Member::default())?;
                tx.put(tables::MEMBERSHIPS, &(*member, id), &())?;
            }
            Ok::<_, StoreError>(())
        });
        write.await.unwrap();
        id
    }

    /// Takes somebody out of a group.
    pub async fn remove(clinic: &Clinic, group: ChatId, who: Actor) {
        let write = clinic.store.write(move |tx| {
            let mut chat = tx.get(tables::CHATS, &group)?.unwrap();
            chat.members.retain(|member| *member != who.user);
            tx.delete(tables::MEMBERS, &(group, who.user));
            tx.delete(tables::MEMBERSHIPS, &(who.user, group));
            tx.put(tables::CHATS, &group, &chat)
        });
        write.await.unwrap();
    }
}

/// Lets a clinic do everything at its time, as long as the test lasts.
pub fn keep(clinic: &Clinic) {
    let chats = clinic.chats.clone();
    tokio::spawn(async move { chats.keep_agenda(Duration::ZERO).await });
}

/// Words for somebody.
pub fn body(to: Actor, words: &str) -> SendBody {
    SendBody { recipient_id: Some(to.user.to_string()), content: Some(words.into()), ..SendBody::default() }
}
