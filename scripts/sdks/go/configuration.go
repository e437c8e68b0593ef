package main

import (
	"encoding/json"
	"fmt"
	"slices"

	svix "github.com/svix/svix-webhooks/go"
	"github.com/svix/svix-webhooks/go/models"
	"github.com/svix/svix-webhooks/go/utils"
)

func applications() {
	apps := sdk.Application
	given := models.ApplicationIn{Name: "Acme", Uid: p(unique("acme")), ThrottleRate: p(uint16(9)), Metadata: &map[string]string{"a": "1"}}
	made := must(apps.Create(ctx, given, nil))
	check(kept(given, made) && same(made, must(apps.Get(ctx, made.Id))) && same(made, must(apps.Get(ctx, *given.Uid))), "made with every field, and found by id and uid")
	check(same(made, must(apps.GetOrCreate(ctx, models.ApplicationIn{Name: "Second", Uid: given.Uid}, nil))), "GetOrCreate finds what there is")
	other := models.ApplicationIn{Name: "Other", Uid: given.Uid, RateLimit: p(uint16(5)), Metadata: &map[string]string{}}
	updated := must(apps.Update(ctx, made.Id, other))
	check(kept(other, updated) && *updated.ThrottleRate == 5, "replaced, with the older name of its rate")
	patch := models.ApplicationPatch{Name: p("Patched"), ThrottleRate: utils.NewNullable(uint16(3)), Metadata: &map[string]string{"b": "2"}}
	check(kept(patch, must(apps.Patch(ctx, made.Id, patch))), "patched")
	unset := models.ApplicationPatch{ThrottleRate: utils.NewNullableFromPtr[uint16](nil)}
	check(must(apps.Patch(ctx, made.Id, unset)).ThrottleRate == nil, "a null unsets a field")

	for range 4 {
		anApp()
	}
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		page := must(apps.List(ctx, &svix.ApplicationListOptions{
			Limit: p(uint64(2)), Iterator: iterator, Order: descending, ExcludeAppsWithNoEndpoints: p(false),
			ExcludeAppsWithDisabledEndpoints: p(false), ExcludeAppsWithSvixPlayEndpoints: p(false),
		}))
		return ids(page.Data, func(one models.ApplicationOut) string { return one.Id }), page.Iterator, page.Done
	}))
	check(len(all) >= 5 && len(all) == len(slices.Compact(slices.Sorted(slices.Values(all)))) && slices.Contains(all, made.Id), "a list is read page by page to its end")

	once := &svix.ApplicationCreateOptions{IdempotencyKey: p(unique("key"))}
	first, second := must(apps.Create(ctx, models.ApplicationIn{Name: "Once"}, once)), must(apps.Create(ctx, models.ApplicationIn{Name: "Once"}, once))
	check(first.Id == second.Id, "an idempotency key makes one application of two calls")
	done(apps.Delete(ctx, made.Id))
	check(failure(apps.Get(ctx, made.Id)) == "404 not_found", "deleted, and then svix.Error 404 not_found")
}

func refusals() {
	apps, uid := sdk.Application, p(unique("taken"))
	must(apps.Create(ctx, models.ApplicationIn{Name: "First", Uid: uid}, nil))
	check(failure(apps.Create(ctx, models.ApplicationIn{Name: "Second", Uid: uid}, nil)) == "409 conflict", "svix.Error 409 conflict")
	check(failure(apps.Create(ctx, models.ApplicationIn{Name: ""}, nil)) == "422 body/name", "svix.Error 422 with the place that is wrong")
	check(failure(apps.List(ctx, &svix.ApplicationListOptions{Iterator: p("no")})) == "422 query/iterator", "the same of a parameter")
	check(failure(client("sk_nobody").Application.List(ctx, nil)) == "401 authentication_failed", "svix.Error 401 of an unknown token")
	must(apps.Create(ctx, models.ApplicationIn{Name: "Turned away", Uid: p("turned-away")}, nil))
	check(must(apps.Get(ctx, "turned-away")).Name == "Turned away", "a 503 is repeated by the SDK until it is answered")
}

