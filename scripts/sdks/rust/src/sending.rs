//! Messages, attempts, and what is sent once more; deliveries are verified with the SDK's own `Webhook`.

use std::collections::BTreeSet;

use serde_json::json;
use svix::api::*;
use svix::models::*;

use crate::given;
use crate::stage::*;

async fn publish(app: &str, n: u32) -> Result<String, Box<dyn std::error::Error>> {
    let message = given!({ "eventType": format!("rust.sent{}", n % 2), "payload": { "n": n }, "channels": ["eu"], "tags": [format!("t{n}")] });
    Ok(SDK.message().create(app.into(), message, None).await?.id)
}

pub async fn deliveries() -> Part {
    let (app, path) = (an_app().await?, format!("/{}", unique("verified")));
    let end = SDK.endpoint().create(app.clone(), EndpointIn::new(RECEIVER.clone() + &path), None).await?.id;
    let webhook = svix::Webhook::new(&SDK.endpoint().get_secret(app.clone(), end).await?.key)?;
    let message = MessageIn::new("rust.verified".into(), json!({ "name": "Zoë", "n": 1.5, "of": [1, null] }));
    let sent = SDK.message().create(app.clone(), message, None).await?;
    arrived(&path, 1).await?;
    let request = got(&path).remove(0);
    check(
        webhook.verify(&request.body, &request.headers).is_ok() && request.headers["webhook-id"] == *sent.id,
        "svix::Webhook verifies what arrived",
    );
    check(
        webhook.verify(&[&request.body[..], b" "].concat(), &request.headers).is_err(),
        "a forged request is refused",
    );
    SDK.message().create(app, MessageIn::new_raw_payload("rust.raw".into(), "{ \"a\" :  1 }".into()), None).await?;
    check(arrived(&path, 2).await? && got(&path)[1].body == b"{ \"a\" :  1 }", "a raw payload arrives byte by byte");
    Ok(())
}

pub async fn messages() -> Part {
    let (messages, app, event) = (SDK.message(), an_app().await?, unique("event"));
    let full: MessageIn = given!({
        "eventType": "rust.messages", "payload": { "n": 1 }, "eventId": event, "channels": ["eu"], "tags": ["a"],
        "deliverAt": hours_ago(-1).format("%Y-%m-%dT%H:%M:%SZ").to_string(), "payloadRetentionHours": 5, "application": { "name": "Ignored" },
        "transformationsParams": { "any": 1 }
    });
    let options = MessageCreateOptions { with_content: Some(true), idempotency_key: Some(unique("key")) };
    let made = messages.create(app.clone(), full.clone(), Some(options)).await?;
    check(kept(&full, &made), "published with every field");
    let get =
        |id: String, with: bool| messages.get(app.clone(), id, Some(MessageGetOptions { with_content: Some(with) }));
    check(get(made.id.clone(), true).await? == made && get(event, true).await? == made, "found by id and event id");
    check(get(made.id.clone(), false).await?.payload == json!({}), "and without its content when told so");
    check(
        refusal(messages.create(app.clone(), full, None).await) == "409 conflict",
        "Error::Http 409 of the same event id",
    );
    let others = [publish(&app, 0).await?, publish(&app, 1).await?];
    let first = messages.list(app.clone(), Some(MessageListOptions { limit: Some(2), ..Default::default() })).await?;
    let rest =
        messages.list(app.clone(), Some(MessageListOptions { iterator: first.iterator, ..Default::default() })).await?;
    check(first.data[0].id == others[1] && rest.data[0].id == made.id && rest.done, "listed to the end");
    let every = MessageListOptions {
        channel: Some("eu".into()),
        before: Some(hours_ago(-1)),
        after: Some(hours_ago(1)),
        with_content: Some(true),
        tag: Some("a".into()),
        event_types: Some(BTreeSet::from(["rust.messages".into()])),
        ..Default::default()
    };
    check(messages.list(app.clone(), Some(every)).await?.data.len() == 1, "filtered by everything");
    let precheck = given!({ "eventType": "rust.any", "channels": ["eu"] });
    check(!messages.precheck(app.clone(), precheck, None).await?.active, "precheck says who would listen");
    messages.expunge_content(app.clone(), made.id.clone()).await?;
    check(get(made.id, true).await?.payload != made.payload, "one is expunged");
    let results =
        messages.bulk_expunge_content(app.clone(), given!({ "ids": [others[0], "msg_none"] }), None).await?.results;
    check(results[&others[0]] != results["msg_none"], "many are, each with its result");
    check(
        finished(&messages.expunge_all_contents(app, None).await?.id).await?["messagesPurged"].is_number(),
        "all are",
    );
    Ok(())
}

