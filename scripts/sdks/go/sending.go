package main

import (
	"fmt"
	"slices"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	svix "github.com/svix/svix-webhooks/go"
	"github.com/svix/svix-webhooks/go/models"
)

var content, expanded = p(true), p(true)

func ago(hours time.Duration) *time.Time { return p(time.Now().UTC().Add(-hours * time.Hour)) }

func publish(app string, n int) string {
	return must(sdk.Message.Create(ctx, app, models.MessageIn{
		EventType: fmt.Sprintf("go.sent%d", n%2), Payload: map[string]any{"n": n}, Channels: []string{"eu"}, Tags: []string{fmt.Sprint("t", n)},
	}, nil)).Id
}

func deliveries() {
	app, path := anApp(), "/"+unique("verified")
	end := must(sdk.Endpoint.Create(ctx, app, models.EndpointIn{Url: receiver.url + path}, nil))
	key := must(sdk.Endpoint.GetSecret(ctx, app, end.Id)).Key
	payload := map[string]any{"name": "Zoë", "n": 1.5, "of": []any{1, nil}}
	message := must(sdk.Message.Create(ctx, app, models.MessageIn{EventType: "go.verified", Payload: payload}, nil))
	one := until(func() []request { return got(path) }, func(all []request) bool { return len(all) == 1 })[0]
	standard, named := must(standardwebhooks.NewWebhook(key)), must(svix.NewWebhook(key))
	check(standard.Verify(one.body, one.headers) == nil && one.headers.Get("webhook-id") == message.Id, "standardwebhooks verifies what arrived")
	check(named.Verify(one.body, one.headers) == nil, "svix.Webhook verifies it too")
	check(standard.Verify(append(one.body, ' '), one.headers) != nil && named.Verify(append(one.body, ' '), one.headers) != nil, "a forged request is refused")

	raw := svix.NewMessageInRaw("go.raw", `{ "a" :  1 }`, nil)
	must(sdk.Message.Create(ctx, app, *raw, nil))
	both := until(func() []request { return got(path) }, func(all []request) bool { return len(all) == 2 })
	check(string(both[1].body) == `{ "a" :  1 }`, "a raw payload arrives byte by byte")
}

func messages() {
	messages, app := sdk.Message, anApp()
	must(sdk.Endpoint.Create(ctx, app, models.EndpointIn{Url: nowhere}, nil))
	given := models.MessageIn{
		EventType: "go.messages", Payload: map[string]any{"n": 1.0}, EventId: p(unique("event")), Channels: []string{"eu"}, Tags: []string{"a"},
		DeliverAt: p(ago(-1).Truncate(time.Second)), PayloadRetentionHours: p(int64(5)), Application: &models.ApplicationIn{Name: "Ignored"},
		TransformationsParams: &map[string]any{"any": 1},
	}
	made := must(messages.Create(ctx, app, given, &svix.MessageCreateOptions{WithContent: content, IdempotencyKey: p(unique("key"))}))
	check(same(made.Payload, map[string]any{"n": 1.0}) && *made.EventId == *given.EventId && same(made.Tags, given.Tags) && same(made.Channels, given.Channels), "published with every field")
	withContent := &svix.MessageGetOptions{WithContent: content}
	check(same(made, must(messages.Get(ctx, app, made.Id, withContent))) && same(made, must(messages.Get(ctx, app, *given.EventId, withContent))), "found by id and event id")
	check(len(must(messages.Get(ctx, app, made.Id, &svix.MessageGetOptions{WithContent: p(false)})).Payload) == 0, "and without its content when told so")
	check(failure(messages.Create(ctx, app, given, nil)) == "409 conflict", "svix.Error 409 of the same event id")
	uid := unique("made")
	both := models.MessageIn{EventType: "go.messages", Payload: map[string]any{}, Application: &models.ApplicationIn{Name: "Made", Uid: p(uid)}, PayloadRetentionPeriod: p(int64(5))}
	must(messages.Create(ctx, uid, both, nil))
	check(must(sdk.Application.Get(ctx, uid)).Name == "Made", "publishing makes the application")
	key := &svix.MessageCreateOptions{IdempotencyKey: p(unique("key"))}
	twice := models.MessageIn{EventType: "go.twice", Payload: map[string]any{}}
	first, second := must(messages.Create(ctx, app, twice, key)), must(messages.Create(ctx, app, twice, key))
	check(first.Id == second.Id, "an idempotency key makes one message of two calls")

	others := []string{publish(app, 0), publish(app, 1), publish(app, 2)}
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		page := must(messages.List(ctx, app, &svix.MessageListOptions{Limit: p(uint64(2)), Iterator: iterator}))
		return ids(page.Data, func(one models.MessageOut) string { return one.Id }), page.Iterator, page.Done
	}))
	check(same(all, []string{others[2], others[1], others[0], first.Id, made.Id}), "listed to the end")
	every := svix.MessageListOptions{
		Channel: p("eu"), Tag: p("a"), Before: ago(-1), After: ago(1), WithContent: content, EventTypes: &[]string{"go.messages"},
	}
	check(len(must(messages.List(ctx, app, &every)).Data) == 1, "filtered by everything")
	check(must(messages.Precheck(ctx, app, models.MessagePrecheckIn{EventType: "go.any", Channels: []string{"eu"}}, nil)).Active, "Precheck says who would listen")
	done(messages.ExpungeContent(ctx, app, made.Id))
	check(!same(must(messages.Get(ctx, app, made.Id, withContent)).Payload, made.Payload), "one is expunged")
	check(finished(must(messages.ExpungeAllContents(ctx, app, nil)).Id)["messagesPurged"].(float64) >= 1, "all are")
}

