package setlist.peer;

/** The row to create exists. */
class ConflictException extends RuntimeException {
  ConflictException(String message) {
    // An expected response: it needs no stack trace.
    super(message, null, false, false);
  }
}
