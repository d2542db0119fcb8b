//! REST and Socket.IO are two doors to the same operations: equal views, equal errors, equal events to everybody else.
//!
//! Every operation stands in [`TABLE`]. A route or an event that is in neither column fails the last test.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod support;

use mommycare::realtime::EVENTS;
use serde_json::{Value, json};
use support::{
    Server,
    http::{Person, Reply},
    socket::Socket,
};

/// An operation that both doors have.
struct Operation {
    /// Method and path, with `{chat}`, `{message}`, `{own}`, `{group}` and `{other}` for ids.
    rest: (&'static str, &'static str),
    event: &'static str,
    /// The body of the REST request, and the argument of the event.
    bodies: fn(&Ids) -> (Value, Value),
    /// What others must be told, and who listens.
    told: &'static [(&'static str, Listener)],
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Listener {
    /// The other person.
    Other,
    /// Another device of the one who acts.
    OwnDevice,
}
use Listener::{Other, OwnDevice};

struct Ids {
    chat: String,
    /// The other's, unread and urgent.
    message: String,
    /// The actor's own.
    own: String,
    /// Of the actor, for tomorrow.
    scheduled: String,
    /// A group that the actor looks after, with the other in it.
    group: String,
    /// The other person.
    other: String,
    /// Somebody else, who is in none of these.
    third: String,
}

impl Ids {
    fn fill(&self, path: &str) -> String {
        let ids = [
            ("{chat}", &self.chat),
            ("{message}", &self.message),
            ("{own}", &self.own),
            ("{scheduled}", &self.scheduled),
            ("{group}", &self.group),
            ("{other}", &self.other),
        ];
        ids.into_iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
    }
}

