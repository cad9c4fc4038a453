package main

import (
	"log"
	"net/http"

	"github.com/gin-gonic/gin"
)

// apiError is the body of every error.
type apiError struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

func abort(c *gin.Context, status int, name, message string) {
	c.AbortWithStatusJSON(status, apiError{name, message})
}

func abortNotFound(c *gin.Context, message string) {
	abort(c, http.StatusNotFound, "NotFoundError", message)
}

func abortInvalid(c *gin.Context) {
	abort(c, http.StatusUnprocessableEntity, "ValidationError", "Request validation failed")
}

func abortInternal(c *gin.Context) {
	abort(c, http.StatusInternalServerError, "InternalError", "Internal server error")
}

// abortFailed logs the cause; the response does not reveal it.
func abortFailed(c *gin.Context, err error) {
	log.Printf("%s %s: %v", c.Request.Method, c.Request.URL.Path, err)
	abortInternal(c)
}
