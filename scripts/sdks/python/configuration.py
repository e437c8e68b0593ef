"""Applications, endpoints, event types, and what else is set up before anything is sent."""

from svix import models as m
from svix import api
from stage import NOWHERE, an_app, check, client, kept, pages, refusal, svix, unique

CODE = "function handler(webhook) { return webhook; }"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def applications():
    apps = svix.application
    given = m.ApplicationIn(name="Acme", uid=unique("acme"), throttle_rate=9, metadata={"a": "1"})
    made = apps.create(given)
    check(
        kept(given, made) and apps.get(made.id) == made == apps.get(given.uid),
        "made with every field, and found by id and uid",
    )
    check(
        apps.get_or_create(m.ApplicationIn(name="Second", uid=given.uid)) == made,
        "get_or_create finds what there is",
    )
    other = m.ApplicationIn(name="Other", uid=given.uid, metadata={})
    check(kept(other, apps.upsert(made.id, other)), "replaced")
    patch = m.ApplicationPatch(name="Patched", throttle_rate=3, metadata={"b": "2"})
    check(kept(patch, apps.patch(made.id, patch)), "patched")
    check(
        apps.patch(made.id, m.ApplicationPatch(throttle_rate=None)).throttle_rate is None,
        "a null unsets a field",
    )

    for _ in range(4):
        an_app()
    options = {"limit": 2, "order": m.Ordering.DESCENDING, "exclude_apps_with_no_endpoints": False}
    options |= {"exclude_apps_with_disabled_endpoints": False, "exclude_apps_with_svix_play_endpoints": False}
    read = pages(lambda iterator: apps.list(api.ApplicationListOptions(iterator=iterator, **options)))
    ids = [one for page in read for one in page]
    check(
        made.id in ids and len(ids) == len(set(ids)) >= 5 and ids == sorted(ids, reverse=True),
        "a list is read page by page to its end",
    )

    key = api.ApplicationCreateOptions(idempotency_key=unique("key"))
    twice = [apps.create(m.ApplicationIn(name="Once"), key).id for _ in range(2)]
    check(twice[0] == twice[1], "an idempotency key makes one application of two calls")
    check(
        apps.delete(made.id) is None and refusal(lambda: apps.get(made.id)) == (404, "not_found"),
        "deleted, and then HttpError 404 not_found",
    )


def refusals():
    uid = unique("taken")
    svix.application.create(m.ApplicationIn(name="First", uid=uid))
    check(
        refusal(lambda: svix.application.create(m.ApplicationIn(name="Second", uid=uid)))
        == (409, "conflict"),
        "HttpError 409 conflict",
    )
    wrong = m.ApplicationIn(name="", throttle_rate=0)
    places = refusal(lambda: svix.application.create(wrong))
    check(
        places == (422, ["body/name", "body/throttleRate"]),
        "HTTPValidationError 422 with the places that are wrong",
    )
    check(
        refusal(lambda: svix.application.list(api.ApplicationListOptions(iterator="no")))
        == (422, ["query/iterator"]),
        "the same of a parameter",
    )
    check(
        refusal(client("sk_nobody").application.list) == (401, "authentication_failed"),
        "HttpError 401 of an unknown token",
    )
    svix.application.create(m.ApplicationIn(name="Turned away", uid="turned-away"))
    check(
        svix.application.get("turned-away").name == "Turned away",
        "a 503 is repeated by the SDK until it is answered",
    )


