//! Applications, endpoints, event types, and what else is set up before anything is sent.

use std::collections::BTreeSet;

use svix::api::*;
use svix::models::*;

use crate::given;
use crate::stage::*;

pub async fn applications() -> Part {
    let (apps, uid) = (SDK.application(), unique("acme"));
    let full: ApplicationIn = given!({ "name": "Acme", "uid": uid, "throttleRate": 9, "metadata": { "a": "1" } });
    let made = apps.create(full.clone(), None).await?;
    check(
        kept(&full, &made) && made == apps.get(made.id.clone()).await? && made == apps.get(uid.clone()).await?,
        "made with every field, and found by id and uid",
    );
    check(
        apps.get_or_create(given!({ "name": "Second", "uid": uid }), None).await? == made,
        "get_or_create finds what there is",
    );
    let other: ApplicationIn = given!({ "name": "Other", "uid": uid, "metadata": {} });
    check(kept(&other, &apps.upsert(made.id.clone(), other.clone()).await?), "replaced");
    let patch: ApplicationPatch = given!({ "name": "Patched", "throttleRate": null, "metadata": { "b": "2" } });
    check(kept(&patch, &apps.patch(made.id.clone(), patch.clone()).await?), "patched, and a null unsets a field");

    for _ in 0..4 {
        an_app().await?;
    }
    let (mut ids, mut iterator, mut done) = (vec![], None, false);
    while !done {
        let options = ApplicationListOptions {
            limit: Some(2),
            iterator,
            order: Some(Ordering::Descending),
            exclude_apps_with_no_endpoints: Some(false),
            exclude_apps_with_disabled_endpoints: Some(false),
            exclude_apps_with_svix_play_endpoints: Some(false),
        };
        let page = apps.list(Some(options)).await?;
        ids.extend(page.data.into_iter().map(|one| one.id));
        (iterator, done) = (page.iterator, page.done);
    }
    check(
        ids.len() >= 5 && ids.contains(&made.id) && ids.iter().collect::<BTreeSet<_>>().len() == ids.len(),
        "a list is read page by page to its end",
    );

    let key = unique("key");
    let once = || {
        apps.create(
            ApplicationIn::new("Once".into()),
            Some(ApplicationCreateOptions { idempotency_key: Some(key.clone()) }),
        )
    };
    check(once().await?.id == once().await?.id, "an idempotency key makes one application of two calls");
    apps.delete(made.id.clone()).await?;
    check(refusal(apps.get(made.id).await) == "404 not_found", "deleted, and then Error::Http 404 not_found");
    Ok(())
}

pub async fn refusals() -> Part {
    let (apps, uid) = (SDK.application(), unique("taken"));
    apps.create(given!({ "name": "First", "uid": uid }), None).await?;
    check(
        refusal(apps.create(given!({ "name": "Second", "uid": uid }), None).await) == "409 conflict",
        "Error::Http 409 conflict",
    );
    let wrong = apps.create(given!({ "name": "", "throttleRate": 0 }), None).await;
    check(refusal(wrong) == "422 body/name body/throttleRate", "Error::Validation with the places that are wrong");
    check(
        refusal(client("sk_nobody").application().list(None).await) == "401 authentication_failed",
        "Error::Http 401 of an unknown token",
    );
    apps.create(given!({ "name": "Turned away", "uid": "turned-away" }), None).await?;
    check(
        apps.get("turned-away".into()).await?.name == "Turned away",
        "a 503 is repeated by the SDK until it is answered",
    );
    Ok(())
}

