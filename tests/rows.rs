//! Every row of the contract's tables of conversations and sockets has a test at each of its doors.
//!
//! [`ROWS`] says which. A route, an event of clients or an event of the server that stands in no row fails the first test, and so does a
//! row whose test does not exist or does not name it. What only REST reads and what only sockets do is tried here; what both doors
//! do, `parity.rs` tries.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod support;

use mommycare::realtime::EVENTS;
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, path::Path};
use support::{
    PATIENCE, Server,
    http::{Person, Reply},
    socket::Socket,
};

/// What the contract names, and where it is tried: a file and something in it.
type Row = (&'static str, &'static [(&'static str, &'static str)]);

/// Both doors, with views, refusals, and what others are told.
const BOTH: &[(&str, &str)] = &[("parity.rs", "const TABLE")];
const READ: &[(&str, &str)] = &[("rows.rs", "async fn what_only_rest_reads_has_the_contracts_shape_and_is_nobody_elses")];
const MOMENT: &[(&str, &str)] = &[("rows.rs", "async fn what_only_sockets_do_is_answered_and_told")];

const APPOINTMENTS: &[(&str, &str)] = &[
    ("appointments/routes.rs", "async fn every_route_has_the_contracts_shape"),
    ("appointments/routes.rs", "async fn a_stranger_gets_what_a_random_id_gets"),
];

