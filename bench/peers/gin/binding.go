package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"
)

// Enough for the longest task with all characters escaped.
const bodyLimit = 32 << 10

// errSyntax is the error of strictJSON for a body that is not JSON.
var errSyntax = errors.New("the body is not JSON")

// strictJSON binds like Gin's JSON, but rejects unknown members and text after the value.
type strictJSON struct{}

func (strictJSON) Name() string { return "json" }

func (strictJSON) Bind(request *http.Request, target any) error {
	decoder := json.NewDecoder(request.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(target)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errSyntax
	}
	// Invalid JSON has precedence over an invalid value: the rest of the body is also checked.
	if _, after := decoder.Token(); err == nil && after != io.EOF {
		return errSyntax
	}
	if err != nil {
		return err
	}
	return binding.Validator.ValidateStruct(target)
}

// bindBody binds the body, or sends an error.
func bindBody(c *gin.Context, target any) bool {
	if !strings.EqualFold(c.ContentType(), binding.MIMEJSON) {
		abort(c, http.StatusUnsupportedMediaType, "UnsupportedMediaTypeError", "The body must be application/json")
		return false
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
	err := c.ShouldBindWith(target, strictJSON{})
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.Is(err, errSyntax):
		abort(c, http.StatusBadRequest, "BadRequestError", "The body is not valid JSON")
	case errors.As(err, &tooLarge):
		abort(c, http.StatusRequestEntityTooLarge, "PayloadTooLargeError", "The body is too large")
	default:
		abortInvalid(c)
	}
	return false
}

// bindQuery binds the query, or sends an error.
func bindQuery(c *gin.Context, target any) bool {
	if err := c.ShouldBindQuery(target); err != nil {
		abortInvalid(c)
		return false
	}
	return true
}

// bindID binds the id in the path, or sends an error.
func bindID(c *gin.Context) (int32, bool) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 32)
	if err != nil || id < 1 {
		abortInvalid(c)
		return 0, false
	}
	return int32(id), true
}

// registerValidations adds `text`, which rejects U+0000, and applies rules for text to the value of notNull.
func registerValidations() {
	validate, ok := binding.Validator.Engine().(*validator.Validate)
	if !ok {
		panic("unexpected type of validator")
	}
	err := validate.RegisterValidation("text", func(field validator.FieldLevel) bool {
		text := field.Field().String()
		return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
	})
	if err != nil {
		panic(err)
	}
	validate.RegisterCustomTypeFunc(
		func(field reflect.Value) any { return field.Interface().(notNull[string]).value },
		notNull[string]{},
	)
}

// notNull is an optional member that rejects null; encoding/json treats null as absent.
type notNull[T any] struct{ value T }

func (member *notNull[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return &json.UnmarshalTypeError{Value: "null", Type: reflect.TypeFor[T]()}
	}
	return json.Unmarshal(data, &member.value)
}