pub async fn endpoints() -> Part {
    let (ends, app) = (SDK.endpoint(), an_app().await?);
    SDK.event_type().create(EventTypeIn::new("rust.endpoints".into(), String::new()), None).await?;
    let full: EndpointIn = given!({
        "url": NOWHERE, "description": "Ours", "throttleRate": 3, "uid": unique("ep"), "disabled": true, "eventTypes": ["rust.endpoints"],
        "channels": ["eu"], "secret": SECRET, "metadata": { "a": "1" }, "headers": { "X-One": "1" }
    });
    let made = ends.create(app.clone(), full.clone(), None).await?;
    let id = || (app.clone(), made.id.clone());
    check(
        kept(&full, &made) && made == ends.get(app.clone(), full.uid.clone().unwrap_or_default()).await?,
        "made with every field",
    );
    let upsert: EndpointUpsertIn = given!({
        "url": NOWHERE, "description": "Other", "throttleRate": 4, "uid": full.uid, "disabled": false, "eventTypes": ["rust.endpoints"],
        "channels": ["us"], "metadata": {}
    });
    check(kept(&upsert, &ends.upsert(id().0, id().1, upsert.clone()).await?), "replaced with every field");
    let patch: EndpointPatch = given!({
        "url": NOWHERE, "description": "", "throttleRate": null, "uid": null, "disabled": true, "eventTypes": null, "channels": ["eu"], "metadata": {}
    });
    check(kept(&patch, &ends.patch(id().0, id().1, patch.clone()).await?), "patched in every field");
    let listed = ends
        .list(
            app.clone(),
            Some(EndpointListOptions { limit: Some(1), iterator: None, order: Some(Ordering::Ascending) }),
        )
        .await?;
    check(listed.data.len() == 1 && listed.done, "listed");

    check(ends.get_secret(id().0, id().1).await?.key == SECRET, "the secret is the given one");
    let rotated = ends.rotate_secret(id().0, id().1, given!({ "gracePeriodSeconds": 60 }), None).await?;
    check(rotated == ends.get_secret(id().0, id().1).await?, "a new secret is answered");
    ends.set_headers(id().0, id().1, given!({ "headers": { "X-Two": "2", "Authorization": "Bearer x" } })).await?;
    ends.patch_headers(id().0, id().1, given!({ "headers": { "X-Three": "3" }, "deleteHeaders": ["X-Two"] })).await?;
    let shown: EndpointHeadersOut = given!({ "headers": { "X-Three": "3" }, "sensitive": ["Authorization"] });
    check(ends.get_headers(id().0, id().1).await? == shown, "headers are replaced, changed and removed");
    check(ends.transformation().get(id().0, id().1).await?.enabled == Some(false), "there is no transformation");
    ends.transformation().patch(id().0, id().1, given!({ "enabled": false })).await?;
    let taken = ends.transformation().patch(id().0, id().1, given!({ "enabled": true, "code": CODE })).await;
    check(refusal(taken) == "501 not_implemented", "Error::Http 501 of one that would run");
    ends.delete(id().0, id().1).await?;
    check(refusal(ends.get(id().0, id().1).await) == "404 not_found", "deleted");
    Ok(())
}

pub async fn event_types() -> Part {
    let (types, name) = (SDK.event_type(), unique("type"));
    let schemas = serde_json::json!({ "1": { "type": "object", "properties": { "n": { "type": "integer" } } } });
    let full: EventTypeIn = given!({
        "name": name, "description": "Ours", "archived": false, "deprecated": true, "schemas": schemas, "groupName": "group", "featureFlags": ["beta"]
    });
    let made = types.create(full.clone(), None).await?;
    check(kept(&full, &made) && made == types.get(name.clone()).await?, "made with every field");
    let upsert: EventTypeUpsertIn = given!({ "description": "Other", "archived": false, "deprecated": false, "schemas": schemas, "groupName": "other" });
    check(kept(&upsert, &types.upsert(name.clone(), upsert.clone()).await?), "replaced");
    let patch: EventTypePatch = given!({ "description": "Patched", "archived": true, "deprecated": true, "featureFlags": ["beta"], "groupName": null });
    check(kept(&patch, &types.patch(name.clone(), patch.clone()).await?), "patched");
    let options = EventTypeListOptions {
        limit: Some(250),
        iterator: None,
        order: Some(Ordering::Ascending),
        include_archived: Some(true),
        with_content: Some(true),
    };
    check(types.list(Some(options)).await?.data.iter().any(|one| one.name == name), "listed, with what is archived");
    types.delete(name.clone(), Some(EventTypeDeleteOptions { expunge: Some(true) })).await?;
    check(refusal(types.get(name).await) == "404 not_found", "expunged");

    let imported = unique("imported");
    let content = serde_json::json!({ "application/json": { "schema": { "type": "object" } } });
    let operation = serde_json::json!({ "description": "From a document", "requestBody": { "content": content } });
    let spec = serde_json::json!({ "openapi": "3.1.0", "info": { "title": "Ours", "version": "1" }, "webhooks": { &imported: { "post": operation } } });
    let dry = types.import_openapi(given!({ "spec": spec, "dryRun": true, "replaceAll": false }), None).await?;
    check(dry.data.to_modify.is_some_and(|rows| rows.len() == 1), "a dry run of an import says what it would do");
    let real = types.import_openapi(given!({ "specRaw": spec.to_string() }), None).await?;
    check(real.data.modified == [imported], "an import does it");
    Ok(())
}

pub async fn access() -> Part {
    let (auth, uid) = (SDK.authentication(), unique("portal"));
    let full = given!({
        "application": { "name": "Made for it", "uid": uid }, "readOnly": false, "featureFlags": ["beta"], "expiry": 3600, "sessionId": "one",
        "capabilities": ["ViewBase", "ViewEndpointSecret", "ManageEndpointSecret", "ManageTransformations", "CreateAttempts", "ManageEndpoint"]
    });
    let first = client(&auth.app_portal_access(uid.clone(), full, None).await?.token);
    check(first.endpoint().list(uid.clone(), None).await?.data.is_empty(), "a token for a portal, with every field");
    auth.expire_all(uid.clone(), given!({ "expiry": 0, "sessionIds": ["one"] }), None).await?;
    let ended = "401 authentication_failed";
    check(refusal(first.endpoint().list(uid.clone(), None).await) == ended, "ended by its session");
    let second = client(&auth.app_portal_access(uid.clone(), AppPortalAccessIn::new(), None).await?.token);
    check(refusal(second.application().list(None).await).starts_with("403"), "Error::Http 403 outside its application");
    second.authentication().whoami().await?;
    second.authentication().logout(None).await?;
    check(refusal(second.endpoint().list(uid, None).await) == ended, "ended by logout");
    Ok(())
}

