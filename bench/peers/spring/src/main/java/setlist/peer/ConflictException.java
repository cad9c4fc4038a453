package setlist.peer;

/** What is to be made is there already. */
class ConflictException extends RuntimeException {
  ConflictException(String message) {
    // An answer, not a fault: without the cost of a stack trace.
    super(message, null, false, false);
  }
}
