package main

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-faster/jx"
)

const (
	// Enough for the longest task with all characters escaped.
	bodyLimit    = 32 << 10
	defaultLimit = 20
)

// errInvalid is the error for JSON that does not match the schema.
var errInvalid = errors.New("invalid")

var buffers = sync.Pool{New: func() any { return new([bodyLimit]byte) }}

// readBody parses the body, or sends an error.
func readBody(w http.ResponseWriter, r *http.Request, parse func(*jx.Decoder) error) bool {
	if !isJSON(r.Header["Content-Type"]) {
		sendError(w, unsupportedMediaType)
		return false
	}
	buffer := buffers.Get().(*[bodyLimit]byte)
	defer buffers.Put(buffer)
	length, err := io.ReadFull(http.MaxBytesReader(w, r.Body, bodyLimit-1), buffer[:])
	body := buffer[:length]
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		sendError(w, bodyTooLarge)
		return false
	case err != io.EOF && err != io.ErrUnexpectedEOF, !json.Valid(body):
		sendError(w, malformed)
		return false
	}
	decoder := jx.GetDecoder()
	defer jx.PutDecoder(decoder)
	decoder.ResetBytes(body)
	if decoder.Next() != jx.Object || parse(decoder) != nil {
		sendError(w, invalid)
		return false
	}
	return true
}

func isJSON(contentType []string) bool {
	if len(contentType) != 1 {
		return false
	}
	if contentType[0] == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType[0])
	return err == nil && mediaType == "application/json"
}

// readText reads a string of the given length.
func readText(d *jx.Decoder, minimum, maximum int) (string, error) {
	if d.Next() != jx.String {
		return "", errInvalid
	}
	text, err := d.Str()
	if err != nil || !isText(text, minimum, maximum) {
		return "", errInvalid
	}
	return text, nil
}

// isText tells whether PostgreSQL can store the text, and it has the given length.
func isText(text string, minimum, maximum int) bool {
	if len(text) < minimum || len(text) > maximum*utf8.UTFMax {
		return false
	}
	if len(text) > maximum && utf8.RuneCountInString(text) > maximum {
		return false
	}
	return strings.IndexByte(text, 0) < 0 && utf8.ValidString(text)
}

func readBool(d *jx.Decoder) (bool, error) {
	if d.Next() != jx.Bool {
		return false, errInvalid
	}
	return d.Bool()
}

// readOptionalInt32 reads an integer or null.
func readOptionalInt32(d *jx.Decoder) (*int32, error) {
	switch d.Next() {
	case jx.Null:
		return nil, d.Null()
	case jx.Number:
		digits, err := d.Num()
		if err != nil {
			return nil, err
		}
		number, err := strconv.ParseInt(string(digits), 10, 32)
		value := int32(number)
		return &value, err
	default:
		return nil, errInvalid
	}
}

// readID reads the id in the path.
func readID(r *http.Request) (int32, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 32)
	return int32(id), err == nil && id > 0
}

func readFilter(values url.Values, name string) (text string, isThere, ok bool) {
	if !values.Has(name) {
		return "", false, true
	}
	text = values.Get(name)
	return text, true, isText(text, 1, 200)
}

func readLimit(values url.Values) (int32, bool) {
	if !values.Has("limit") {
		return defaultLimit, true
	}
	limit, err := strconv.ParseInt(values.Get("limit"), 10, 32)
	return int32(limit), err == nil && limit >= 1 && limit <= 100
}