func pollers() {
	poller, app := sdk.Message.Poller, anApp()
	sent := []string{publish(app, 0), publish(app, 2), publish(app, 4)}
	idOf := func(one models.PollingEndpointMessageOut) string { return one.Id }
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		options := svix.MessagePollerPollOptions{Limit: p(uint64(2)), Iterator: iterator, EventType: p("go.sent0"), Channel: p("eu"), After: ago(1)}
		page := must(poller.Poll(ctx, app, "sink", &options))
		return ids(page.Data, idOf), &page.Iterator, page.Done
	}))
	check(same(all, sent), "polled to the end, with every filter")
	sought := must(poller.ConsumerSeek(ctx, app, "sink", "one", models.PollingEndpointConsumerSeekIn{After: *ago(1)}, nil))
	page := must(poller.ConsumerPoll(ctx, app, "sink", "one", &svix.MessagePollerConsumerPollOptions{Limit: p(uint64(3)), Iterator: &sought.Iterator}))
	check(same(ids(page.Data, idOf), sent), "and by a consumer, from where it was moved")
}

func attempts() {
	tries, app, path := sdk.MessageAttempt, anApp(), "/"+unique("attempts")
	endpoint := func(end string) string {
		return must(sdk.Endpoint.Create(ctx, app, models.EndpointIn{Url: receiver.url + path + end}, nil)).Id
	}
	good, bad := endpoint("-good"), endpoint("-bad")
	sent := []string{publish(app, 0), publish(app, 1), publish(app, 2)}
	of := func(end string, options svix.MessageAttemptListByEndpointOptions) []models.MessageAttemptOut {
		return must(tries.ListByEndpoint(ctx, app, end, &options)).Data
	}
	for _, end := range []string{good, bad} {
		until(func() int { return len(of(end, svix.MessageAttemptListByEndpointOptions{})) }, func(count int) bool { return count == 3 })
	}

	every := svix.MessageAttemptListByEndpointOptions{
		Status: p(models.MESSAGESTATUS_SUCCESS), StatusCodeClass: p(models.STATUSCODECLASS_CODE2XX), Channel: p("eu"), Tag: p("t1"), Before: ago(-1),
		After: ago(1), WithContent: content, WithMsg: p(true), ExpandedStatuses: expanded, EventTypes: &[]string{"go.sent1"}, Limit: p(uint64(5)),
	}
	one := of(good, every)[0]
	check(one.Msg.Payload["n"] == 1.0 && one.Response == "received" && one.StatusText == models.MESSAGESTATUSTEXT_SUCCESS, "an endpoint's, by every filter, with message and response")
	failed := every
	failed.Status, failed.StatusCodeClass = p(models.MESSAGESTATUS_FAIL), p(models.STATUSCODECLASS_CODE5XX)
	check(len(of(bad, failed)) == 1 && len(of(good, failed)) == 0, "failed ones apart")
	for _, status := range models.MessageStatusFromInt64 {
		of(bad, svix.MessageAttemptListByEndpointOptions{Status: p(status)})
	}
	for _, class := range models.StatusCodeClassFromInt64 {
		of(bad, svix.MessageAttemptListByEndpointOptions{StatusCodeClass: p(class)})
	}
	check(true, "every status and status code class is a filter")
	read := pages(func(iterator *string) ([]string, *string, bool) {
		page := must(tries.ListByEndpoint(ctx, app, good, &svix.MessageAttemptListByEndpointOptions{Limit: p(uint64(2)), Iterator: iterator}))
		return ids(page.Data, func(one models.MessageAttemptOut) string { return one.Id }), page.Iterator, page.Done
	})
	check(len(read) == 2 && len(flat(read)) == 3, "listed to the end")

	byMessage := func(options svix.MessageAttemptListByMsgOptions) []models.MessageAttemptOut {
		return must(tries.ListByMsg(ctx, app, sent[1], &options)).Data
	}
	filtered := byMessage(svix.MessageAttemptListByMsgOptions{
		Limit: p(uint64(5)), Status: every.Status, StatusCodeClass: every.StatusCodeClass, Channel: every.Channel, Tag: every.Tag, EndpointId: p(good),
		Before: every.Before, After: every.After, WithContent: content, ExpandedStatuses: expanded, EventTypes: every.EventTypes,
	})
	check(len(filtered) == 1 && filtered[0].Id == one.Id, "a message's, by every filter")
	check(len(byMessage(svix.MessageAttemptListByMsgOptions{})) >= 2, "and at all its endpoints")
	check(must(tries.Get(ctx, app, sent[1], one.Id, &svix.MessageAttemptGetOptions{ExpandedStatuses: expanded})).ResponseStatusCode == 200, "one by its id")

	listed := must(tries.ListAttemptedMessages(ctx, app, good, &svix.MessageAttemptListAttemptedMessagesOptions{
		Limit: p(uint64(5)), Channel: every.Channel, Tag: every.Tag, Status: every.Status, Before: every.Before, After: every.After, WithContent: content,
		ExpandedStatuses: expanded, EventTypes: every.EventTypes,
	})).Data
	check(len(listed) == 1 && listed[0].Id == sent[1] && listed[0].Payload["n"] == 1.0, "an endpoint's messages, by every filter")
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		page := must(tries.ListAttemptedMessages(ctx, app, bad, &svix.MessageAttemptListAttemptedMessagesOptions{Limit: p(uint64(2)), Iterator: iterator}))
		return ids(page.Data, func(one models.EndpointMessageOut) string { return one.Id }), page.Iterator, page.Done
	}))
	check(len(all) == 3, "to the end")
	all = flat(pages(func(iterator *string) ([]string, *string, bool) {
		page := must(tries.ListAttemptedDestinations(ctx, app, sent[0], &svix.MessageAttemptListAttemptedDestinationsOptions{Limit: p(uint64(1)), Iterator: iterator}))
		return ids(page.Data, func(one models.MessageEndpointOut) string { return one.Id }), page.Iterator, page.Done
	}))
	check(len(all) == 2 && slices.Contains(all, good) && slices.Contains(all, bad), "a message's endpoints, to the end")

	must(tries.Resend(ctx, app, sent[1], good, &svix.MessageAttemptResendOptions{IdempotencyKey: p(unique("key"))}))
	again := until(
		func() []models.MessageAttemptOut {
			return byMessage(svix.MessageAttemptListByMsgOptions{EndpointId: p(good)})
		},
		func(all []models.MessageAttemptOut) bool { return len(all) == 2 },
	)
	manual := slices.IndexFunc(again, func(one models.MessageAttemptOut) bool {
		return one.TriggerType == models.MESSAGEATTEMPTTRIGGERTYPE_MANUAL
	})
	check(len(got(path+"-good")) == 4, "sent again by hand")
	done(tries.ExpungeContent(ctx, app, sent[1], again[manual].Id))
	check(must(tries.Get(ctx, app, sent[1], again[manual].Id, nil)).Response == "EXPUNGED", "what was answered is forgotten when told so")
	check(failure(tries.Resend(ctx, app, sent[1], "none", nil)) == "404 not_found", "svix.Error 404 of an unknown endpoint")
	stats := must(sdk.Endpoint.GetStats(ctx, app, good, &svix.EndpointGetStatsOptions{Since: ago(1), Until: ago(0)}))
	check(stats.Success == 3 && stats.Fail == 0, "an endpoint's figures")
}