const TABLE: &[Operation] = &[
    Operation {
        rest: ("POST", "/api/chat/send"),
        event: "send_message",
        bodies: |ids| {
            let body = json!({ "conversationId": ids.chat, "content": "Hello", "priority": "urgent", "replyTo": ids.message });
            (body.clone(), body)
        },
        told: &[("new_message", Other), ("message_sent", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/send"),
        event: "send_message",
        bodies: |ids| {
            let body = json!({ "conversationId": ids.chat, "forwardedFrom": ids.message });
            (body.clone(), body)
        },
        told: &[("new_message", Other), ("message_sent", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/send"),
        event: "send_message",
        bodies: |ids| {
            // As if the answer to the first had been lost.
            let body = json!({ "conversationId": ids.chat, "content": "later", "scheduledFor": tomorrow(), "clientMessageId": "later" });
            (body.clone(), body)
        },
        told: &[],
    },
    Operation {
        rest: ("PATCH", "/api/chat/scheduled/{scheduled}"),
        event: "scheduled_update",
        bodies: |ids| (json!({ "content": "Better" }), json!({ "id": ids.scheduled, "content": "Better" })),
        told: &[("scheduled_message_changed", OwnDevice)],
    },
    Operation {
        rest: ("DELETE", "/api/chat/scheduled/{scheduled}"),
        event: "scheduled_cancel",
        bodies: |ids| (Value::Null, json!(ids.scheduled)),
        told: &[("scheduled_message_changed", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/messages/{message}/status"),
        event: "message_delivered",
        bodies: |ids| (json!({ "status": "delivered" }), json!({ "messageId": ids.message, "conversationId": ids.chat })),
        told: &[("message_status_update", Other)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/messages/{message}/status"),
        event: "message_read",
        bodies: |ids| (json!({ "status": "read" }), json!(ids.message)),
        told: &[("message_status_update", Other), ("message_read", Other), ("message_status_update", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/conversations/{chat}/read"),
        event: "join_conversation",
        bodies: |ids| (json!({}), json!(ids.chat)),
        told: &[("message_status_update", Other), ("message_read", Other), ("message_status_update", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/messages/{own}/edit"),
        event: "message_edited",
        bodies: |ids| (json!({ "content": "Better" }), json!({ "messageId": ids.own, "newContent": "Better" })),
        told: &[("message_edited", Other), ("message_edited", OwnDevice)],
    },
    Operation {
        rest: ("DELETE", "/api/chat/messages/{own}"),
        event: "message_deleted",
        bodies: |ids| (Value::Null, json!({ "messageId": ids.own })),
        told: &[("message_deleted", Other), ("message_deleted", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/messages/{message}/reactions"),
        event: "message_reaction_added",
        bodies: |ids| (json!({ "emoji": "👍" }), json!({ "messageId": ids.message, "emoji": "👍" })),
        told: &[("message_reaction_updated", Other), ("message_reaction_updated", OwnDevice)],
    },
    Operation {
        rest: ("DELETE", "/api/chat/messages/{own}/reactions"),
        event: "message_reaction_removed",
        bodies: |ids| (json!({ "emoji": "❤️" }), json!({ "messageId": ids.own, "emoji": "❤️" })),
        told: &[("message_reaction_updated", Other), ("message_reaction_updated", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/messages/{message}/ack"),
        event: "message_ack",
        bodies: |ids| (Value::Null, json!(ids.message)),
        told: &[("message_acknowledged", Other), ("message_acknowledged", OwnDevice), ("message_read", Other)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/conversations/{chat}/mute"),
        event: "chat_mute_toggled",
        bodies: |ids| (json!({ "muted": true }), json!({ "conversationId": ids.chat, "muted": true })),
        told: &[("chat_mute_status_changed", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/conversations/{chat}/pin"),
        event: "chat_pin_toggled",
        bodies: |ids| (Value::Null, json!(ids.chat)),
        told: &[("chat_pin_status_changed", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/conversations/{chat}/archive"),
        event: "chat_archive_toggled",
        bodies: |ids| (json!({ "archived": true }), json!({ "conversationId": ids.chat, "archived": true })),
        told: &[("chat_archive_status_changed", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/users/me/availability"),
        event: "update_availability",
        bodies: |_| (json!({ "availability": "busy" }), json!("busy")),
        told: &[("user_availability_change", Other), ("user_availability_update", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/conversations"),
        event: "conversation_create",
        bodies: |ids| {
            let body = json!({ "type": "group", "name": "Night", "participantIds": [ids.other, ids.third], "appointmentId": "a1" });
            (body.clone(), body)
        },
        told: &[("conversation_updated", Other), ("new_message", Other), ("conversation_updated", OwnDevice), ("new_message", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/conversations"),
        event: "conversation_create",
        bodies: |ids| (json!({ "participantId": ids.third }), json!(ids.third)),
        told: &[("conversation_updated", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/conversations/{group}"),
        event: "conversation_update",
        bodies: |ids| {
            let body = json!({ "name": "Day", "avatar": "/a.png", "groupAdmin": ids.other });
            (body.clone(), with(body, "conversationId", &ids.group))
        },
        told: &[("conversation_updated", Other), ("new_message", Other), ("conversation_updated", OwnDevice), ("new_message", OwnDevice)],
    },
    Operation {
        rest: ("POST", "/api/chat/conversations/{group}/participants"),
        event: "participants_add",
        bodies: |ids| (json!({ "userId": ids.third }), json!({ "conversationId": ids.group, "userIds": [ids.third] })),
        told: &[("conversation_updated", Other), ("new_message", Other), ("conversation_updated", OwnDevice), ("new_message", OwnDevice)],
    },
    Operation {
        rest: ("DELETE", "/api/chat/conversations/{group}/participants/{other}"),
        event: "participant_remove",
        bodies: |ids| (Value::Null, json!({ "conversationId": ids.group, "userId": ids.other })),
        told: &[("conversation_removed", Other), ("conversation_updated", OwnDevice), ("new_message", OwnDevice)],
    },
    Operation {
        rest: ("PATCH", "/api/chat/calls/seen"),
        event: "calls_seen",
        bodies: |_| (Value::Null, Value::Null),
        told: &[("calls_missed", OwnDevice)],
    },
];

fn with(mut body: Value, field: &str, id: &str) -> Value {
    body[field] = json!(id);
    body
}

/// Routes without an event: reading, and what the contract gives REST only.
const REST_ONLY: &[(&str, &str)] = &[
    ("GET", "/api/chat/conversations"),
    ("GET", "/api/chat/conversations/<id>"),
    ("GET", "/api/chat/conversations/<id>/messages"),
    ("GET", "/api/chat/conversations/<id>/changes"),
    ("GET", "/api/chat/conversations/<id>/participants"),
    ("GET", "/api/chat/conversations/<id>/files"),
    ("POST", "/api/chat/messages"), // another name of send
    ("GET", "/api/chat/messages/<id>/history"),
    ("GET", "/api/chat/messages/<id>/receipts"),
    ("GET", "/api/chat/scheduled"),
    ("GET", "/api/chat/unread-count"),
    ("GET", "/api/chat/search"),
    ("GET", "/api/chat/search/messages"),
    ("GET", "/api/chat/providers"),
    ("GET", "/api/chat/midwife-chat-users"),
    ("GET", "/api/chat/statistics"),
    ("GET", "/api/chat/calls"),
    ("GET", "/api/chat/calls/active"),
    ("GET", "/api/chat/calls/missed"),
    ("GET", "/api/chat/ice-servers"),
    // The contract has no events of clients for appointments.
    ("GET", "/api/appointments"),
    ("POST", "/api/appointments"),
    ("GET", "/api/appointments/<id>"),
    ("PATCH", "/api/appointments/<id>"),
    ("POST", "/api/appointments/<id>/cancel"),
];

/// Events without a route: of the moment, or only for compatibility.
const SOCKET_ONLY: &[&str] = &[
    "join",
    "leave",
    "leave_conversation",
    "typing_start",
    "typing_stop",
    "file_sending",
    "user_away",
    "user_back",
    "user_busy",
    // A call needs a device that stays connected.
    "voice_call_request",
    "video_call_request",
    "call_accepted",
    "call_rejected",
    "call_ended",
    "call_signal",
    "call_media",
    "call_resume",
];

fn tomorrow() -> String {
    let day = std::time::Duration::from_hours(24);
    mommycare::clock::Clock::system().now().plus(day).to_string()
}

/// Two people, one conversation with something unread, and three sockets.
struct Scene {
    actor: Person,
    other: Person,
    acting: Socket,
    own: Socket,
    others: Socket,
    ids: Ids,
}

impl Scene {
    async fn new(server: &Server) -> Self {
        let other = Person::register(server, "Dora", "doctor").await;
        let actor = Person::register(server, "Mia", "midwife").await;
        let chat = other.open(&actor).await;
        let own = actor.say(&chat, "own").await["id"].as_str().unwrap().to_owned();
        let loved = actor.post(&format!("/api/chat/messages/{own}/reactions"), json!({ "emoji": "❤️" })).await;
        assert_eq!(loved.status, 200, "{loved:?}");
        let unread = json!({ "conversationId": chat, "content": "unread", "priority": "urgent" });
        let message = other.post("/api/chat/send", unread).await.data()["id"].as_str().unwrap().to_owned();
        let later = json!({ "conversationId": chat, "content": "later", "scheduledFor": tomorrow(), "clientMessageId": "later" });
        let scheduled = actor.post("/api/chat/send", later).await.data()["id"].as_str().unwrap().to_owned();
        let third = Person::register(server, "Tess", "doctor").await.id;
        let body = json!({ "type": "group", "name": "Team", "participantIds": [other.id] });
        let group = actor.post("/api/chat/conversations", body).await.data()["id"].as_str().unwrap().to_owned();
        let ids = Ids { chat, message, own, scheduled, group, other: other.id.clone(), third };
        let mut others = Socket::connect(&other).await;
        // A call that nobody has heard.
        let call = others.ask("voice_call_request", json!({ "recipientId": actor.id })).await["data"]["callId"].clone();
        assert_eq!(others.ask("call_ended", json!({ "callId": call })).await["data"]["status"], "cancelled");
        let (mut acting, mut own) = (Socket::connect(&actor).await, Socket::connect(&actor).await);
        // What is told from here on is told of the operation.
        acting.caught_up(&ids.chat).await;
        // The other device of the same person has heard that too, and waits for its own.
        own.wait_for("chat_mute_status_changed").await;
        own.caught_up(&ids.chat).await;
        others.caught_up(&ids.chat).await;
        Self { actor, other, acting, own, others, ids }
    }

    async fn by_rest(&self, operation: &Operation) -> Reply {
        let body = (operation.bodies)(&self.ids).0;
        let method = operation.rest.0.parse().unwrap();
        self.actor.send(method, &self.ids.fill(operation.rest.1), Some(body).filter(|body| !body.is_null())).await
    }

    async fn by_socket(&mut self, operation: &Operation) -> Value {
        let body = (operation.bodies)(&self.ids).1;
        self.acting.ask(operation.event, body).await
    }

    async fn told(&mut self, operation: &Operation) -> Vec<Value> {
        let mut told = Vec::new();
        for (event, listener) in operation.told {
            let socket = if *listener == Other { &mut self.others } else { &mut self.own };
            let mut payload = socket.wait_for(event).await;
            self.anonymise(&mut payload);
            told.push(payload);
        }
        told
    }

    /// Puts names for what differs between two scenes: ids and times.
    fn anonymise(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let text_now = std::mem::take(text);
                let is_time = text_now.len() == 24 && text_now.ends_with('Z') && text_now.contains('T');
                *text = if is_time { "TIME".into() } else { self.anonymous(&text_now) };
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.anonymise(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.anonymise(field)),
            _ => {}
        }
    }

    fn anonymous(&self, text: &str) -> String {
        let known = [
            (&self.ids.scheduled, "SCHEDULED"),
            (&self.ids.chat, "CHAT-"),
            (&self.ids.group, "GROUP-"),
            (&self.actor.id, "ACTOR"),
            (&self.other.id, "OTHER"),
            (&self.ids.third, "THIRD"),
        ];
        let text = known.into_iter().fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), name));
        // A conversation that the operation has made: only the place in it is the same in both scenes.
        let is_new = (text.len() == 16 || text.len() == 32) && text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_new { format!("NEW-{}", &text[16..]) } else { text }
    }
}

#[tokio::test]
async fn both_doors_give_the_same_view_and_tell_others_the_same() {
    let server = Server::start();
    for operation in TABLE {
        let (mut one, mut two) = (Scene::new(&server).await, Scene::new(&server).await);
        let mut by_rest = one.by_rest(operation).await.data().clone();
        let ack = two.by_socket(operation).await;
        assert_eq!(ack["success"], true, "{}: {ack}", operation.event);
        let mut by_socket = ack["data"].clone();
        one.anonymise(&mut by_rest);
        two.anonymise(&mut by_socket);
        assert_eq!(by_rest, by_socket, "{}", operation.event);
        assert_eq!(one.told(operation).await, two.told(operation).await, "{}", operation.event);
    }
}

#[tokio::test]
async fn both_doors_refuse_in_the_same_words() {
    let server = Server::start();
    let stranger = Person::register(&server, "Eve", "doctor").await;
    let mut socket = Socket::connect(&stranger).await;
    let scene = Scene::new(&server).await;
    let nobody = Ids {
        chat: "00000000000000ff".into(),
        message: format!("{:032x}", 255),
        own: format!("{:032x}", 254),
        scheduled: format!("{:032x}", 253),
        group: "00000000000000fe".into(),
        other: scene.ids.other.clone(),
        third: scene.ids.third.clone(),
    };
    // What is about no conversation that there is cannot be a stranger's.
    let own = |event| matches!(event, "update_availability" | "conversation_create" | "calls_seen");
    for operation in TABLE.iter().filter(|operation| !own(operation.event)) {
        let mut bodies = Vec::new();
        for ids in [&scene.ids, &nobody] {
            let (body, argument) = (operation.bodies)(ids);
            let path = ids.fill(operation.rest.1);
            let reply = stranger.send(operation.rest.0.parse().unwrap(), &path, Some(body).filter(|body| !body.is_null())).await;
            assert_eq!(reply.error().0, 404, "{}", operation.event);
            bodies.push(reply.body);
            bodies.push(socket.ask(operation.event, argument).await);
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{}: {bodies:#?}", operation.event);
    }
    // What is wrong with a field is said in the same words too.
    for body in [json!({}), json!({ "content": 5 }), json!({ "conversationId": scene.ids.chat, "content": "x", "priority": "odd" })] {
        let reply = stranger.post("/api/chat/send", body.clone()).await;
        assert_eq!(reply.error(), (400, "VALIDATION_ERROR"));
        assert_eq!(reply.body, socket.ask("send_message", body).await);
    }
    let reply = stranger.patch("/api/users/me/availability", json!({ "availability": "asleep" })).await;
    assert_eq!(reply.body, socket.ask("update_availability", json!("asleep")).await);
}

#[test]
fn no_operation_exists_on_one_side_only() {
    let generic = |path: &str| {
        let path = path.replace("{other}", "<person>");
        ["{chat}", "{message}", "{own}", "{scheduled}", "{group}"].iter().fold(path, |path, name| path.replace(name, "<id>"))
    };
    let known = |method: &str, path: &str| {
        REST_ONLY.contains(&(method, path))
            || TABLE.iter().any(|operation| (operation.rest.0, &*generic(operation.rest.1)) == (method, path))
    };
    for route in [mommycare::http::chat::routes(), mommycare::http::calls::routes(), mommycare::http::appointments::routes()].concat() {
        let (method, path) = (route.method.to_string(), route.uri.path().to_owned());
        assert!(known(&method, &path), "{method} {path} stands in no column");
    }
    for event in EVENTS {
        assert!(SOCKET_ONLY.contains(event) || TABLE.iter().any(|operation| operation.event == *event), "{event} stands in no column");
    }
    for operation in TABLE {
        assert!(EVENTS.contains(&operation.event), "{} is no event", operation.event);
    }
}
