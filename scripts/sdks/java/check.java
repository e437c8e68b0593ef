// Calls every operation that Posthorn offers of Svix's, with the official Java SDK, as a publisher's program would.

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.svix.Svix;
import com.svix.SvixOptions;
import com.svix.Utils;
import com.svix.Webhook;
import com.svix.api.*;
import com.svix.exceptions.ApiException;
import com.svix.exceptions.WebhookVerificationException;
import com.svix.models.*;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.time.OffsetDateTime;
import java.util.*;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

class Check {
    static final String NOWHERE = "http://127.0.0.1:9/hook", SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final String CODE = "function handler(webhook) { return webhook; }";
    static final ObjectMapper JSON = Utils.getObjectMapper().copy().enable(JsonParser.Feature.ALLOW_SINGLE_QUOTES);
    static final Svix SDK = client(System.getenv("POSTHORN_KEY"));
    static final List<Request> REQUESTS = new CopyOnWriteArrayList<>();
    static String receiver;
    static int made = 0;

    record Request(String path, Map<String, List<String>> headers, String body) {}

    interface Part {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        startReceiver();
        part("applications", Check::applications);
        part("refusals and retries", Check::refusals);
        part("endpoints", Check::endpoints);
        part("event types", Check::eventTypes);
        part("deliveries", Check::deliveries);
        part("messages", Check::messages);
        part("pollers", Check::pollers);
        part("attempts", Check::attempts);
        part("sending again", Check::replays);
        part("background tasks and statistics", Check::tasks);
        part("access", Check::access);
        part("operational webhooks", Check::operationalWebhooks);
        part("integrations", Check::integrations);
        part("connectors, environment, health", Check::connectorsAndEnvironment);
        System.exit(0);
    }

    static void applications() throws Exception {
        var apps = SDK.getApplication();
        var uid = unique("acme");
        var full = given(ApplicationIn.class, "{'name': 'Acme', 'uid': '%s', 'throttleRate': 9, 'metadata': {'a': '1'}}", uid);
        var one = apps.create(full);
        check(kept(full, one) && one.equals(apps.get(one.getId())) && one.equals(apps.get(uid)), "made with every field, and found by id and uid");
        check(one.equals(apps.getOrCreate(full)), "getOrCreate finds what there is");
        var other = given(ApplicationIn.class, "{'name': 'Other', 'uid': '%s', 'rateLimit': 5, 'metadata': {}}", uid);
        check(kept(other, apps.update(one.getId(), other)), "replaced, with the older name of its rate");
        var patch = new ApplicationPatch().name("Patched").throttleRate(null).putMetadataItem("b", "2");
        check(kept(patch, apps.patch(one.getId(), patch)), "patched, and a null unsets a field");
        for (var n = 0; n < 4; n++) anApp();
        var ids = new ArrayList<String>();
        var options = given(ApplicationListOptions.class, "{'limit': 2, 'order': 'descending', 'excludeAppsWithNoEndpoints': false}");
        for (var done = false; !done;) {
            var page = apps.list(options);
            page.getData().forEach(each -> ids.add(each.getId()));
            options.setIterator(page.getIterator());
            done = page.getDone();
        }
        check(ids.size() >= 5 && ids.contains(one.getId()) && new HashSet<>(ids).size() == ids.size(), "a list is read page by page to its end");
        var key = given(ApplicationCreateOptions.class, "{'idempotencyKey': '%s'}", unique("key"));
        check(apps.create(full.uid(null), key).equals(apps.create(full, key)), "an idempotency key makes one application of two calls");
        apps.delete(one.getId());
        check(refusal(() -> apps.get(one.getId())).equals("404 not_found"), "deleted, and then ApiException 404 not_found");
    }