func replays() {
	app, path, ends := anApp(), "/"+unique("replays"), sdk.Endpoint
	schemas := map[string]any{"1": map[string]any{"examples": []any{map[string]any{"n": 1}, map[string]any{"n": 2}}}}
	must(sdk.EventType.Create(ctx, models.EventTypeIn{Name: "go.replayed", Schemas: &schemas}, nil))
	publish(app, 0)
	end := must(ends.Create(ctx, app, models.EndpointIn{Url: receiver.url + path}, nil)).Id
	arrived := func(count int) bool {
		return len(until(func() []request { return got(path) }, func(all []request) bool { return len(all) >= count })) == count
	}
	missing := must(ends.ReplayMissing(ctx, app, end, models.ReplayIn{Since: *ago(1), Until: ago(-1)}, nil))
	check(finished(missing.Id)["messagesSent"] == 1.0 && arrived(1), "what an endpoint was never sent")
	until(func() int64 { return must(ends.GetStats(ctx, app, end, nil)).Success }, func(count int64) bool { return count == 1 })
	again := must(ends.BulkReplay(ctx, app, end, models.BulkReplayIn{
		Since: *ago(1), Until: ago(-1), EventTypes: []string{"go.sent0"}, Channel: p("eu"), Tag: p("t0"),
		Status: p(models.MESSAGESTATUS_SUCCESS), StatusCodeClass: p(models.STATUSCODECLASS_CODE2XX),
	}, nil))
	check(finished(again.Id)["messagesSent"] == 1.0 && arrived(2), "what it was sent, by every filter")
	finished(must(ends.Recover(ctx, app, end, models.RecoverIn{Since: *ago(1), Until: ago(-1)}, nil)).Id)
	check(arrived(2), "and there was nothing to recover")
	example := must(ends.SendExample(ctx, app, end, models.EventExampleIn{EventType: "go.replayed", ExampleIndex: p(uint64(1))}, nil))
	check(example.Payload["n"] == 2.0 && arrived(3), "an example is sent")
}

