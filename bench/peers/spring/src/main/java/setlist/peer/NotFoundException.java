package setlist.peer;

/** The resource does not exist. */
class NotFoundException extends RuntimeException {
  NotFoundException(String message) {
    // An expected response: it needs no stack trace.
    super(message, null, false, false);
  }
}