const ROWS: &[Row] = &[
    // REST
    ("GET /api/chat/conversations", READ),
    ("POST /api/chat/conversations", BOTH),
    ("GET /api/chat/conversations/<id>", READ),
    ("PATCH /api/chat/conversations/<id>", BOTH),
    ("GET /api/chat/conversations/<id>/messages", READ),
    ("GET /api/chat/conversations/<id>/changes", READ),
    ("GET /api/chat/conversations/<id>/participants", READ),
    ("POST /api/chat/conversations/<id>/participants", BOTH),
    ("DELETE /api/chat/conversations/<id>/participants/<person>", BOTH),
    (
        "GET /api/chat/conversations/<id>/files",
        &[("files/listing.rs", "async fn all_files_of_a_conversation_are_listed_by_kind_and_in_pages")],
    ),
    ("PATCH /api/chat/conversations/<id>/read", BOTH),
    ("PATCH /api/chat/conversations/<id>/mute", BOTH),
    ("PATCH /api/chat/conversations/<id>/pin", BOTH),
    ("PATCH /api/chat/conversations/<id>/archive", BOTH),
    ("POST /api/chat/send", BOTH),
    ("POST /api/chat/messages", READ),
    ("POST /api/chat/upload", &[("files/limits.rs", "async fn more_files_than_allowed_are_refused")]),
    ("PATCH /api/chat/messages/<id>/status", BOTH),
    ("PATCH /api/chat/messages/<id>/edit", BOTH),
    ("GET /api/chat/messages/<id>/history", READ),
    ("GET /api/chat/messages/<id>/receipts", READ),
    ("DELETE /api/chat/messages/<id>", BOTH),
    ("POST /api/chat/messages/<id>/reactions", BOTH),
    ("DELETE /api/chat/messages/<id>/reactions", BOTH),
    ("POST /api/chat/messages/<id>/ack", BOTH),
    ("GET /api/chat/unread-count", READ),
    ("GET /api/chat/search", READ),
    ("GET /api/chat/search/messages", READ),
    ("GET /api/chat/scheduled", READ),
    ("PATCH /api/chat/scheduled/<id>", BOTH),
    ("DELETE /api/chat/scheduled/<id>", BOTH),
    ("GET /api/chat/providers", READ),
    ("GET /api/chat/midwife-chat-users", READ),
    ("GET /api/chat/statistics", READ),
    ("PATCH /api/users/me/availability", BOTH),
    ("GET /api/appointments", APPOINTMENTS),
    ("POST /api/appointments", APPOINTMENTS),
    ("GET /api/appointments/<id>", APPOINTMENTS),
    ("PATCH /api/appointments/<id>", APPOINTMENTS),
    ("POST /api/appointments/<id>/cancel", APPOINTMENTS),
    // From clients
    ("> join", MOMENT),
    ("> leave", MOMENT),
    ("> join_conversation", BOTH),
    ("> leave_conversation", MOMENT),
    ("> send_message", BOTH),
    ("> typing_start", MOMENT),
    ("> typing_stop", MOMENT),
    ("> file_sending", &[("files/being_sent.rs", "async fn others_see_that_a_file_is_on_its_way")]),
    ("> message_delivered", BOTH),
    ("> message_read", BOTH),
    ("> user_away", MOMENT),
    ("> user_back", MOMENT),
    ("> user_busy", MOMENT),
    ("> update_availability", BOTH),
    ("> message_edited", BOTH),
    ("> message_deleted", BOTH),
    ("> message_reaction_added", BOTH),
    ("> message_reaction_removed", BOTH),
    ("> message_ack", BOTH),
    ("> scheduled_update", BOTH),
    ("> scheduled_cancel", BOTH),
    ("> chat_mute_toggled", BOTH),
    ("> chat_pin_toggled", BOTH),
    ("> chat_archive_toggled", BOTH),
    ("> conversation_create", BOTH),
    ("> conversation_update", BOTH),
    ("> participants_add", BOTH),
    ("> participant_remove", BOTH),
    // To clients
    ("< new_message", BOTH),
    ("< message_sent", BOTH),
    ("< message_status_update", BOTH),
    ("< message_read", BOTH),
    ("< message_edited", BOTH),
    ("< message_deleted", BOTH),
    ("< message_acknowledged", BOTH),
    ("< message_reaction_updated", BOTH),
    ("< typing_indicator", MOMENT),
    ("< file_sending_indicator", &[("files/being_sent.rs", "async fn others_see_that_a_file_is_on_its_way")]),
    ("< user_status_change", MOMENT),
    ("< user_availability_change", BOTH),
    ("< user_availability_update", BOTH),
    ("< user_rating_change", &[("reviews/doors.rs", "async fn those_whom_it_concerns_are_told")]),
    ("< chat_mute_status_changed", BOTH),
    ("< chat_pin_status_changed", BOTH),
    ("< chat_archive_status_changed", BOTH),
    ("< scheduled_message_changed", BOTH),
    (
        "< notification",
        &[
            ("chat_kinds/real.rs", "async fn what_is_urgent_is_repeated"),
            ("accounts.rs", "async fn decisions_of_the_clinic"),
            ("appointments/routes.rs", "async fn both_are_told_on_every_device"),
            ("reviews/doors.rs", "async fn those_whom_it_concerns_are_told"),
        ],
    ),
    ("< conversation_updated", BOTH),
    ("< conversation_removed", BOTH),
    ("< session_revoked", &[("chat_sockets.rs", "async fn a_sign_out_closes_the_sockets_of_that_sign_in_only")]),
    ("< server_restarting", &[("rows.rs", "async fn a_server_that_stops_says_so")]),
    // Told by a door, not by an operation
    ("< conversation_joined", MOMENT),
    ("< message_error", &[("chat_sockets.rs", "async fn errors_come_back_also_without_a_callback")]),
    ("< error", &[("chat_sockets.rs", "async fn errors_come_back_also_without_a_callback")]),
];