func endpoints() {
	ends, app := sdk.Endpoint, anApp()
	must(sdk.EventType.Create(ctx, models.EventTypeIn{Name: "go.endpoints"}, nil))
	given := models.EndpointIn{
		Url: nowhere, Description: p("Ours"), ThrottleRate: p(uint16(3)), Uid: p(unique("ep")), Disabled: p(true), Version: p(uint16(1)),
		FilterTypes: []string{"go.endpoints"}, Channels: []string{"eu"}, Secret: p(secret), Metadata: &map[string]string{"a": "1"},
		Headers: &map[string]string{"X-One": "1"},
	}
	made := must(ends.Create(ctx, app, given, nil))
	check(kept(given, made) && same(made, must(ends.Get(ctx, app, *given.Uid))), "made with every field")
	update := models.EndpointUpdate{
		Url: nowhere, Description: p("Other"), RateLimit: p(uint16(4)), Uid: given.Uid, Disabled: p(false), Version: p(uint16(1)),
		FilterTypes: given.FilterTypes, Channels: given.Channels, Metadata: given.Metadata,
	}
	check(kept(update, must(ends.Update(ctx, app, made.Id, update))), "replaced with every field")
	patch := models.EndpointPatch{
		Url: p(nowhere + "2"), Description: p(""), ThrottleRate: utils.NewNullableFromPtr[uint16](nil), Uid: utils.NewNullableFromPtr[string](nil),
		Disabled: p(true), Version: p(uint16(1)), FilterTypes: utils.NewNullableFromPtr[[]string](nil), Channels: utils.NewNullable([]string{"us"}),
		Metadata: &map[string]string{},
	}
	check(kept(patch, must(ends.Patch(ctx, app, made.Id, patch))), "patched in every field")
	for range 2 {
		must(ends.Create(ctx, app, models.EndpointIn{Url: nowhere}, nil))
	}
	read := pages(func(iterator *string) ([]string, *string, bool) {
		page := must(ends.List(ctx, app, &svix.EndpointListOptions{Limit: p(uint64(1)), Iterator: iterator, Order: ascending}))
		return ids(page.Data, func(one models.EndpointOut) string { return one.Id }), page.Iterator, page.Done
	})
	check(len(read) == 3 && read[0][0] == made.Id, "listed to the end")

	key := func() string { return must(ends.GetSecret(ctx, app, made.Id)).Key }
	check(key() == secret, "the secret is the given one")
	done(ends.RotateSecret(ctx, app, made.Id, models.EndpointSecretRotateIn{GracePeriodSeconds: p(uint32(60))}, nil))
	check(key() != secret, "it is renewed")
	done(ends.RotateSecret(ctx, app, made.Id, models.EndpointSecretRotateIn{Key: p(secret)}, nil))
	check(key() == secret, "and may be given")
	chosen := "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	must(ends.Patch(ctx, app, made.Id, models.EndpointPatch{Secret: utils.NewNullable(chosen)}))
	check(key() == chosen, "by a patch too")

	check(must(ends.GetHeaders(ctx, app, made.Id)).Headers["X-One"] == "1", "headers are the given ones")
	done(ends.UpdateHeaders(ctx, app, made.Id, models.EndpointHeadersIn{Headers: map[string]string{"X-Two": "2", "Authorization": "Bearer x"}}))
	done(ends.PatchHeaders(ctx, app, made.Id, models.EndpointHeadersPatchIn{Headers: map[string]string{"X-Three": "3"}, DeleteHeaders: []string{"X-Two"}}))
	shown := models.EndpointHeadersOut{Headers: map[string]string{"X-Three": "3"}, Sensitive: []string{"Authorization"}}
	check(same(*must(ends.GetHeaders(ctx, app, made.Id)), shown), "headers are replaced, changed and removed")

	check(!*must(ends.TransformationGet(ctx, app, made.Id)).Enabled, "there is no transformation")
	done(ends.PatchTransformation(ctx, app, made.Id, models.EndpointTransformationPatch{Enabled: p(false)}))
	taken := models.EndpointTransformationPatch{Enabled: p(true), Code: utils.NewNullable(code)}
	check(refusal(ends.PatchTransformation(ctx, app, made.Id, taken)) == "501 not_implemented", "svix.Error 501 of one that would run")
	done(ends.Delete(ctx, app, made.Id))
	check(failure(ends.Get(ctx, app, made.Id)) == "404 not_found", "deleted")
}

