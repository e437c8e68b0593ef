"""Messages, attempts, and what is sent once more; deliveries are verified with the official libraries."""

import datetime as dt

import standardwebhooks
import svix as sdk
from svix import api
from svix import models as m
from stage import NOWHERE, an_app, check, finished, kept, pages, receiver, refusal, svix, unique, until

HOUR = dt.timedelta(hours=1)


def now():
    return dt.datetime.now(dt.timezone.utc)


def deliveries():
    app, path, payload = an_app(), "/" + unique("verified"), {"name": "Zoë", "n": 1.5, "of": [1, None]}
    end = svix.endpoint.create(app, m.EndpointIn(url=receiver.url + path))
    secret = svix.endpoint.get_secret(app, end.id).key
    message = svix.message.create(app, m.MessageIn(event_type="python.verified", payload=payload))
    ((_, headers, body),) = until(lambda: receiver.got(path))
    standard, named = standardwebhooks.Webhook(secret), sdk.Webhook(secret)
    check(
        standard.verify(body, headers) == payload and headers["webhook-id"] == message.id,
        "standardwebhooks verifies what arrived",
    )
    named.verify(body, headers)
    check(True, "svix.Webhook verifies it too")
    for forged, why in [(body + b" ", headers), (body, headers | {"webhook-timestamp": "1"})]:
        try:
            standard.verify(forged, why)
            check(False, "a forged request is refused")
        except standardwebhooks.WebhookVerificationError as error:
            check(True, f"a forged request is refused: {error}")


def messages():
    msgs, app = svix.message, an_app()
    svix.endpoint.create(app, m.EndpointIn(url=NOWHERE))
    given = m.MessageIn(
        event_type="python.messages",
        payload={"n": 1},
        event_id=unique("event"),
        channels=["eu"],
        tags=["a"],
        deliver_at=(now() + HOUR).replace(microsecond=0),
        payload_retention_hours=5,
        application=m.ApplicationIn(name="Ignored"),
        transformations_params={"any": 1},
    )
    made = msgs.create(app, given, api.MessageCreateOptions(with_content=True, idempotency_key=unique("key")))
    check(kept(given, made), "published with every field")
    check(
        msgs.get(app, made.id, api.MessageGetOptions(with_content=True))
        == made
        == msgs.get(app, given.event_id, api.MessageGetOptions(with_content=True)),
        "found by id and event id",
    )
    check(
        msgs.get(app, made.id, api.MessageGetOptions(with_content=False)).payload == {},
        "and without its content when told so",
    )
    check(refusal(lambda: msgs.create(app, given)) == (409, "conflict"), "HttpError 409 of the same event id")
    uid = unique("made")
    both = m.MessageIn(
        event_type="python.messages",
        payload={},
        application=m.ApplicationIn(name="Made", uid=uid),
        payload_retention_period=5,
    )
    check(
        msgs.create(uid, both).payload == {} and svix.application.get(uid).name == "Made",
        "publishing makes the application",
    )
    key = api.MessageCreateOptions(idempotency_key=unique("key"))
    twice = [
        msgs.create(app, m.MessageIn(event_type="python.twice", payload={"n": n}), key).id for n in range(2)
    ]
    check(twice[0] == twice[1], "an idempotency key makes one message of two calls")

    others = [
        msgs.create(app, m.MessageIn(event_type="python.listed", payload={"n": n})).id for n in range(3)
    ]
    read = pages(lambda iterator: msgs.list(app, api.MessageListOptions(limit=2, iterator=iterator)))
    check([one for page in read for one in page] == [*others[::-1], twice[0], made.id], "listed to the end")
    every = {
        "channel": "eu",
        "tag": "a",
        "before": now() + HOUR,
        "after": now() - HOUR,
        "with_content": True,
        "event_types": ["python.messages"],
    }
    check(
        [one.id for one in msgs.list(app, api.MessageListOptions(**every)).data] == [made.id],
        "filtered by everything",
    )
    check(msgs.list(app, api.MessageListOptions(before=now() - HOUR)).data == [], "and by time")
    check(
        msgs.precheck(app, m.MessagePrecheckIn(event_type="python.any", channels=["eu"])).active,
        "precheck says who would listen",
    )

    check(
        msgs.expunge_content(app, made.id) is None and msgs.get(app, made.id).payload != {"n": 1},
        "one is expunged",
    )
    results = msgs.bulk_expunge_content(app, m.BulkExpungeContentsIn(ids=[others[0], "msg_none"])).results
    check(results[others[0]] != results["msg_none"], "many are, each with its result")
    check(finished(msgs.expunge_all_contents(app))["messagesPurged"] >= 1, "all are")