func tasks() {
	app := anApp()
	begun := must(sdk.Statistics.AggregateAppStats(ctx, models.AppUsageStatsIn{Since: *ago(1), Until: *ago(-1), AppIds: []string{app, "none"}}, nil))
	check(same(begun.UnresolvedAppIds, []string{"none"}) && finished(begun.Id)["appStats"] != nil, "what applications use is counted")
	check(finished(must(sdk.Statistics.AggregateEventTypes(ctx)).Id)["event_types"] != nil, "and what their endpoints ask for")
	list := func(options svix.BackgroundTaskListOptions) *models.ListResponseBackgroundTaskOut {
		options.Limit, options.Order = p(uint64(2)), descending
		return must(sdk.BackgroundTask.List(ctx, &options))
	}
	ended := list(svix.BackgroundTaskListOptions{Status: p(models.BACKGROUNDTASKSTATUS_FINISHED), Task: &begun.Task})
	check(ended.Data[0].Id == begun.Id, "tasks are listed by kind and status")
	for _, task := range models.BackgroundTaskTypeFromString {
		list(svix.BackgroundTaskListOptions{Task: &task})
	}
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		page := list(svix.BackgroundTaskListOptions{Iterator: iterator})
		return ids(page.Data, func(one models.BackgroundTaskOut) string { return one.Id }), page.Iterator, page.Done
	}))
	check(slices.Contains(all, begun.Id), "every kind is known, and the list read to its end")
}