pub async fn operational_webhooks() -> Part {
    let ends = SDK.operational_webhook().endpoint();
    let full: OperationalWebhookEndpointIn = given!({
        "url": NOWHERE, "description": "Ours", "throttleRate": 3, "uid": unique("op"), "disabled": false, "eventTypes": ["endpoint.disabled"],
        "secret": SECRET, "metadata": { "a": "1" }, "headers": { "X-One": "1" }
    });
    let made = ends.create(full.clone(), None).await?;
    let id = || made.id.clone();
    check(kept(&full, &made) && made == ends.get(id()).await?, "made with every field");
    let upsert: OperationalWebhookEndpointUpsertIn =
        given!({ "url": NOWHERE, "description": "Other", "uid": full.uid, "disabled": true, "metadata": {} });
    check(kept(&upsert, &ends.upsert(id(), upsert.clone()).await?), "replaced");
    check(ends.list(None).await?.data.iter().any(|one| one.id == made.id), "listed");
    ends.rotate_secret(id(), given!({ "gracePeriodSeconds": 60 }), None).await?;
    check(ends.get_secret(id()).await?.key != SECRET, "its secret is renewed");
    ends.set_headers(id(), given!({ "headers": { "X-Two": "2" } })).await?;
    check(ends.get_headers(id()).await?.headers["X-Two"] == "2", "its headers are set");
    ends.delete(id()).await?;
    check(refusal(ends.get(id()).await) == "404 not_found", "deleted");
    Ok(())
}

pub async fn integrations() -> Part {
    let (keys, app) = (SDK.integration(), an_app().await?);
    let full: IntegrationIn = given!({ "name": "Zapier", "featureFlags": ["beta"] });
    let made = keys.create(app.clone(), full.clone(), None).await?;
    let id = || (app.clone(), made.id.clone());
    check(kept(&full, &made) && made == keys.get(id().0, id().1).await?, "made with every field");
    let update: IntegrationUpdate = given!({ "name": "Renamed", "featureFlags": ["gamma"] });
    check(kept(&update, &keys.update(id().0, id().1, update.clone()).await?), "updated");
    check(keys.list(app.clone(), None).await?.data.len() == 1, "listed");
    let reach = client(&keys.rotate_key(id().0, id().1, None).await?.key);
    check(reach.endpoint().list(app.clone(), None).await?.data.is_empty(), "its key reaches its application");
    keys.delete(id().0, id().1).await?;
    check(refusal(reach.endpoint().list(app, None).await).starts_with("401"), "and ends with it");
    Ok(())
}

pub async fn connectors_and_environment() -> Part {
    let cons = SDK.connector();
    let full: ConnectorIn = given!({
        "name": unique("con"), "uid": unique("con"), "logo": "https://example.com/logo.png", "description": "Ours", "kind": "NewRelicTracing",
        "instructions": "None", "allowedEventTypes": ["rust.any"], "transformation": CODE, "featureFlags": ["beta"], "productType": "Dispatch"
    });
    let made = cons.create(full.clone(), None).await?;
    let id = || made.id.clone();
    check(kept(&full, &made), "made with every field");
    let upsert: ConnectorUpsertIn =
        given!({ "name": "Other", "kind": "Slack", "description": "", "instructions": "", "transformation": CODE });
    check(kept(&upsert, &cons.upsert(id(), upsert.clone()).await?), "replaced");
    let patch: ConnectorPatch = given!({ "name": "Patched", "logo": null, "kind": "Teams", "featureFlags": null, "allowedEventTypes": ["rust.other"] });
    check(kept(&patch, &cons.patch(id(), patch.clone()).await?) && cons.get(id()).await?.name == "Patched", "patched");
    let options = ConnectorListOptions {
        limit: Some(250),
        iterator: None,
        order: Some(Ordering::Ascending),
        product_type: Some(ConnectorProduct::Dispatch),
    };
    check(cons.list(Some(options)).await?.data.iter().any(|one| one.id == made.id), "listed");
    let document = SDK.environment().export(None).await?;
    check(document.connectors.iter().any(|one| one.id == made.id) && !document.event_types.is_empty(), "exported");
    cons.delete(id()).await?;
    check(refusal(cons.get(id()).await) == "404 not_found", "deleted");
    let name = unique("imported");
    let connectors = serde_json::json!([{ "name": unique("con"), "transformation": CODE }]);
    let import = given!({ "eventTypes": [{ "name": name, "description": "Kept" }], "connectors": connectors, "settings": document.settings });
    SDK.environment().import(import, None).await?;
    check(SDK.event_type().get(name).await?.description == "Kept", "imported");
    SDK.health().get().await?;
    check(true, "the deployment is well");
    Ok(())
}
