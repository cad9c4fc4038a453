package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// problem is the response of an error.
type problem struct {
	status int
	body   []byte
}

func newProblem(status int, name, message string) problem {
	return problem{status, []byte(`{"error":"` + name + `","message":"` + message + `"}`)}
}

var (
	notFound             = newProblem(http.StatusNotFound, "NotFoundError", "Not found")
	songNotFound         = newProblem(http.StatusNotFound, "NotFoundError", "Song not found")
	taskNotFound         = newProblem(http.StatusNotFound, "NotFoundError", "Task not found")
	songExists           = newProblem(http.StatusConflict, "ConflictError", "Song already exists")
	malformed            = newProblem(http.StatusBadRequest, "BadRequestError", "The body is not valid JSON")
	bodyTooLarge         = newProblem(http.StatusRequestEntityTooLarge, "PayloadTooLargeError", "The body is too large")
	unsupportedMediaType = newProblem(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeError", "The body must be application/json")
	invalid              = newProblem(http.StatusUnprocessableEntity, "ValidationError", "Request validation failed")
	internal             = newProblem(http.StatusInternalServerError, "InternalError", "Internal server error")
	unavailable          = newProblem(http.StatusServiceUnavailable, "UnavailableError", "The service is unavailable, try again")

	healthy  = []byte(`{"status":"ok"}`)
	jsonType = []string{"application/json"}
)

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	// An error means that the client disconnected.
	_, _ = w.Write(body)
}

func sendError(w http.ResponseWriter, p problem) { send(w, p.status, p.body) }

func sendCreated(w http.ResponseWriter, path string, r result) {
	w.Header()["Location"] = []string{path + strconv.Itoa(int(r.id))}
	send(w, http.StatusCreated, r.body)
}

// sendFailure logs the cause; the response does not reveal it.
func sendFailure(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		// The client disconnected.
		return
	}
	log.Printf("%s %s: %v", r.Method, r.URL.Path, err)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && wasRolledBack(err) {
		sendError(w, internal)
		return
	}
	w.Header().Set("Retry-After", "1")
	sendError(w, unavailable)
}