func eventTypes() {
	types, name := sdk.EventType, unique("type")
	var schemas map[string]any
	done(json.Unmarshal([]byte(`{"1": {"type": "object", "properties": {"n": {"type": "integer"}}, "examples": [{"n": 1}]}}`), &schemas))
	given := models.EventTypeIn{
		Name: name, Description: "Ours", Archived: p(false), Deprecated: p(true), FeatureFlags: []string{"beta"}, GroupName: p("group"), Schemas: &schemas,
	}
	made := must(types.Create(ctx, given, nil))
	check(kept(given, made) && same(made, must(types.Get(ctx, name))), "made with every field")
	update := models.EventTypeUpdate{
		Description: "Other", Archived: p(false), Deprecated: p(false), FeatureFlag: p("gamma"), GroupName: p("other"), Schemas: &schemas,
	}
	check(kept(update, must(types.Update(ctx, name, update))), "replaced, with the older name of its flag")
	patch := models.EventTypePatch{
		Description: p("Patched"), Archived: p(true), Deprecated: p(true), FeatureFlags: utils.NewNullable([]string{"beta"}),
		GroupName: utils.NewNullableFromPtr[string](nil), Schemas: utils.NewNullable(schemas),
	}
	check(kept(patch, must(types.Patch(ctx, name, patch))), "patched in every field")
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		options := svix.EventTypeListOptions{Limit: p(uint64(2)), Iterator: iterator, Order: ascending, IncludeArchived: p(true), WithContent: p(true)}
		page := must(types.List(ctx, &options))
		return ids(page.Data, func(one models.EventTypeOut) string { return one.Name }), page.Iterator, page.Done
	}))
	check(slices.Contains(all, name), "listed, with what is archived")
	done(types.Delete(ctx, name, nil))
	check(*must(types.Get(ctx, name)).Archived, "deleted is archived")
	done(types.Delete(ctx, name, &svix.EventTypeDeleteOptions{Expunge: p(true)}))
	check(failure(types.Get(ctx, name)) == "404 not_found", "and expunged is gone")

	imported := unique("imported")
	text := fmt.Sprintf(`{"openapi": "3.1.0", "info": {"title": "Ours", "version": "1"}, "webhooks": {"%s": {"post": {
		"description": "From a document", "x-svix-feature-flag": "beta",
		"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}}}}}}`, imported)
	var spec map[string]any
	done(json.Unmarshal([]byte(text), &spec))
	dry := must(types.ImportOpenapi(ctx, models.EventTypeImportOpenApiIn{Spec: &spec, DryRun: p(true), ReplaceAll: p(false)}, nil)).Data
	check(len(dry.ToModify) == 1 && dry.ToModify[0].Name == imported, "a dry run of an import says what it would do")
	real := must(types.ImportOpenapi(ctx, models.EventTypeImportOpenApiIn{SpecRaw: p(text)}, nil)).Data
	check(same(real.Modified, []string{imported}) && must(types.Get(ctx, imported)).Schemas != nil, "an import does it")
}

