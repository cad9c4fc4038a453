package setlist.peer;

import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;

/** Gives all errors the same shape. */
@RestControllerAdvice
class ErrorAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorAdvice.class);

  record ApiError(String error, String message) {}

  @ExceptionHandler(NotFoundException.class)
  ResponseEntity<ApiError> notFound(NotFoundException exception) {
    return error(HttpStatus.NOT_FOUND, "NotFoundError", exception.getMessage());
  }

  @ExceptionHandler(NoResourceFoundException.class)
  ResponseEntity<ApiError> noRoute() {
    return error(HttpStatus.NOT_FOUND, "NotFoundError", "Not found");
  }

  @ExceptionHandler(HttpRequestMethodNotSupportedException.class)
  ResponseEntity<ApiError> method() {
    return error(HttpStatus.METHOD_NOT_ALLOWED, "MethodNotAllowedError", "Method not allowed");
  }

  @ExceptionHandler(ConflictException.class)
  ResponseEntity<ApiError> conflict(ConflictException exception) {
    return error(HttpStatus.CONFLICT, "ConflictError", exception.getMessage());
  }

  @ExceptionHandler({
    MethodArgumentNotValidException.class,
    MethodArgumentTypeMismatchException.class,
    HandlerMethodValidationException.class,
    // For example, a query that is not UTF-8.
    InvalidParameterException.class
  })
  ResponseEntity<ApiError> invalid() {
    return error(HttpStatus.UNPROCESSABLE_CONTENT, "ValidationError", "Request validation failed");
  }

  /** Distinguishes invalid JSON from JSON that does not match the model. */
  @ExceptionHandler(HttpMessageNotReadableException.class)
  ResponseEntity<ApiError> unreadable(HttpMessageNotReadableException exception) {
    Throwable cause = exception.getCause();
    return isBroken(cause) || hasMoreThanOneValue(cause)
        ? error(HttpStatus.BAD_REQUEST, "BadRequestError", "The body is not valid JSON")
        : invalid();
  }

  /** A number that is too large is valid JSON. */
  private static boolean isBroken(Throwable cause) {
    return cause instanceof StreamReadException && !(cause instanceof InputCoercionException);
  }

  /** Jackson has no specific type for this error. */
  private static boolean hasMoreThanOneValue(Throwable cause) {
    return cause instanceof MismatchedInputException mismatch
        && mismatch.getOriginalMessage().startsWith("Trailing token");
  }

  @ExceptionHandler(HttpMediaTypeNotSupportedException.class)
  ResponseEntity<ApiError> mediaType() {
    return error(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaTypeError", "The body must be application/json");
  }

  @ExceptionHandler(Exception.class)
  ResponseEntity<ApiError> internal(Exception exception) {
    LOG.error("A request failed", exception);
    return error(HttpStatus.INTERNAL_SERVER_ERROR, "InternalError", "Internal server error");
  }

  private static ResponseEntity<ApiError> error(HttpStatus status, String name, String message) {
    return ResponseEntity.status(status).body(new ApiError(name, message));
  }
}