def pollers():
    poller, app = svix.message.poller, an_app()
    sent = [
        svix.message.create(
            app, m.MessageIn(event_type="python.polled", payload={"n": n}, channels=["eu"])
        ).id
        for n in range(3)
    ]
    every = {"event_type": "python.polled", "channel": "eu", "after": now() - HOUR, "limit": 2}
    read, iterator, done = [], None, False
    while not done:
        page = poller.poll(app, "sink", api.MessagePollerPollOptions(iterator=iterator, **every))
        read, iterator, done = read + [one.id for one in page.data], page.iterator, page.done
    check(read == sent, "polled to the end, with every filter")
    sought = poller.consumer_seek(app, "sink", "one", m.PollingEndpointConsumerSeekIn(after=now() - HOUR))
    page = poller.consumer_poll(
        app, "sink", "one", api.MessagePollerConsumerPollOptions(limit=3, iterator=sought.iterator)
    )
    check(
        [one.id for one in page.data] == sent and page.data[0].payload == {"n": 0},
        "and by a consumer, from where it was moved",
    )


def attempts():
    tries, app, path = svix.message_attempt, an_app(), "/" + unique("attempts")
    good, bad = (
        svix.endpoint.create(app, m.EndpointIn(url=receiver.url + path + end)).id for end in ("-good", "-bad")
    )
    given = [
        m.MessageIn(event_type=f"python.tried{n % 2}", payload={"n": n}, channels=["eu"], tags=[f"t{n}"])
        for n in range(3)
    ]
    sent = [svix.message.create(app, one).id for one in given]
    for end in (good, bad):
        until(lambda: tries.list_by_endpoint(app, end).data, lambda data: len(data) == 3)

    times = {"before": now() + HOUR, "after": now() - HOUR}
    content = {"with_content": True, "expanded_statuses": True}
    where = {"channel": "eu", "tag": "t1", "event_types": ["python.tried1"], **times, **content}
    ok = {"status": m.MessageStatus.SUCCESS, "status_code_class": m.StatusCodeClass.CODE2XX, **where}
    failed = {"status": m.MessageStatus.FAIL, "status_code_class": m.StatusCodeClass.CODE5XX, **where}
    of = lambda end, filters: tries.list_by_endpoint(
        app, end, api.MessageAttemptListByEndpointOptions(with_msg=True, **filters)
    ).data
    (one,) = of(good, ok)
    check(
        one.msg.payload == {"n": 1} and one.response == "received" and one.status_text.value == "success",
        "an endpoint's, by every filter, with message and response",
    )
    check(
        [each.msg_id for each in of(bad, failed)] == [sent[1]] and of(good, failed) == [], "failed ones apart"
    )
    for status in m.MessageStatus:
        of(bad, {"status": status})
    for code_class in m.StatusCodeClass:
        of(bad, {"status_code_class": code_class})
    check(True, "every status and status code class is a filter")
    read = pages(
        lambda iterator: tries.list_by_endpoint(
            app, good, api.MessageAttemptListByEndpointOptions(limit=2, iterator=iterator)
        )
    )
    check([len(page) for page in read] == [2, 1], "listed to the end")

    by_message = lambda **more: tries.list_by_msg(
        app, sent[1], api.MessageAttemptListByMsgOptions(**more)
    ).data
    check(
        by_message(endpoint_id=good, limit=5, **ok) == by_message(endpoint_id=good, **content),
        "a message's, by every filter",
    )
    check({each.endpoint_id for each in by_message()} == {good, bad}, "and at all its endpoints")
    expanded = api.MessageAttemptGetOptions(expanded_statuses=True)
    check(tries.get(app, sent[1], one.id, expanded).response_status_code == 200, "one by its id")

    listed = {"status": m.MessageStatus.SUCCESS, "limit": 2, **where}
    (message,) = tries.list_attempted_messages(
        app, good, api.MessageAttemptListAttemptedMessagesOptions(**listed)
    ).data
    check(kept(given[1], message) and message.id == sent[1], "an endpoint's messages, by every filter")
    read = pages(
        lambda iterator: tries.list_attempted_messages(
            app, bad, api.MessageAttemptListAttemptedMessagesOptions(limit=2, iterator=iterator)
        )
    )
    check([one for page in read for one in page] == sent[::-1], "to the end")
    read = pages(
        lambda iterator: tries.list_attempted_destinations(
            app, sent[0], api.MessageAttemptListAttemptedDestinationsOptions(limit=1, iterator=iterator)
        )
    )
    check({one for page in read for one in page} == {good, bad}, "a message's endpoints, to the end")

    tries.resend(app, sent[1], good, api.MessageAttemptResendOptions(idempotency_key=unique("key")))
    by_hand = lambda: [
        each
        for each in by_message(endpoint_id=good)
        if each.trigger_type == m.MessageAttemptTriggerType.MANUAL
    ]
    (again,) = until(by_hand)
    check(len(receiver.got(path + "-good")) == 4, "sent again by hand")
    tries.expunge_content(app, sent[1], again.id)
    check(
        tries.get(app, sent[1], again.id).response == "EXPUNGED",
        "what was answered is forgotten when told so",
    )
    check(
        refusal(lambda: tries.resend(app, sent[1], "none")) == (404, "not_found"),
        "HttpError 404 of an unknown endpoint",
    )
    stats = until(
        lambda: svix.endpoint.get_stats(
            app, good, api.EndpointGetStatsOptions(since=now() - HOUR, until=now())
        ),
        lambda one: one.success == 3,
    )
    check(stats.success == 3 and stats.fail == 0, "an endpoint's figures")
    counted = svix.endpoint.get_attempt_stats(
        app, good, api.EndpointGetAttemptStatsOptions(since=now() - HOUR, until=now())
    )
    check((counted.success, counted.fail, counted.canceled) == (4, 0, 0), "and those of its attempts")