def endpoints():
    ends, app = svix.endpoint, an_app()
    svix.event_type.create(m.EventTypeIn(name="python.endpoints", description=""))
    given = m.EndpointIn(
        url=NOWHERE,
        description="Ours",
        throttle_rate=3,
        uid=unique("ep"),
        disabled=True,
        event_types=["python.endpoints"],
        channels=["eu"],
        secret=SECRET,
        metadata={"a": "1"},
        headers={"X-One": "1"},
    )
    made = ends.create(app, given)
    check(kept(given, made) and ends.get(app, given.uid) == made, "made with every field")
    upsert = m.EndpointUpsertIn(**given.model_dump(exclude={"secret", "headers", "disabled"}), disabled=False)
    check(kept(upsert, ends.upsert(app, made.id, upsert)), "replaced with every field")
    patch = m.EndpointPatch(
        description="",
        url=NOWHERE + "2",
        event_types=None,
        channels=["us"],
        throttle_rate=None,
        metadata={},
        disabled=True,
        uid=None,
    )
    check(kept(patch, ends.patch(app, made.id, patch)), "patched in every field")
    for _ in range(2):
        ends.create(app, m.EndpointIn(url=NOWHERE))
    read = pages(
        lambda iterator: ends.list(
            app, api.EndpointListOptions(limit=1, iterator=iterator, order=m.Ordering.ASCENDING)
        )
    )
    check(len(read) == 3 and read[0] == [made.id], "listed to the end")

    check(ends.get_secret(app, made.id).key == SECRET, "the secret is the given one")
    rotated = ends.rotate_secret(app, made.id, m.EndpointSecretRotateIn(grace_period_seconds=60))
    check(rotated == ends.get_secret(app, made.id), "a new secret is answered")
    ends.rotate_secret(app, made.id, m.EndpointSecretRotateIn(key=SECRET))
    check(ends.get_secret(app, made.id).key == SECRET, "and may be given")

    check(ends.get_headers(app, made.id).headers == {"X-One": "1"}, "headers are the given ones")
    ends.set_headers(app, made.id, m.EndpointHeadersIn(headers={"X-Two": "2", "Authorization": "Bearer x"}))
    ends.patch_headers(
        app, made.id, m.EndpointHeadersPatchIn(headers={"X-Three": "3"}, delete_headers=["X-Two"])
    )
    shown = ends.get_headers(app, made.id)
    check(
        shown == m.EndpointHeadersOut(headers={"X-Three": "3"}, sensitive=["Authorization"]),
        "headers are replaced, changed and removed",
    )

    check(ends.transformation.get(app, made.id).enabled is False, "there is no transformation")
    ends.transformation.patch(
        app, made.id, m.EndpointTransformationPatch(enabled=False, code=None, variables=None)
    )
    taken = m.EndpointTransformationPatch(enabled=True, code=CODE)
    check(
        refusal(lambda: ends.transformation.patch(app, made.id, taken)) == (501, "not_implemented"),
        "HttpError 501 of one that would run",
    )
    check(
        ends.delete(app, made.id) is None and refusal(lambda: ends.get(app, made.id)) == (404, "not_found"),
        "deleted",
    )


def event_types():
    types, name = svix.event_type, unique("type")
    fields = {
        "description": "Ours",
        "archived": False,
        "deprecated": True,
        "group_name": "group",
        "feature_flags": ["beta"],
    }
    schemas = {"1": {"type": "object", "properties": {"n": {"type": "integer"}}, "examples": [{"n": 1}]}}
    given = m.EventTypeIn(name=name, schemas=schemas, **fields)
    made = types.create(given)
    check(kept(given, made) and types.get(name) == made, "made with every field")
    upsert = m.EventTypeUpsertIn(**(fields | {"description": "Replaced", "feature_flags": None}), schemas={})
    check(kept(upsert, types.upsert(name, upsert)), "replaced")
    patch = m.EventTypePatch(
        description="Patched",
        archived=True,
        deprecated=False,
        group_name=None,
        schemas=schemas,
        feature_flags=["beta"],
    )
    check(kept(patch, types.patch(name, patch)), "patched")
    options = {"limit": 2, "order": m.Ordering.ASCENDING, "include_archived": True, "with_content": True}
    read = pages(lambda iterator: types.list(api.EventTypeListOptions(iterator=iterator, **options)))
    check(name in [one for page in read for one in page], "listed, with what is archived")
    types.delete(name)
    check(types.get(name).archived, "deleted is archived")
    types.delete(name, api.EventTypeDeleteOptions(expunge=True))
    check(refusal(lambda: types.get(name)) == (404, "not_found"), "and expunged is gone")

    imported = unique("imported")
    content = {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}
    operation = {
        "operationId": imported,
        "description": "From a document",
        "requestBody": {"content": content},
    }
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "Ours", "version": "1"},
        "webhooks": {imported: {"post": operation}},
    }
    dry = types.import_openapi(m.EventTypeImportOpenApiIn(spec=spec, dry_run=True, replace_all=False)).data
    check([one.name for one in dry.to_modify] == [imported], "a dry run of an import says what it would do")
    raw = m.EventTypeImportOpenApiIn(
        spec_raw=m.EventTypeImportOpenApiIn(spec=spec).model_dump_json(include={"spec"})[len('{"spec":') : -1]
    )
    check(
        types.import_openapi(raw).data.modified == [imported] and types.get(imported).schemas is not None,
        "an import does it",
    )


def access():
    auth, uid = svix.authentication, unique("portal")
    given = m.AppPortalAccessIn(
        application=m.ApplicationIn(name="Made for it", uid=uid),
        read_only=False,
        feature_flags=["beta"],
        expiry=3600,
        capabilities=list(m.AppPortalCapability),
        session_id="one",
    )
    first = auth.app_portal_access(
        uid, given, api.AuthenticationAppPortalAccessOptions(idempotency_key=unique("key"))
    )
    check(
        "#key=" in first.url and client(first.token).endpoint.list(uid).data == [],
        "a token for a portal, with every field",
    )
    auth.expire_all(uid, m.ApplicationTokenExpireIn(expiry=0, session_ids=["one"]))
    ended = (401, "authentication_failed")
    check(refusal(lambda: client(first.token).endpoint.list(uid)) == ended, "ended by its session")
    second = client(auth.app_portal_access(uid, m.AppPortalAccessIn()).token)
    check(refusal(second.application.list)[0] == 403, "HttpError 403 outside its application")
    second.authentication.logout()
    check(refusal(lambda: second.endpoint.list(uid)) == ended, "ended by logout")


