//! Places on the map, over a store in memory. What is read as one is tested beside the code.

use crate::chat_support::Clinic;
use mommycare::{
    chat::Door,
    contract::{LocationView, request::*},
    store::records::Role,
};

#[tokio::test]
async fn a_place_is_shown_beside_the_content_and_goes_with_it() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let send = async |content: &str, kind: &str| {
        let body = SendBody {
            recipient_id: Some(dora.user.to_string()),
            content: Some(content.into()),
            message_type: Some(kind.into()),
            ..SendBody::default()
        };
        clinic.chats.send(ama, body, Door::Rest).await.unwrap().message
    };
    let message = send("6.927079,79.861244 Ward 3", "location").await;
    assert_eq!(message.content, "6.927079,79.861244 Ward 3", "as it came");
    let place = LocationView { latitude: 6.927_079, longitude: 79.861_244, label: Some("Ward 3".into()) };
    assert_eq!(message.location, Some(place));
    assert_eq!(send("6.927079,79.861244", "text").await.location, None, "words are words");
    assert_eq!(send("the blue house behind the temple", "location").await.location, None, "described, not measured");
    clinic.chats.delete(ama, &message.id.to_string()).await.unwrap();
    let all = clinic.page(dora, message.conversation_id, MessagesQuery { deleted: Some(true), ..MessagesQuery::default() });
    assert!(all.items[0].is_deleted && all.items[0].location.is_none());
}