func access() {
	auth, uid := sdk.Authentication, unique("portal")
	capabilities := []models.AppPortalCapability{}
	for _, one := range models.AppPortalCapabilityFromString {
		capabilities = append(capabilities, one)
	}
	given := models.AppPortalAccessIn{
		Application: &models.ApplicationIn{Name: "Made for it", Uid: p(uid)}, ReadOnly: p(false), FeatureFlags: []string{"beta"},
		Expiry: p(uint64(3600)), Capabilities: capabilities, SessionId: p("one"),
	}
	first := must(auth.AppPortalAccess(ctx, uid, given, &svix.AuthenticationAppPortalAccessOptions{IdempotencyKey: p(unique("key"))}))
	check(len(must(client(first.Token).Endpoint.List(ctx, uid, nil)).Data) == 0, "a token for a portal, with every field")
	done(auth.ExpireAll(ctx, uid, models.ApplicationTokenExpireIn{Expiry: p(int64(0)), SessionIds: []string{"one"}}, nil))
	ended := "401 authentication_failed"
	check(failure(client(first.Token).Endpoint.List(ctx, uid, nil)) == ended, "ended by its session")
	second := client(must(auth.AppPortalAccess(ctx, uid, models.AppPortalAccessIn{}, nil)).Token)
	check(failure(second.Application.List(ctx, nil)) == "403 insufficient access", "svix.Error 403 outside its application")
	done(second.Authentication.Logout(ctx, nil))
	check(failure(second.Endpoint.List(ctx, uid, nil)) == ended, "ended by logout")
	check(must(auth.DashboardAccess(ctx, uid, nil)).Token != "", "dashboardAccess of older SDKs")
}

func operationalWebhooks() {
	ends := sdk.OperationalWebhook.Endpoint
	given := models.OperationalWebhookEndpointIn{
		Url: nowhere, Description: p("Ours"), ThrottleRate: p(uint16(3)), Uid: p(unique("op")), Disabled: p(false),
		FilterTypes: []string{"endpoint.disabled"}, Secret: p(secret), Metadata: &map[string]string{"a": "1"},
	}
	made := must(ends.Create(ctx, given, nil))
	check(kept(given, made) && same(made, must(ends.Get(ctx, *given.Uid))), "made with every field")
	update := models.OperationalWebhookEndpointUpdate{
		Url: nowhere, Description: p("Other"), RateLimit: p(uint16(4)), Uid: given.Uid, Disabled: p(true),
		FilterTypes: given.FilterTypes, Metadata: &map[string]string{},
	}
	check(kept(update, must(ends.Update(ctx, made.Id, update))), "replaced")
	read := pages(func(iterator *string) ([]string, *string, bool) {
		page := must(ends.List(ctx, &svix.OperationalWebhookEndpointListOptions{Limit: p(uint64(1)), Iterator: iterator, Order: descending}))
		return ids(page.Data, func(one models.OperationalWebhookEndpointOut) string { return one.Id }), page.Iterator, page.Done
	})
	check(slices.Contains(flat(read), made.Id), "listed")
	done(ends.RotateSecret(ctx, made.Id, models.OperationalWebhookEndpointSecretIn{}, nil))
	check(must(ends.GetSecret(ctx, made.Id)).Key != secret, "its secret is renewed")
	done(ends.UpdateHeaders(ctx, made.Id, models.OperationalWebhookEndpointHeadersIn{Headers: map[string]string{"X-Two": "2"}}))
	check(must(ends.GetHeaders(ctx, made.Id)).Headers["X-Two"] == "2", "its headers are set")
	done(ends.Delete(ctx, made.Id))
	check(failure(ends.Get(ctx, made.Id)) == "404 not_found", "deleted")
}

func integrations() {
	keys, app := sdk.Integration, anApp()
	given := models.IntegrationIn{Name: "Zapier", FeatureFlags: []string{"beta"}}
	made := must(keys.Create(ctx, app, given, nil))
	check(kept(given, made) && same(made, must(keys.Get(ctx, app, made.Id))), "made with every field")
	update := models.IntegrationUpdate{Name: "Renamed", FeatureFlags: []string{"gamma"}}
	check(kept(update, must(keys.Update(ctx, app, made.Id, update))), "updated")
	read := pages(func(iterator *string) ([]string, *string, bool) {
		page := must(keys.List(ctx, app, &svix.IntegrationListOptions{Limit: p(uint64(1)), Iterator: iterator, Order: ascending}))
		return ids(page.Data, func(one models.IntegrationOut) string { return one.Id }), page.Iterator, page.Done
	})
	check(same(read, [][]string{{made.Id}}), "listed")
	key := must(keys.RotateKey(ctx, app, made.Id, nil)).Key
	check(len(must(client(key).Endpoint.List(ctx, app, nil)).Data) == 0, "its key reaches its application")
	check(must(keys.GetKey(ctx, app, made.Id)).Key == key, "and is shown again to older SDKs")
	done(keys.Delete(ctx, app, made.Id))
	check(failure(client(key).Endpoint.List(ctx, app, nil)) == "401 authentication_failed", "and ends with it")
}