    static void refusals() throws Exception {
        var apps = SDK.getApplication();
        var taken = new ApplicationIn().name("Taken").uid(unique("taken"));
        apps.create(taken);
        check(refusal(() -> apps.create(taken)).equals("409 conflict"), "ApiException 409 conflict");
        check(refusal(() -> apps.create(new ApplicationIn().name(""))).equals("422 body/name"), "ApiException 422 with the place that is wrong");
        check(refusal(() -> client("sk_nobody").getApplication().list()).equals("401 authentication_failed"), "ApiException 401 of an unknown token");
        apps.create(new ApplicationIn().name("Turned away").uid("turned-away"));
        check(apps.get("turned-away").getName().equals("Turned away"), "a 503 is repeated by the SDK until it is answered");
    }

    static void endpoints() throws Exception {
        var ends = SDK.getEndpoint();
        var app = anApp();
        SDK.getEventType().create(new EventTypeIn().name("java.endpoints").description(""));
        var full = given(EndpointIn.class, """
            {'url': '%s', 'description': 'Ours', 'throttleRate': 3, 'uid': '%s', 'disabled': true, 'version': 1, 'filterTypes': ['java.endpoints'],
            'channels': ['eu'], 'secret': '%s', 'metadata': {'a': '1'}, 'headers': {'X-One': '1'}}""", NOWHERE, unique("ep"), SECRET);
        var one = ends.create(app, full);
        var id = one.getId();
        check(kept(full, one) && one.equals(ends.get(app, full.getUid())), "made with every field");
        var update = given(EndpointUpdate.class, """
            {'url': '%s', 'description': 'Other', 'rateLimit': 4, 'uid': '%s', 'disabled': false, 'filterTypes': ['java.endpoints'],
            'channels': ['us'], 'metadata': {}}""", NOWHERE, full.getUid());
        check(kept(update, ends.update(app, id, update)), "replaced with every field");
        var patch = new EndpointPatch().description("").disabled(true).throttleRate(null).uid(null).filterTypes(null).channels(Set.of("eu"));
        check(kept(patch, ends.patch(app, id, patch)), "patched in every field");
        ends.patch(app, id, new EndpointPatch().secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"));
        check(!ends.getSecret(app, id).getKey().equals(SECRET), "a secret is replaced by a patch");
        ends.rotateSecret(app, id, given(EndpointSecretRotateIn.class, "{'key': '%s', 'gracePeriodSeconds': 60}", SECRET));
        check(ends.getSecret(app, id).getKey().equals(SECRET), "and by a rotation");
        check(ends.list(app, given(EndpointListOptions.class, "{'limit': 1, 'order': 'ascending'}")).getDone(), "listed");
        ends.updateHeaders(app, id, given(EndpointHeadersIn.class, "{'headers': {'X-Two': '2', 'Authorization': 'Bearer x'}}"));
        ends.patchHeaders(app, id, given(EndpointHeadersPatchIn.class, "{'headers': {'X-Three': '3'}, 'deleteHeaders': ['X-Two']}"));
        var headers = ends.getHeaders(app, id);
        check(headers.getHeaders().equals(Map.of("X-Three", "3")) && headers.getSensitive().equals(Set.of("Authorization")), "headers are replaced, changed and removed");
        check(!ends.transformationGet(app, id).getEnabled(), "there is no transformation");
        ends.patchTransformation(app, id, new EndpointTransformationPatch().enabled(false));
        var taken = new EndpointTransformationPatch().enabled(true).code(CODE);
        check(refusal(() -> { ends.patchTransformation(app, id, taken); return null; }).equals("501 not_implemented"), "ApiException 501 of one that would run");
        ends.delete(app, id);
        check(refusal(() -> ends.get(app, id)).equals("404 not_found"), "deleted");
    }

    static void eventTypes() throws Exception {
        var types = SDK.getEventType();
        var name = unique("type");
        var fields = "'description': 'Ours', 'archived': false, 'deprecated': true, 'groupName': 'group', 'featureFlags': ['beta'], 'schemas': {'1': {'type': 'object'}}";
        var full = given(EventTypeIn.class, "{'name': '%s', %s}", name, fields);
        var one = types.create(full);
        check(kept(full, one) && one.equals(types.get(name)), "made with every field");
        var update = given(EventTypeUpdate.class, "{%s}", fields.replace("Ours", "Other"));
        check(kept(update, types.update(name, update)), "replaced");
        var patch = new EventTypePatch().description("Patched").archived(true).groupName(null);
        check(kept(patch, types.patch(name, patch)), "patched");
        var options = given(EventTypeListOptions.class, "{'limit': 250, 'order': 'ascending', 'includeArchived': true, 'withContent': true}");
        check(types.list(options).getData().stream().anyMatch(each -> each.getName().equals(name)), "listed, with what is archived");
        types.delete(name, given(EventTypeDeleteOptions.class, "{'expunge': true}"));
        check(refusal(() -> types.get(name)).equals("404 not_found"), "expunged");
        var imported = unique("imported");
        var spec = """
            {'openapi': '3.1.0', 'info': {'title': 'Ours', 'version': '1'}, 'webhooks': {'%s': {'post': {'description': 'From a document',
            'requestBody': {'content': {'application/json': {'schema': {'type': 'object'}}}}}}}}""".formatted(imported);
        var dry = types.importOpenapi(given(EventTypeImportOpenApiIn.class, "{'spec': %s, 'dryRun': true, 'replaceAll': false}", spec));
        check(dry.getData().getToModify().size() == 1, "a dry run of an import says what it would do");
        var real = types.importOpenapi(new EventTypeImportOpenApiIn().specRaw(JSON.readTree(spec).toString()));
        check(real.getData().getModified().contains(imported), "an import does it");
    }

    static void deliveries() throws Exception {
        var app = anApp();
        var path = "/" + unique("verified");
        var end = SDK.getEndpoint().create(app, given(EndpointIn.class, "{'url': '%s'}", receiver + path)).getId();
        var webhook = new Webhook(SDK.getEndpoint().getSecret(app, end).getKey());
        SDK.getMessage().create(app, new MessageIn().eventType("java.verified").payload("{\"name\": \"Zoë\", \"of\": [1, null]}"));
        check(until(() -> got(path).size() == 1), "a message arrives");
        var request = got(path).get(0);
        var headers = HttpHeaders.of(request.headers, (name, value) -> true).map();
        webhook.verify(request.body, headers);
        check(true, "com.svix.Webhook verifies it");
        try {
            webhook.verify(request.body + " ", headers);
            check(false, "a forged request is refused");
        } catch (WebhookVerificationException refused) {
            check(true, "a forged request is refused: " + refused.getMessage());
        }
        SDK.getMessage().create(app, Message.messageInRaw("{ \"a\" :  1 }").eventType("java.raw"));
        check(until(() -> got(path).size() == 2) && got(path).get(1).body.equals("{ \"a\" :  1 }"), "a raw payload arrives byte by byte");
    }

    static void messages() throws Exception {
        var messages = SDK.getMessage();
        var app = anApp();
        var full = given(MessageIn.class, """
            {'eventType': 'java.messages', 'eventId': '%s', 'channels': ['eu'], 'tags': ['a'], 'payloadRetentionHours': 5,
            'application': {'name': 'Ignored'}, 'transformationsParams': {'any': 1}}""", unique("event")).payload("{\"n\": 1}").deliverAt(hoursAgo(-1).withNano(0));
        var one = messages.create(app, full, given(MessageCreateOptions.class, "{'withContent': true, 'idempotencyKey': '%s'}", unique("key")));
        check(one.getEventId().equals(full.getEventId()) && one.getTags().equals(full.getTags()) && one.getChannels().equals(full.getChannels()), "published with every field");
        var with = given(MessageGetOptions.class, "{'withContent': true}");
        var found = messages.get(app, one.getId(), with);
        check(found.getPayload().equals(Map.of("n", 1)) && found.equals(messages.get(app, one.getEventId(), with)), "found by id and event id, with its payload");
        check(messages.get(app, one.getId(), given(MessageGetOptions.class, "{'withContent': false}")).getPayload().equals(Map.of()), "and without its content when told so");
        check(refusal(() -> messages.create(app, full)).equals("409 conflict"), "ApiException 409 of the same event id");
        var other = publish(app, 1);
        var options = given(MessageListOptions.class, "{'limit': 1}");
        options.setIterator(messages.list(app, options).getIterator());
        check(!other.equals(one.getId()) && messages.list(app, options).getData().get(0).getId().equals(one.getId()), "listed page by page");
        var every = given(MessageListOptions.class, "{'channel': 'eu', 'tag': 'a', 'withContent': true, 'eventTypes': ['java.messages']}");
        every.setBefore(hoursAgo(-1));
        every.setAfter(hoursAgo(1));
        check(messages.list(app, every).getData().size() == 1, "filtered by everything");
        check(!messages.precheck(app, given(MessagePrecheckIn.class, "{'eventType': 'java.any', 'channels': ['eu']}")).getActive(), "precheck says who would listen");
        messages.expungeContent(app, one.getId());
        check(!messages.get(app, one.getId(), with).getPayload().equals(found.getPayload()), "one is expunged");
    }

    static void pollers() throws Exception {
        var poller = SDK.getMessage().getPoller();
        var app = anApp();
        var sent = List.of(publish(app, 0), publish(app, 2));
        var ids = new ArrayList<String>();
        var options = given(MessagePollerPollOptions.class, "{'limit': 1, 'eventType': 'java.sent0', 'channel': 'eu'}");
        options.setAfter(hoursAgo(1));
        for (var done = false; !done;) {
            var page = poller.poll(app, "sink", options);
            page.getData().forEach(each -> ids.add(each.getId()));
            options.setIterator(page.getIterator());
            done = page.getDone();
        }
        check(ids.equals(sent), "polled to the end, with every filter");
        var sought = poller.consumerSeek(app, "sink", "one", new PollingEndpointConsumerSeekIn().after(hoursAgo(1)));
        var from = given(MessagePollerConsumerPollOptions.class, "{'limit': 5, 'iterator': '%s'}", sought.getIterator());
        check(poller.consumerPoll(app, "sink", "one", from).getData().size() == 2, "and by a consumer, from where it was moved");
    }

    static void attempts() throws Exception {
        var tries = SDK.getMessageAttempt();
        var app = anApp();
        var path = "/" + unique("attempts");
        var good = SDK.getEndpoint().create(app, given(EndpointIn.class, "{'url': '%s-good'}", receiver + path)).getId();
        var bad = SDK.getEndpoint().create(app, given(EndpointIn.class, "{'url': '%s-bad'}", receiver + path)).getId();
        var sent = List.of(publish(app, 0), publish(app, 1));
        for (var end : List.of(good, bad)) until(() -> tries.listByEndpoint(app, end).getData().size() == 2);
        var filters = """
            {'limit': 5, %s 'channel': 'eu', 'tag': 't1', 'before': '%s', 'after': '%s', 'withContent': true, 'expandedStatuses': true,
            'eventTypes': ['java.sent1']}""".formatted("%s", hoursAgo(-1), hoursAgo(1));
        var ok = given(MessageAttemptListByEndpointOptions.class, filters, "'status': 0, 'statusCodeClass': 200, 'withMsg': true,");
        var one = tries.listByEndpoint(app, good, ok).getData().get(0);
        check(one.getMsg().getPayload().equals(Map.of("n", 1)) && one.getResponse().equals("received"), "an endpoint's, by every filter, with message and response");
        var failed = given(MessageAttemptListByEndpointOptions.class, filters, "'status': 2, 'statusCodeClass': 500,");
        check(tries.listByEndpoint(app, bad, failed).getData().size() == 1, "failed ones apart");
        var ofMessage = given(MessageAttemptListByMsgOptions.class, filters, "'status': 0, 'statusCodeClass': 200, 'endpointId': '" + good + "',");
        check(tries.listByMsg(app, sent.get(1), ofMessage).getData().get(0).getId().equals(one.getId()), "a message's, by every filter");
        check(tries.get(app, sent.get(1), one.getId()).getResponseStatusCode() == 200, "one by its id");
        var attempted = given(MessageAttemptListAttemptedMessagesOptions.class, filters, "'status': 0,");
        check(tries.listAttemptedMessages(app, good, attempted).getData().size() == 1, "an endpoint's messages, by every filter");
        check(tries.listAttemptedDestinations(app, sent.get(0)).getData().size() == 2, "a message's endpoints");
        tries.expungeContent(app, sent.get(1), one.getId());
        check(tries.get(app, sent.get(1), one.getId()).getResponse().equals("EXPUNGED"), "what was answered is forgotten when told so");
        check(SDK.getEndpoint().getStats(app, good).getSuccess() == 2, "an endpoint's figures");
    }

    static void replays() throws Exception {
        var ends = SDK.getEndpoint();
        var app = anApp();
        var path = "/" + unique("replays");
        SDK.getEventType().create(given(EventTypeIn.class, "{'name': 'java.replayed', 'description': '', 'schemas': {'1': {'examples': [{'n': 1}, {'n': 2}]}}}"));
        publish(app, 0);
        var end = ends.create(app, given(EndpointIn.class, "{'url': '%s'}", receiver + path)).getId();
        var missing = ends.replayMissing(app, end, new ReplayIn().since(hoursAgo(1)).until(hoursAgo(-1)));
        check(finished(missing.getId()).get("messagesSent").asInt() == 1 && until(() -> got(path).size() == 1), "what an endpoint was never sent");
        until(() -> ends.getStats(app, end).getSuccess() == 1);
        var every = given(BulkReplayIn.class, "{'since': '%s', 'until': '%s', 'eventTypes': ['java.sent0'], 'channel': 'eu', 'tag': 't0', 'status': 0, 'statusCodeClass': 200}", hoursAgo(1), hoursAgo(-1));
        check(finished(ends.bulkReplay(app, end, every).getId()).get("messagesSent").asInt() == 1 && until(() -> got(path).size() == 2), "what it was sent, by every filter");
        finished(ends.recover(app, end, new RecoverIn().since(hoursAgo(1)).until(hoursAgo(-1))).getId());
        var example = ends.sendExample(app, end, given(EventExampleIn.class, "{'eventType': 'java.replayed', 'exampleIndex': 1}"));
        check(example.getPayload().equals(Map.of("n", 2)) && until(() -> got(path).size() == 3), "an example is sent, and there was nothing to recover");
    }

    static void tasks() throws Exception {
        var begun = SDK.getStatistics().aggregateAppStats(new AppUsageStatsIn().since(hoursAgo(1)).until(hoursAgo(-1)).appIds(Set.of(anApp(), "none")));
        check(begun.getUnresolvedAppIds().equals(Set.of("none")) && finished(begun.getId()).has("appStats"), "what applications use is counted");
        var options = given(BackgroundTaskListOptions.class, "{'status': 'finished', 'task': 'application.stats', 'limit': 1, 'order': 'descending'}");
        check(SDK.getBackgroundTask().list(options).getData().get(0).getId().equals(begun.getId()), "tasks are listed by kind and status");
    }

    static void access() throws Exception {
        var auth = SDK.getAuthentication();
        var uid = unique("portal");
        var full = given(AppPortalAccessIn.class, """
            {'application': {'name': 'Made for it', 'uid': '%s'}, 'readOnly': false, 'featureFlags': ['beta'], 'expiry': 3600, 'sessionId': 'one',
            'capabilities': ['ViewBase', 'ManageEndpoint']}""", uid);
        var first = client(auth.appPortalAccess(uid, full).getToken());
        check(first.getEndpoint().list(uid).getData().isEmpty(), "a token for a portal, with every field");
        auth.expireAll(uid, given(ApplicationTokenExpireIn.class, "{'expiry': 0, 'sessionIds': ['one']}"));
        check(refusal(() -> first.getEndpoint().list(uid)).equals("401 authentication_failed"), "ended by its session");
        var second = client(auth.appPortalAccess(uid, new AppPortalAccessIn()).getToken());
        check(refusal(() -> second.getApplication().list()).startsWith("403"), "ApiException 403 outside its application");
    }

    static void operationalWebhooks() throws Exception {
        var ends = SDK.getOperationalWebhook().getEndpoint();
        var fields = "'url': '%s', 'description': 'Ours', 'throttleRate': 3, 'uid': '%s', 'filterTypes': ['endpoint.disabled'], 'metadata': {'a': '1'}".formatted(NOWHERE, unique("op"));
        var full = given(OperationalWebhookEndpointIn.class, "{%s, 'disabled': false, 'secret': '%s'}", fields, SECRET);
        var one = ends.create(full);
        var id = one.getId();
        check(kept(full, one) && one.equals(ends.get(id)), "made with every field");
        var update = given(OperationalWebhookEndpointUpdate.class, "{%s, 'disabled': true}", fields);
        check(kept(update, ends.update(id, update)), "replaced");
        check(ends.list().getData().stream().anyMatch(each -> each.getId().equals(id)), "listed");
        ends.rotateSecret(id, new OperationalWebhookEndpointSecretIn());
        check(!ends.getSecret(id).getKey().equals(SECRET), "its secret is renewed");
        ends.updateHeaders(id, given(OperationalWebhookEndpointHeadersIn.class, "{'headers': {'X-Two': '2'}}"));
        check(ends.getHeaders(id).getHeaders().equals(Map.of("X-Two", "2")), "its headers are set");
        ends.delete(id);
        check(refusal(() -> ends.get(id)).equals("404 not_found"), "deleted");
    }

    static void integrations() throws Exception {
        var keys = SDK.getIntegration();
        var app = anApp();
        var full = given(IntegrationIn.class, "{'name': 'Zapier', 'featureFlags': ['beta']}");
        var id = keys.create(app, full).getId();
        check(kept(full, keys.get(app, id)), "made with every field");
        var update = given(IntegrationUpdate.class, "{'name': 'Renamed', 'featureFlags': ['gamma']}");
        check(kept(update, keys.update(app, id, update)), "updated");
        check(keys.list(app).getData().size() == 1, "listed");
        var reach = client(keys.getKey(app, id).getKey());
        check(reach.getEndpoint().list(app).getData().isEmpty(), "its key reaches its application");
        keys.delete(app, id);
        check(refusal(() -> reach.getEndpoint().list(app)).startsWith("401"), "and ends with it");
    }

    static void connectorsAndEnvironment() throws Exception {
        var cons = new Connector(SDK.getHttpClient());
        var environment = new Environment(SDK.getHttpClient());
        var fields = "'name': '%s', 'logo': 'https://example.com/logo.png', 'description': 'Ours', 'kind': 'Slack', 'instructions': 'None', 'allowedEventTypes': ['java.any'], 'featureFlags': ['beta'], 'transformation': '%s'".formatted(unique("con"), CODE);
        var full = given(ConnectorIn.class, "{%s, 'uid': '%s', 'productType': 'Dispatch'}", fields, unique("con"));
        var id = cons.create(full).getId();
        check(kept(full, cons.get(id)), "made with every field");
        var update = given(ConnectorUpdate.class, "{%s}", fields.replace("Ours", "Other"));
        check(kept(update, cons.update(id, update)), "replaced");
        var patch = new ConnectorPatch().name("Patched").logo(null).featureFlags(null);
        check(kept(patch, cons.patch(id, patch)), "patched");
        var options = given(ConnectorListOptions.class, "{'limit': 250, 'order': 'ascending', 'productType': 'Dispatch'}");
        check(cons.list(options).getData().stream().anyMatch(each -> each.getId().equals(id)), "listed");
        cons.delete(id);
        check(refusal(() -> cons.get(id)).equals("404 not_found"), "deleted");
        environment.import_(given(EnvironmentIn.class, "{'eventTypes': [{'name': 'java.imported', 'description': 'Kept'}], 'connectors': [{'name': 'Imported', 'transformation': '%s'}], 'settings': {}}", CODE));
        check(SDK.getEventType().get("java.imported").getDescription().equals("Kept"), "imported");
        new Health(SDK.getHttpClient()).get();
        check(true, "the deployment is well");
    }

    static Svix client(String token) {
        var options = new SvixOptions();
        options.setServerUrl(System.getenv("POSTHORN_URL"));
        return new Svix(token, options);
    }

    /** A model or the options of the SDK's, from JSON. */
    static <Model> Model given(Class<Model> model, String json, Object... values) throws Exception {
        return JSON.readValue(json.formatted(values), model);
    }

    static String unique(String prefix) {
        return "java-" + prefix + "-" + ++made;
    }

    static String anApp() throws Exception {
        return SDK.getApplication().create(new ApplicationIn().name("An application").uid(unique("app"))).getId();
    }

    static String publish(String app, int n) throws Exception {
        var message = given(MessageIn.class, "{'eventType': 'java.sent%s', 'channels': ['eu'], 'tags': ['t%s']}", n % 2, n);
        return SDK.getMessage().create(app, message.payload("{\"n\": " + n + "}")).getId();
    }

    static OffsetDateTime hoursAgo(int hours) {
        return OffsetDateTime.now(java.time.ZoneOffset.UTC).minusHours(hours);
    }

    static void check(boolean ok, String text) {
        System.out.println((ok ? "ok " : "not ok ") + text);
    }

    /** Runs one part; whatever it throws is one failure, and the next part still runs. */
    static void part(String heading, Part part) {
        System.out.println("# " + heading);
        try {
            part.run();
        } catch (Exception error) {
            check(false, (error + (error instanceof ApiException refused ? " " + refused.getResponseBody() : "")).replace("\n", " "));
        }
    }

    /** Whether the answer has every field of what was given that it knows, with its value. */
    static boolean kept(Object given, Object answered) throws Exception {
        JsonNode asked = tree(given), shown = tree(answered);
        for (var fields = asked.fields(); fields.hasNext();) {
            var field = fields.next();
            var now = shown.get(field.getKey());
            if (now != null && !now.equals(field.getValue())) {
                System.out.println(field + " is now " + now);
                return false;
            }
        }
        return true;
    }

    static JsonNode tree(Object value) throws Exception {
        return JSON.readTree(Utils.getObjectMapper().writeValueAsString(value));
    }

    /** Status and code of the SDK's own exception; of a 422 the places that are wrong. */
    static String refusal(Callable<?> call) throws Exception {
        try {
            call.call();
            return "not refused";
        } catch (ApiException error) {
            var body = JSON.readTree(error.getResponseBody());
            var places = new ArrayList<String>();
            for (var one : body.get("detail")) {
                var steps = new ArrayList<String>();
                one.get("loc").forEach(step -> steps.add(step.asText()));
                places.add(String.join("/", steps));
            }
            return error.getCode() + " " + (body.has("code") ? body.get("code").asText() : String.join(" ", places));
        }
    }

    static boolean until(Callable<Boolean> wanted) throws Exception {
        for (var tries = 0; tries < 300; tries++) {
            if (wanted.call()) return true;
            Thread.sleep(100);
        }
        return false;
    }

    /** What a background task has found, once it has ended well. */
    static JsonNode finished(String id) throws Exception {
        until(() -> SDK.getBackgroundTask().get(id).getStatus() != BackgroundTaskStatus.RUNNING);
        return tree(SDK.getBackgroundTask().get(id).getData());
    }

    /** Answers paths that end in `-bad` with 503, all others with 200, and remembers what came. */
    static void startReceiver() throws Exception {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            REQUESTS.add(new Request(path, exchange.getRequestHeaders(), new String(exchange.getRequestBody().readAllBytes(), "UTF-8")));
            exchange.sendResponseHeaders(path.endsWith("-bad") ? 503 : 200, 8);
            exchange.getResponseBody().write("received".getBytes());
            exchange.close();
        });
        server.start();
        receiver = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static List<Request> got(String path) {
        return REQUESTS.stream().filter(request -> request.path.equals(path)).toList();
    }
}