def operational_webhooks():
    ends = svix.operational_webhook.endpoint
    given = m.OperationalWebhookEndpointIn(
        url=NOWHERE,
        description="Ours",
        throttle_rate=3,
        uid=unique("op"),
        disabled=False,
        event_types=["endpoint.disabled"],
        secret=SECRET,
        metadata={"a": "1"},
        headers={"X-One": "1"},
    )
    made = ends.create(given)
    check(kept(given, made) and ends.get(given.uid) == made, "made with every field")
    upsert = m.OperationalWebhookEndpointUpsertIn(
        **given.model_dump(exclude={"secret", "headers", "description"}), description="Other"
    )
    check(kept(upsert, ends.upsert(made.id, upsert)), "replaced")
    read = pages(
        lambda iterator: ends.list(
            api.OperationalWebhookEndpointListOptions(limit=1, iterator=iterator, order=m.Ordering.DESCENDING)
        )
    )
    check([made.id] in read, "listed")
    ends.rotate_secret(made.id, m.OperationalWebhookEndpointSecretIn(grace_period_seconds=60))
    check(ends.get_secret(made.id).key != SECRET, "its secret is renewed")
    ends.set_headers(made.id, m.OperationalWebhookEndpointHeadersIn(headers={"X-Two": "2"}))
    check(ends.get_headers(made.id).headers == {"X-Two": "2"}, "its headers are set")
    ends.delete(made.id)
    check(refusal(lambda: ends.get(made.id)) == (404, "not_found"), "deleted")


def integrations():
    keys, app = svix.integration, an_app()
    given = m.IntegrationIn(name="Zapier", feature_flags=["beta"])
    made = keys.create(app, given)
    check(kept(given, made) and keys.get(app, made.id) == made, "made with every field")
    update = m.IntegrationUpdate(name="Renamed", feature_flags=["gamma"])
    check(kept(update, keys.update(app, made.id, update)), "updated")
    read = pages(
        lambda iterator: keys.list(
            app, api.IntegrationListOptions(limit=1, iterator=iterator, order=m.Ordering.ASCENDING)
        )
    )
    check(read == [[made.id]], "listed")
    reach = client(keys.rotate_key(app, made.id).key)
    check(reach.endpoint.list(app).data == [], "its key reaches its application")
    keys.delete(app, made.id)
    check(refusal(lambda: reach.endpoint.list(app))[0] == 401, "and ends with it")


def connectors_and_environment():
    cons = svix.connector
    fields = {"logo": "https://example.com/logo.png", "description": "Ours", "instructions": "None"}
    fields |= {"allowed_event_types": ["python.any"], "feature_flags": ["beta"], "transformation": CODE}
    every = [
        m.ConnectorIn(
            name=unique(kind.value),
            kind=kind,
            uid=unique("con"),
            **fields,
            product_type=m.ConnectorProduct.DISPATCH,
        )
        for kind in m.ConnectorKind
    ]
    made = [cons.create(given) for given in every]
    check(all(map(kept, every, made)), f"made with every field, of all {len(every)} kinds")
    upsert = m.ConnectorUpsertIn(name="Other", kind=m.ConnectorKind.SLACK, **fields)
    check(kept(upsert, cons.upsert(made[0].id, upsert)), "replaced")
    patch = m.ConnectorPatch(
        name="Patched", kind=m.ConnectorKind.TEAMS, **(fields | {"logo": None, "feature_flags": None})
    )
    check(kept(patch, cons.patch(made[0].id, patch)) and cons.get(made[0].id).name == "Patched", "patched")
    options = {"limit": 5, "order": m.Ordering.ASCENDING, "product_type": m.ConnectorProduct.DISPATCH}
    read = pages(lambda iterator: cons.list(api.ConnectorListOptions(iterator=iterator, **options)))
    check({one.id for one in made} <= {one for page in read for one in page}, "listed to the end")

    name = unique("exported")
    svix.event_type.create(m.EventTypeIn(name=name, description="Kept"))
    document = svix.environment.export()
    check(
        name in [one.name for one in document.event_types] and len(document.connectors) >= len(made),
        "exported with event types and connectors",
    )
    for one in made:
        cons.delete(one.id)
    check(refusal(lambda: cons.get(made[0].id)) == (404, "not_found"), "deleted")
    svix.event_type.delete(name, api.EventTypeDeleteOptions(expunge=True))
    types = [m.EventTypeIn(name=name, description="Kept")]
    connectors = [m.ConnectorIn(name=unique("imported"), transformation=CODE)]
    svix.environment.import_(
        m.EnvironmentIn(event_types=types, connectors=connectors, settings=document.settings)
    )
    check(svix.event_type.get(name).description == "Kept", "imported")
    check(svix.health.get() is None, "the deployment is well")