func connectorsAndEnvironment() {
	cons := sdk.Connector
	var made []string
	for _, kind := range models.ConnectorKindFromString {
		given := models.ConnectorIn{
			Name: unique(string(kind)), Uid: p(unique("con")), Kind: p(kind), Logo: p("https://example.com/logo.png"), Description: p("Ours"), Instructions: p("None"),
			AllowedEventTypes: []string{"go.any"}, FeatureFlags: []string{"beta"}, Transformation: code, ProductType: p(models.CONNECTORPRODUCT_DISPATCH),
		}
		one := must(cons.Create(ctx, given, nil))
		if !kept(given, one) {
			check(false, "a field is lost")
		}
		made = append(made, one.Id)
	}
	check(true, fmt.Sprintf("made with every field, of all %d kinds", len(made)))
	update := models.ConnectorUpdate{
		Name: p("Other"), Kind: p(models.CONNECTORKIND_SLACK), Logo: p("https://example.com/other.png"), Description: p(""), Instructions: p(""),
		AllowedEventTypes: []string{"go.other"}, FeatureFlags: []string{"gamma"}, Transformation: code,
	}
	check(kept(update, must(cons.Update(ctx, made[0], update))), "replaced")
	patch := models.ConnectorPatch{
		Name: p("Patched"), Kind: p(models.CONNECTORKIND_TEAMS), Logo: utils.NewNullableFromPtr[string](nil), Description: p("Again"),
		FeatureFlags: utils.NewNullableFromPtr[[]string](nil), Transformation: p(code),
	}
	check(kept(patch, must(cons.Patch(ctx, made[0], patch))) && must(cons.Get(ctx, made[0])).Name == "Patched", "patched")
	all := flat(pages(func(iterator *string) ([]string, *string, bool) {
		options := svix.ConnectorListOptions{Limit: p(uint64(5)), Iterator: iterator, Order: ascending, ProductType: p(models.CONNECTORPRODUCT_DISPATCH)}
		page := must(cons.List(ctx, &options))
		return ids(page.Data, func(one models.ConnectorOut) string { return one.Id }), page.Iterator, page.Done
	}))
	check(len(all) >= len(made) && slices.Contains(all, made[0]), "listed to the end")

	name := unique("exported")
	must(sdk.EventType.Create(ctx, models.EventTypeIn{Name: name, Description: "Kept"}, nil))
	document := must(sdk.Environment.Export(ctx, nil))
	check(len(document.Connectors) >= len(made) && len(document.EventTypes) > 0, "exported with event types and connectors")
	for _, one := range made {
		done(cons.Delete(ctx, one))
	}
	check(failure(cons.Get(ctx, made[0])) == "404 not_found", "deleted")
	done(sdk.EventType.Delete(ctx, name, &svix.EventTypeDeleteOptions{Expunge: p(true)}))
	done(sdk.Environment.Import(ctx, models.EnvironmentIn{
		EventTypes: []models.EventTypeIn{{Name: name, Description: "Kept"}},
		Connectors: []models.ConnectorIn{{Name: unique("imported"), Transformation: code}}, Settings: document.Settings,
	}, nil))
	check(must(sdk.EventType.Get(ctx, name)).Description == "Kept", "imported")
	done(sdk.Health.Get(ctx))
	check(true, "the deployment is well")
}