def replays():
    app, path = an_app(), "/" + unique("replays")
    svix.event_type.create(
        m.EventTypeIn(
            name="python.replayed", description="", schemas={"1": {"examples": [{"n": 1}, {"n": 2}]}}
        )
    )
    svix.message.create(
        app, m.MessageIn(event_type="python.replayed", payload={"n": 0}, channels=["eu"], tags=["a"])
    )
    end = svix.endpoint.create(app, m.EndpointIn(url=receiver.url + path)).id
    since, until_ = now() - HOUR, now() + HOUR
    ends = svix.endpoint
    check(
        finished(ends.replay_missing(app, end, m.ReplayIn(since=since, until=until_)))["messagesSent"] == 1,
        "what an endpoint was never sent",
    )
    until(lambda: ends.get_stats(app, end).success == 1)
    every = {
        "event_types": ["python.replayed"],
        "channel": "eu",
        "tag": "a",
        "status": m.MessageStatus.SUCCESS,
        "status_code_class": m.StatusCodeClass.CODE2XX,
    }
    check(
        finished(ends.bulk_replay(app, end, m.BulkReplayIn(since=since, until=until_, **every)))[
            "messagesSent"
        ]
        == 1,
        "what it was sent, by every filter",
    )
    finished(ends.recover(app, end, m.RecoverIn(since=since, until=until_)))
    check(
        len(until(lambda: receiver.got(path), lambda got: len(got) == 2)) == 2,
        "both arrived, and there was nothing to recover",
    )
    example = ends.send_example(app, end, m.EventExampleIn(event_type="python.replayed", example_index=1))
    check(example.payload == {"n": 2}, "an example is sent")
    check(until(lambda: receiver.got(path)[2:])[0][2] == b'{"n":2}', "and arrives")


def tasks():
    app = an_app()
    usage = m.AppUsageStatsIn(since=now() - HOUR, until=now() + HOUR, app_ids=[app, "none"])
    begun = svix.statistics.aggregate_app_stats(usage)
    check(
        begun.unresolved_app_ids == ["none"] and "appStats" in finished(begun),
        "what applications use is counted",
    )
    check(
        "event_types" in finished(svix.statistics.aggregate_event_types()), "and what their endpoints ask for"
    )
    tasks_of = lambda **more: svix.background_task.list(
        api.BackgroundTaskListOptions(limit=2, order=m.Ordering.DESCENDING, **more)
    )
    check(
        tasks_of(status=m.BackgroundTaskStatus.FINISHED, task=begun.task).data[0].id == begun.id,
        "tasks are listed by kind and status",
    )
    for task in m.BackgroundTaskType:
        tasks_of(task=task)
    ids = [one for page in pages(lambda iterator: tasks_of(iterator=iterator)) for one in page]
    check(begun.id in ids, "every kind is known, and the list read to its end")
