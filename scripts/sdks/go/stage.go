package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	svix "github.com/svix/svix-webhooks/go"
	"github.com/svix/svix-webhooks/go/models"
)

const (
	shownWithin = 30 * time.Second
	nowhere     = "http://127.0.0.1:9/hook"
	secret      = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	code        = "function handler(webhook) { return webhook; }"
)

var (
	ctx = context.Background()
	sdk = client(os.Getenv("POSTHORN_KEY"))

	ascending, descending = p(models.ORDERING_ASCENDING), p(models.ORDERING_DESCENDING)
)

func client(token string) *svix.Svix {
	server := must(url.Parse(os.Getenv("POSTHORN_URL")))
	retries := []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond}
	return must(svix.New(token, &svix.SvixOptions{ServerUrl: server, RetrySchedule: &retries}))
}

// p makes optional fields of values.
func p[T any](value T) *T { return &value }

// must ends the part at whatever the SDK could not do or decode.
func must[T any](value T, err error) T {
	done(err)
	return value
}

func done(err error) {
	if err == nil {
		return
	}
	var refusal *svix.Error
	if errors.As(err, &refusal) {
		err = fmt.Errorf("%w: %s", err, refusal.Body())
	}
	panic(err)
}

func check(ok bool, text string) {
	if ok {
		fmt.Println("ok", text)
	} else {
		fmt.Println("not ok", text)
	}
}

// part runs one part; whatever goes wrong in it is one failure, and the next part still runs.
func part(heading string, run func()) {
	fmt.Println("#", heading)
	defer func() {
		if problem := recover(); problem != nil {
			check(false, strings.Join(strings.Fields(fmt.Sprint(problem)), " "))
		}
	}()
	run()
}

var made int

func unique(prefix string) string {
	made++
	return fmt.Sprintf("go-%s-%d", prefix, made)
}

func anApp() string {
	return must(sdk.Application.Create(ctx, models.ApplicationIn{Name: "An application", Uid: p(unique("app"))}, nil)).Id
}

// kept says whether the answer has every field of what was given, as far as it shows it, with its value.
func kept(given, answered any) bool {
	asked, shown := fieldsOf(given), fieldsOf(answered)
	for name, value := range asked {
		if now, isShown := shown[name]; isShown && !reflect.DeepEqual(value, now) || value != nil && !isShown && isFieldOf(name, answered) {
			fmt.Printf("not ok field %s is %v and not %v\n", name, now, value)
			return false
		}
	}
	return true
}

func fieldsOf(value any) map[string]any {
	var fields map[string]any
	done(json.Unmarshal(must(json.Marshal(value)), &fields))
	return fields
}

func isFieldOf(name string, value any) bool {
	kind := reflect.TypeOf(value).Elem()
	for i := range kind.NumField() {
		if tag, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ","); tag == name {
			return true
		}
	}
	return false
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// refusal is the status and the code of the SDK's own error; of a 422 the places that are wrong.
func refusal(err error) string {
	var failed *svix.Error
	if !errors.As(err, &failed) {
		return fmt.Sprint(err)
	}
	var body struct {
		Code   string
		Detail any
	}
	done(json.Unmarshal(failed.Body(), &body))
	places := []string{}
	if details, isList := body.Detail.([]any); isList {
		for _, one := range details {
			for _, place := range one.(map[string]any)["loc"].([]any) {
				places = append(places, place.(string))
			}
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s%s", failed.Status(), body.Code, strings.Join(places, "/")))
}

func failure[T any](_ T, err error) string { return refusal(err) }

// until reads again and again until it is as wanted; the last value in any case.
func until[T any](read func() T, wanted func(T) bool) T {
	deadline := time.Now().Add(shownWithin)
	for {
		value := read()
		if wanted(value) || time.Now().After(deadline) {
			return value
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// pages are the ids of a list, page by page to its end; turn answers those of one, and where to go on.
func pages(turn func(iterator *string) (ids []string, next *string, done bool)) [][]string {
	var found [][]string
	var iterator *string
	for {
		ids, next, done := turn(iterator)
		found = append(found, ids)
		if done {
			return found
		}
		iterator = next
	}
}

func ids[T any](data []T, id func(T) string) []string {
	found := make([]string, len(data))
	for i, one := range data {
		found[i] = id(one)
	}
	return found
}

func flat(pages [][]string) []string {
	var all []string
	for _, page := range pages {
		all = append(all, page...)
	}
	return all
}

// finished is what a background task has found, once it has ended well.
func finished(id string) map[string]any {
	task := until(
		func() *models.BackgroundTaskOut { return must(sdk.BackgroundTask.Get(ctx, id)) },
		func(task *models.BackgroundTaskOut) bool { return task.Status != models.BACKGROUNDTASKSTATUS_RUNNING },
	)
	if task.Status != models.BACKGROUNDTASKSTATUS_FINISHED {
		panic(fmt.Sprintf("%s ended as %s", task.Task, task.Status))
	}
	return fieldsOf(task.Data)
}

type request struct {
	path    string
	headers http.Header
	body    []byte
}

// receiver answers paths that end in -bad with 503, all others with 200, and remembers what came.
var receiver = struct {
	sync.Mutex
	url      string
	requests []request
}{}

func startReceiver() {
	receiver.url = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := must(io.ReadAll(r.Body))
		receiver.Lock()
		receiver.requests = append(receiver.requests, request{r.URL.Path, r.Header, body})
		receiver.Unlock()
		if strings.HasSuffix(r.URL.Path, "-bad") {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte("received"))
	})).URL
}

func got(path string) []request {
	receiver.Lock()
	defer receiver.Unlock()
	var found []request
	for _, one := range receiver.requests {
		if one.path == path {
			found = append(found, one)
		}
	}
	return found
}