pub async fn pollers() -> Part {
    let (poller, app) = (SDK.message().poller(), an_app().await?);
    let sent = [publish(&app, 0).await?, publish(&app, 2).await?];
    let (mut ids, mut iterator, mut done) = (vec![], None, false);
    while !done {
        let options = MessagePollerPollOptions {
            limit: Some(1),
            iterator,
            event_type: Some("rust.sent0".into()),
            channel: Some("eu".into()),
            after: Some(hours_ago(1)),
        };
        let page = poller.poll(app.clone(), "sink".into(), Some(options)).await?;
        ids.extend(page.data.into_iter().map(|one| one.id));
        (iterator, done) = (Some(page.iterator), page.done);
    }
    check(ids == sent, "polled to the end, with every filter");
    let after = PollingEndpointConsumerSeekIn::new(hours_ago(1));
    let iterator = poller.consumer_seek(app.clone(), "sink".into(), "one".into(), after, None).await?.iterator;
    let options = MessagePollerConsumerPollOptions { limit: Some(5), iterator: Some(iterator) };
    check(
        poller.consumer_poll(app, "sink".into(), "one".into(), Some(options)).await?.data.len() == 2,
        "and by a consumer, from where it was moved",
    );
    Ok(())
}

pub async fn attempts() -> Part {
    let (tries, app, path) = (SDK.message_attempt(), an_app().await?, format!("/{}", unique("attempts")));
    let ends = SDK.endpoint();
    let endpoint = |end: &str| ends.create(app.clone(), EndpointIn::new(format!("{}{path}{end}", *RECEIVER)), None);
    let (good, bad) = (endpoint("-good").await?.id, endpoint("-bad").await?.id);
    let sent = [publish(&app, 0).await?, publish(&app, 1).await?, publish(&app, 2).await?];
    for end in [&good, &bad] {
        until(|| async { Ok(tries.list_by_endpoint(app.clone(), end.clone(), None).await?.data.len() == 3) }).await?;
    }
    let event_types = || Some(BTreeSet::from(["rust.sent1".to_owned()]));
    let (channel, tag) = (|| Some("eu".to_owned()), || Some("t1".to_owned()));
    let (before, after) = (Some(hours_ago(-1)), Some(hours_ago(1)));
    let by_endpoint = |status, class| MessageAttemptListByEndpointOptions {
        limit: Some(5),
        iterator: None,
        status: Some(status),
        status_code_class: Some(class),
        channel: channel(),
        tag: tag(),
        before,
        after,
        with_content: Some(true),
        with_msg: Some(true),
        expanded_statuses: Some(true),
        event_types: event_types(),
    };
    let options = by_endpoint(MessageStatus::Success, StatusCodeClass::Code2xx);
    let one = tries.list_by_endpoint(app.clone(), good.clone(), Some(options)).await?.data.remove(0);
    let shown = one.msg.as_ref().is_some_and(|message| message.payload == json!({ "n": 1 }));
    check(
        shown && one.response == "received" && one.status_text == MessageStatusText::Success,
        "an endpoint's, by every filter, with message and response",
    );
    let options = by_endpoint(MessageStatus::Fail, StatusCodeClass::Code5xx);
    check(tries.list_by_endpoint(app.clone(), bad.clone(), Some(options)).await?.data.len() == 1, "failed ones apart");
    let options = MessageAttemptListByMsgOptions {
        limit: Some(5),
        iterator: None,
        status: Some(MessageStatus::Success),
        status_code_class: Some(StatusCodeClass::Code2xx),
        channel: channel(),
        tag: tag(),
        endpoint_id: Some(good.clone()),
        before,
        after,
        with_content: Some(true),
        expanded_statuses: Some(true),
        event_types: event_types(),
    };
    check(
        tries.list_by_msg(app.clone(), sent[1].clone(), Some(options)).await?.data[0].id == one.id,
        "a message's, by every filter",
    );
    let get = |id: &str| {
        tries.get(
            app.clone(),
            sent[1].clone(),
            id.into(),
            Some(MessageAttemptGetOptions { expanded_statuses: Some(true) }),
        )
    };
    check(get(&one.id).await?.response_status_code == 200, "one by its id");
    let options = MessageAttemptListAttemptedMessagesOptions {
        limit: Some(5),
        iterator: None,
        channel: channel(),
        tag: tag(),
        status: Some(MessageStatus::Success),
        before,
        after,
        with_content: Some(true),
        expanded_statuses: Some(true),
        event_types: event_types(),
    };
    let listed = tries.list_attempted_messages(app.clone(), good.clone(), Some(options)).await?.data;
    check(listed.len() == 1 && listed[0].payload == json!({ "n": 1 }), "an endpoint's messages, by every filter");
    check(
        tries.list_attempted_destinations(app.clone(), sent[0].clone(), None).await?.data.len() == 2,
        "a message's endpoints",
    );

    tries.resend(app.clone(), sent[1].clone(), good.clone(), None).await?;
    check(arrived(&format!("{path}-good"), 4).await?, "sent again by hand");
    let manual = || async {
        let all = tries.list_by_msg(app.clone(), sent[1].clone(), None).await?.data;
        Ok(all.into_iter().find(|one| one.trigger_type == MessageAttemptTriggerType::Manual))
    };
    until(|| async { svix::Result::Ok(manual().await?.is_some()) }).await?;
    let again = manual().await?.ok_or("no attempt by hand")?.id;
    tries.expunge_content(app.clone(), sent[1].clone(), again.clone()).await?;
    check(get(&again).await?.response == "EXPUNGED", "what was answered is forgotten when told so");
    let (since, until) = (Some(hours_ago(1)), Some(hours_ago(0)));
    let stats =
        SDK.endpoint().get_stats(app.clone(), good.clone(), Some(EndpointGetStatsOptions { since, until })).await?;
    let counted =
        SDK.endpoint().get_attempt_stats(app, good, Some(EndpointGetAttemptStatsOptions { since, until })).await?;
    check(stats.success == 3 && counted.success == 4, "an endpoint's figures, and those of its attempts");
    Ok(())
}