/// Calls are tried in a folder of their own.
const CALLS: &[&str] = &["/calls", "ice-servers", "call_", "calls_", "voice_call", "video_call"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_row_has_its_tests() {
    let mut rows: Vec<String> = EVENTS.iter().map(|event| format!("> {event}")).collect();
    for route in [mommycare::http::chat::routes(), mommycare::http::appointments::routes()].concat() {
        rows.push(format!("{} {}", route.method, route.uri.path()));
    }
    let events = fs::read_to_string(root().join("src/contract/event.rs")).unwrap();
    let names = events.split_once("pub fn name(&self)").unwrap().1.split_once("\n    }").unwrap().0;
    rows.extend(names.split("=> \"").skip(1).map(|rest| format!("< {}", rest.split('"').next().unwrap())));
    assert!(rows.len() > 80, "the rows are read: {rows:?}");
    for row in rows.iter().filter(|row| !CALLS.iter().any(|part| row.contains(part))) {
        assert!(ROWS.iter().any(|(known, _)| known == row), "{row} stands in no row: say which test shows it");
    }
    for (row, proofs) in ROWS {
        for (file, name) in *proofs {
            let text = fs::read_to_string(root().join("tests").join(file)).unwrap_or_else(|_| panic!("{row}: there is no {file}"));
            let (_, part) = text.rsplit_once(name).unwrap_or_else(|| panic!("{row}: there is no {name} in {file}"));
            let part = part.split_once("\n}\n").map_or(part, |(part, _)| part);
            let part = part.split_once("\n];\n").map_or(part, |(part, _)| part);
            // A path with holes: what stands between the holes, in its order.
            let word = row.split_once(' ').unwrap().1;
            let mut rest = part;
            for piece in word.split(['<', '>']).step_by(2).filter(|piece| !piece.is_empty()) {
                let (_, after) = rest.split_once(piece).unwrap_or_else(|| panic!("{row}: {name} in {file} does not name it"));
                rest = after;
            }
        }
    }
}

const CONVERSATION: &str = "id _id type name participants lastMessage unreadCount isMuted isPinned metadata appointmentId lastActivity \
    createdAt groupName groupAvatar groupAdmin isActive isArchived seq cursor";
const MESSAGE: &str = "id _id clientMessageId seq conversationId senderId senderName senderRole recipientId sender content messageType type \
    timestamp createdAt updatedAt status read readAt deliveredAt file attachments fileUrl fileName replyTo forwardedFrom reactions isEdited \
    editedAt isDeleted priority requiresAck acks isSystemMessage systemType appointmentId scheduledFor";
const PARTICIPANT: &str = "id _id name firstName lastName role avatar specialty isOnline status lastSeen availability";
const PROVIDER: &str = "experience location bio rating reviewCount languages isActive unreadCount lastMessage lastMessageTime lastMessageAt \
    nextAppointment nextAppointmentId isTyping";
const PAGE: &str = "page limit total pages totalPages hasNext hasPrev";
const MESSAGE_PAGE: &str = "limit skip total hasMore nextCursor prevCursor";

/// The contract's fields are all there.
fn has(value: &Value, fields: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    for field in fields.split_whitespace() {
        assert!(object.contains_key(field), "no {field} in {value}");
    }
}

fn items(reply: &Reply) -> &Vec<Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.data().as_array().unwrap()
}

