package signaling_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"inbox/signaling"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/oasdiff/yaml"
)

// The parts of docs/openapi.yaml that this package serves.
var mailboxPaths = []string{"/inbox", "/ice-servers"}

// Headers of answers that the document names once for all, or that HTTP itself has.
var commonHeaders = []string{"Cache-Control", "X-Content-Type-Options", "Content-Type", "Content-Length", "Date"}

// The document says what the handler does, and nothing more: real exchanges fit
// it, and each of its statuses, headers and parameters is met in one of them.
func TestOpenAPI(t *testing.T) {
	doc := loadOpenAPI(t)
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("text/event-stream", openapi3filter.PlainBodyDecoder)
	met := make(map[string]bool)
	for _, x := range apiExchanges() {
		t.Run(x.name, func(t *testing.T) {
			resp := x.run()
			request := x.request()
			request.Body = http.NoBody // any bytes of any type: nothing to validate
			route, _, err := router.FindRoute(request)
			if err != nil {
				t.Fatal(err)
			}
			validate(t, route, request, resp, x.malformed)
			for _, fact := range exchangeFacts(route.Path, request, resp) {
				met[fact] = true
			}
		})
	}
	documented := documentFacts(doc)
	for fact := range met {
		if !slices.Contains(documented, fact) {
			t.Errorf("not in the document: %s", fact)
		}
	}
	for _, fact := range documented {
		if path := strings.Fields(fact)[1]; slices.Contains(mailboxPaths, path) && !met[fact] {
			t.Errorf("in the document, but not met: %s", fact)
		}
	}
}

// validate holds an exchange against the document. A malformed request must not
// fit it.
func validate(t *testing.T, route *routers.Route, request *http.Request, resp *httptest.ResponseRecorder, malformed bool) {
	t.Helper()
	input := &openapi3filter.RequestValidationInput{
		Request: request,
		Route:   route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		},
	}
	if err := openapi3filter.ValidateRequest(t.Context(), input); (err != nil) != malformed {
		t.Errorf("request malformed: %v, and the document says: %v", malformed, err)
	}
	if err := openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: resp.Code, Header: resp.Header(), Body: io.NopCloser(resp.Body), Options: input.Options,
	}); err != nil {
		t.Error(err)
	}
}

// exchangeFacts are what an exchange shows of the API, in the same words as
// documentFacts.
func exchangeFacts(path string, request *http.Request, resp *httptest.ResponseRecorder) []string {
	operation := request.Method + " " + path
	status := fmt.Sprintf("%s answers %d", operation, resp.Code)
	facts := []string{status}
	for name := range resp.Header() {
		if !slices.Contains(commonHeaders, name) {
			facts = append(facts, status+" with "+name)
		}
	}
	if contentType, _, _ := strings.Cut(resp.Header().Get("Content-Type"), ";"); contentType != "" {
		facts = append(facts, status+" as "+contentType)
	}
	for name := range request.URL.Query() {
		facts = append(facts, operation+" takes query "+name)
	}
	for _, name := range []string{"Last-Event-Id", "Prefer", "Idempotency-Key"} {
		if request.Header.Get(name) != "" {
			facts = append(facts, operation+" takes header "+name)
		}
	}
	return facts
}

// documentFacts are what a document says of the API.
func documentFacts(doc *openapi3.T) (facts []string) {
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			name := method + " " + path
			for _, p := range operation.Parameters {
				param := p.Value.Name
				if p.Value.In == "header" {
					param = http.CanonicalHeaderKey(param)
				}
				facts = append(facts, name+" takes "+p.Value.In+" "+param)
			}
			for status, response := range operation.Responses.Map() {
				answer := name + " answers " + status
				facts = append(facts, answer)
				for header := range response.Value.Headers {
					facts = append(facts, answer+" with "+http.CanonicalHeaderKey(header))
				}
				for contentType := range response.Value.Content {
					facts = append(facts, answer+" as "+contentType)
				}
			}
		}
	}
	slices.Sort(facts)
	return facts
}

// The data of the stream's events fits its schema.
func TestOpenAPIEvents(t *testing.T) {
	schema := loadOpenAPI(t).Components.Schemas["Event"].Value
	for _, body := range []string{"text", "\xff"} {
		x := apiExchange{request: apiRequest("GET", "/inbox", "", "Accept", "text/event-stream"), store: withMessage(body)}
		_, data, _ := strings.Cut(x.run().Body.String(), "\ndata: ")
		var event any
		if _, err := yaml.Unmarshal([]byte(data), &event, yaml.DecodeOpts{}); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(event, openapi3.EnableJSONSchema2020()); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// Whatever goes wrong with the Store, the status is one that the document knows.
func TestOpenAPIStoreErrors(t *testing.T) {
	documented := documentFacts(loadOpenAPI(t))
	for _, err := range []error{
		signaling.ErrWrongPassword, signaling.ErrNotFound, signaling.ErrInboxFull, signaling.ErrTooManyInboxes,
		signaling.ErrStoreFull, signaling.ErrUnavailable, errors.New("out of order"),
	} {
		for _, operation := range []string{"GET /inbox", "POST /inbox", "DELETE /inbox", "GET /ice-servers"} {
			method, path, _ := strings.Cut(operation, " ")
			x := apiExchange{request: apiRequest(method, path+"?to=receiver", ""), store: failingStore{err}}
			fact := fmt.Sprintf("%s answers %d", operation, x.run().Code)
			if !slices.Contains(documented, fact) {
				t.Errorf("%v: not in the document: %s", err, fact)
			}
		}
	}
}

// A method that the document does not have for a path is answered with 405 and
// those that it has.
func TestOpenAPIMethods(t *testing.T) {
	doc := loadOpenAPI(t)
	for _, path := range mailboxPaths {
		var want []string
		for method := range doc.Paths.Value(path).Operations() {
			want = append(want, method)
		}
		slices.Sort(want)
		for _, method := range []string{"PUT", "PATCH", "HEAD", "TRACE"} {
			resp := apiExchange{request: apiRequest(method, path, "")}.run()
			got := strings.Split(resp.Header().Get("Allow"), ", ")
			slices.Sort(got)
			if resp.Code != http.StatusMethodNotAllowed || !slices.Equal(got, want) {
				t.Errorf("%s %s: %d with %q, want 405 with %q", method, path, resp.Code, got, want)
			}
		}
	}
}

// Both documents say the same.
func TestSwagger(t *testing.T) {
	data, err := os.ReadFile("../docs/swagger.yml")
	if err != nil {
		t.Fatal(err)
	}
	var old openapi2.T
	if _, err := yaml.Unmarshal(data, &old, yaml.DecodeOpts{DisableTimestamps: true}); err != nil {
		t.Fatal(err)
	}
	converted, err := openapi2conv.ToV3(&old)
	if err != nil {
		t.Fatal(err)
	}
	if err := converted.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The older format has no media types for each status.
	isMediaType := func(fact string) bool { return strings.Contains(fact, " as ") }
	got := slices.DeleteFunc(documentFacts(converted), isMediaType)
	want := slices.DeleteFunc(documentFacts(loadOpenAPI(t)), isMediaType)
	for _, fact := range got {
		if !slices.Contains(want, fact) {
			t.Errorf("only in swagger.yml: %s", fact)
		}
	}
	for _, fact := range want {
		if !slices.Contains(got, fact) {
			t.Errorf("only in openapi.yaml: %s", fact)
		}
	}
}

func loadOpenAPI(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}