pub async fn replays() -> Part {
    let (app, path, ends) = (an_app().await?, format!("/{}", unique("replays")), SDK.endpoint());
    let schemas = json!({ "1": { "examples": [{ "n": 1 }, { "n": 2 }] } });
    SDK.event_type().create(given!({ "name": "rust.replayed", "description": "", "schemas": schemas }), None).await?;
    publish(&app, 0).await?;
    let end = ends.create(app.clone(), EndpointIn::new(RECEIVER.clone() + &path), None).await?.id;
    let id = || (app.clone(), end.clone());
    let stretch = json!({ "since": hours_ago(1), "until": hours_ago(-1) });
    let missing = ends.replay_missing(id().0, id().1, serde_json::from_value(stretch.clone())?, None).await?;
    check(
        finished(&missing.id).await?["messagesSent"] == 1 && arrived(&path, 1).await?,
        "what an endpoint was never sent",
    );
    until(|| async { Ok(ends.get_stats(id().0, id().1, None).await?.success == 1) }).await?;
    let every = given!({
        "since": hours_ago(1), "until": hours_ago(-1), "eventTypes": ["rust.sent0"], "channel": "eu", "tag": "t0", "status": 0, "statusCodeClass": 200
    });
    let again = ends.bulk_replay(id().0, id().1, every, None).await?;
    check(
        finished(&again.id).await?["messagesSent"] == 1 && arrived(&path, 2).await?,
        "what it was sent, by every filter",
    );
    finished(&ends.recover(id().0, id().1, serde_json::from_value(stretch)?, None).await?.id).await?;
    let example =
        ends.send_example(id().0, id().1, given!({ "eventType": "rust.replayed", "exampleIndex": 1 }), None).await?;
    check(
        example.payload == json!({ "n": 2 }) && arrived(&path, 3).await?,
        "an example is sent, and there was nothing to recover",
    );
    Ok(())
}

pub async fn tasks() -> Part {
    let app = an_app().await?;
    let usage = given!({ "since": hours_ago(1), "until": hours_ago(-1), "appIds": [app, "none"] });
    let begun = SDK.statistics().aggregate_app_stats(usage, None).await?;
    let unresolved = begun.unresolved_app_ids.into_iter().collect::<Vec<_>>();
    check(
        unresolved == ["none"] && finished(&begun.id).await?["appStats"].is_array(),
        "what applications use is counted",
    );
    check(
        finished(&SDK.statistics().aggregate_event_types().await?.id).await?["event_types"].is_array(),
        "and what their endpoints ask for",
    );
    let options = BackgroundTaskListOptions {
        status: Some(BackgroundTaskStatus::Finished),
        task: Some(begun.task),
        limit: Some(5),
        iterator: None,
        order: Some(Ordering::Descending),
    };
    check(
        SDK.background_task().list(Some(options)).await?.data[0].id == begun.id,
        "tasks are listed by kind and status",
    );
    Ok(())
}