#[tokio::test]
async fn what_only_rest_reads_has_the_contracts_shape_and_is_nobody_elses() {
    let server = Server::start();
    let (ama, dora) = (Person::register(&server, "Ama", "mom").await, Person::register(&server, "Dora", "doctor").await);
    let (mia, eve) = (Person::register(&server, "Mia", "midwife").await, Person::register(&server, "Eve", "mom").await);
    let (chat, other) = (ama.open(&dora).await, ama.open(&mia).await);
    let first =
        ama.post("/api/chat/messages", json!({ "conversationId": chat, "content": "Good morning", "clientMessageId": "one" })).await;
    assert_eq!(first.status, 201, "{first:?}");
    has(first.data(), MESSAGE);
    let again = ama.post("/api/chat/send", json!({ "conversationId": chat, "content": "Good morning", "clientMessageId": "one" })).await;
    assert_eq!((again.status, again.data()), (200, first.data()), "one operation under two names");
    let id = first.data()["id"].as_str().unwrap();
    dora.say(&chat, "Good evening").await;
    ama.say(&other, "Hello").await;

    // Lists, one page after the other.
    let page = ama.get("/api/chat/conversations?page=1&limit=1").await;
    assert_eq!(items(&page).len(), 1);
    has(&items(&page)[0], CONVERSATION);
    has(&items(&page)[0]["lastMessage"], "id content messageType timestamp sender senderId status");
    has(&items(&page)[0]["metadata"], "specialty location rating experience availability");
    has(&items(&page)[0]["participants"][0], PARTICIPANT);
    has(&page.body["pagination"], PAGE);
    assert_eq!((&page.body["pagination"]["total"], &page.body["pagination"]["hasNext"]), (&json!(2), &json!(true)));
    let unread = ama.get("/api/chat/conversations?filter=unread").await;
    assert_eq!(items(&unread).iter().map(|chat| chat["id"].clone()).collect::<Vec<_>>(), [json!(chat)]);
    assert_eq!(items(&eve.get("/api/chat/conversations").await).len(), 0);
    let count = ama.get("/api/chat/unread-count").await;
    let expected =
        json!({ "total": 1, "unreadCount": 1, "byConversation": [{ "conversationId": chat, "count": 1 }], "conversations": { &*chat: 1 } });
    assert_eq!(count.data(), &expected);

    // One conversation.
    let path = |rest: &str| format!("/api/chat/conversations/{chat}{rest}");
    let view = ama.get(&path("")).await;
    assert_eq!(view.data(), &items(&unread)[0], "the same as in the list");
    let messages = ama.get(&path("/messages?limit=1")).await;
    has(&items(&messages)[0], MESSAGE);
    has(&messages.body["pagination"], MESSAGE_PAGE);
    let before = messages.body["pagination"]["nextCursor"].as_u64().unwrap();
    let older = ama.get(&path(&format!("/messages?before={before}"))).await;
    assert_eq!(items(&older)[0]["content"], "Good morning");
    let changes = ama.get(&path("/changes?since=0&limit=1")).await;
    has(changes.data(), "messages marks cursor hasMore");
    has(&changes.data()["marks"][0], "userId readSeq deliveredSeq");
    assert_eq!(changes.data()["hasMore"], true);
    let participants = ama.get(&path("/participants")).await;
    assert_eq!(items(&participants).len(), 2);
    has(&items(&participants)[0], PARTICIPANT);

    // One message.
    let of = |rest: &str| format!("/api/chat/messages/{id}{rest}");
    assert_eq!(ama.patch(&of("/edit"), json!({ "content": "Good day" })).await.status, 200);
    let history = dora.get(&of("/history")).await;
    assert_eq!(items(&history).iter().map(|version| version["content"].clone()).collect::<Vec<_>>(), ["Good morning"]);
    let receipts = ama.get(&of("/receipts")).await;
    has(&items(&receipts)[0], "userId status deliveredAt readAt");
    assert_eq!((&items(&receipts)[0]["userId"], &items(&receipts)[0]["status"]), (&json!(dora.id), &json!("read")), "who answers has read");

    // What a stranger asks for is what nobody knows.
    let unknown = |path: &str| path.replace(&chat, "00000000000000ff");
    for rest in ["", "/messages", "/changes", "/participants"] {
        let (reply, nothing) = (eve.get(&path(rest)).await, eve.get(&unknown(&path(rest))).await);
        assert_eq!((reply.error(), &reply.body), ((404, "CONVERSATION_NOT_FOUND"), &nothing.body), "{rest}");
    }
    for rest in ["/history", "/receipts"] {
        let (reply, nothing) = (eve.get(&of(rest)).await, eve.get(&unknown(&of(rest))).await);
        assert_eq!((reply.error(), &reply.body), ((404, "MESSAGE_NOT_FOUND"), &nothing.body), "{rest}");
    }

    // What one has for later.
    let due = json!(mommycare::clock::Clock::system().now().plus(std::time::Duration::from_hours(1)).to_string());
    let later = ama.post("/api/chat/send", json!({ "conversationId": chat, "content": "later", "scheduledFor": due })).await;
    let scheduled = ama.get("/api/chat/scheduled").await;
    assert_eq!(items(&scheduled), &[later.data().clone()]);
    has(&items(&scheduled)[0], MESSAGE);
    assert_eq!(items(&dora.get("/api/chat/scheduled").await).len(), 0);

    // People, words and figures.
    let found = ama.get("/api/chat/search?query=do&role=doctor,midwife").await;
    assert_eq!(items(&found).iter().map(|person| person["id"].clone()).collect::<Vec<_>>(), [json!(dora.id)]);
    has(&items(&found)[0], PARTICIPANT);
    assert_eq!(items(&ama.get("/api/chat/search?query=.").await).len(), 2, "all whom she may write to");
    assert_eq!(ama.get("/api/chat/search").await.error(), (400, "VALIDATION_ERROR"));
    let hits = ama.get("/api/chat/search/messages?q=good+ev").await;
    assert_eq!(items(&hits).len(), 1);
    has(&items(&hits)[0]["message"], MESSAGE);
    assert_eq!(items(&hits)[0]["snippet"], "Good evening");
    assert_eq!(items(&eve.get("/api/chat/search/messages?q=good").await).len(), 0);
    for (person, path, who) in [(&ama, "/api/chat/providers?role=doctor", &dora), (&mia, "/api/chat/midwife-chat-users", &ama)] {
        let list = person.get(path).await;
        let entry = items(&list).iter().find(|entry| entry["id"] == who.id.as_str()).unwrap_or_else(|| panic!("{list:?}"));
        has(entry, PARTICIPANT);
        has(entry, PROVIDER);
        assert_eq!(list.body["total"], items(&list).len());
        assert!(entry["lastMessage"].is_string() && entry["name"].is_string() && entry["specialty"].is_string(), "{entry}");
    }
    let figures = ama.get("/api/chat/statistics").await;
    assert_eq!((&figures.data()["totals"]["messagesSent"], &figures.data()["totals"]["messagesReceived"]), (&json!(2), &json!(1)));
    // Nobody reads anything without saying who they are.
    let nobody = Person::stranger(&server);
    for (row, _) in ROWS {
        if let Some((method, path)) = row.split_once(" /") {
            let path = format!("/{path}").replace("<id>", &chat).replace("<person>", &dora.id);
            let reply = nobody.send(method.parse::<Method>().unwrap(), &path, None).await;
            assert_eq!(reply.error(), (401, "UNAUTHORIZED"), "{row}");
        }
    }
}

#[tokio::test]
async fn what_only_sockets_do_is_answered_and_told() {
    let server = Server::start();
    let (ama, dora) = (Person::register(&server, "Ama", "mom").await, Person::register(&server, "Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    dora.say(&chat, "Good morning").await;
    let (mut watching, mut acting) = (Socket::connect(&dora).await, Socket::connect(&ama).await);
    let about = |event: &Value| event["userId"] == ama.id.as_str();
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "online");

    // Old clients name themselves and their conversations.
    for event in ["join", "leave"] {
        assert_eq!(acting.ask(event, json!(ama.id)).await["data"], json!({ "userId": ama.id }), "{event}");
        assert_eq!(acting.ask(event, json!({ "userId": dora.id })).await["code"], "FORBIDDEN", "{event}");
    }
    let read = acting.ask("join_conversation", json!(chat)).await;
    assert_eq!((&read["data"]["conversationId"], &read["data"]["markedCount"]), (&json!(chat), &json!(1)), "joining reads");
    assert_eq!(acting.wait_for("conversation_joined").await, json!({ "conversationId": chat }));
    assert_eq!(watching.wait_for("message_read").await["conversationId"], *chat);
    assert_eq!(acting.ask("leave_conversation", json!({ "conversationId": chat })).await["data"], json!({ "conversationId": chat }));

    // Typing. A person that the payload names is not believed.
    for (event, is_typing) in [("typing_start", true), ("typing_stop", false)] {
        let shown = json!({ "conversationId": chat, "userId": ama.id, "isTyping": is_typing });
        let answer = acting.ask(event, json!({ "conversationId": chat, "userId": dora.id })).await;
        assert_eq!(answer["data"], shown, "{event}");
        assert_eq!(watching.wait_for("typing_indicator").await, shown);
    }

    // Presence.
    let steps = [("user_away", Value::Null, "away"), ("user_back", Value::Null, "online"), ("user_busy", json!(true), "busy")];
    for (event, argument, status) in steps {
        let answer = acting.ask(event, argument).await;
        assert_eq!(answer["data"], json!({ "userId": ama.id, "isOnline": true, "status": status }), "{event}");
        let told = watching.wait_until("user_status_change", about).await;
        assert_eq!((&told["status"], &told["isOnline"]), (&json!(status), &json!(true)), "{event}");
        has(&told, "userId isOnline status lastSeen");
    }
    // What names a conversation that is not one's own is refused as what nobody knows.
    let mut stranger = Socket::connect(&Person::register(&server, "Eve", "doctor").await).await;
    for event in ["join_conversation", "leave_conversation", "typing_start", "typing_stop"] {
        let (refused, nothing) = (stranger.ask(event, json!(chat)).await, stranger.ask(event, json!("00000000000000ff")).await);
        assert_eq!((&refused["code"], &refused), (&json!("CONVERSATION_NOT_FOUND"), &nothing), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so() {
    let mut server = Server::start();
    let mut socket = Socket::connect(&Person::register(&server, "Ama", "mom").await).await;
    let told = tokio::spawn(async move {
        let told = socket.wait_for("server_restarting").await;
        socket.closed().await;
        told
    });
    let (took, well) = tokio::task::block_in_place(|| server.terminate());
    assert!(well && took < PATIENCE, "{took:?}");
    assert!(told.await.unwrap()["retryAfterMs"].as_u64().unwrap() > 0);
}
